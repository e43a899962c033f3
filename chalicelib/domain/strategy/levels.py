"""Stop loss, take profit, trailing and break-even prices of one position, in Decimal: the formulas of the live bot.

Rounding is to the tick and towards the entry price, so that a rounded stop never risks more and a rounded target is
never harder to reach than the strategy says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.findings import finding

LevelInputs = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Target:
    """Close ``share_pct`` percent of the position at ``price``."""

    price: Decimal
    share_pct: Decimal


@dataclass(frozen=True, slots=True)
class Levels:
    """The protective prices of a position, rounded to the tick and each on its right side of the entry price.

    ``targets`` are in the order in which the price reaches them; their shares sum to 100.
    """

    stop_loss: Decimal
    targets: tuple[Target, ...]

    @property
    def take_profit(self) -> Decimal:
        """The last target: what the exchange-side take profit of the whole position is set to."""
        return self.targets[-1].price


def levels(
    spec: sp.StrategySpec,
    side: Side,
    entry_price: Decimal,
    inputs: LevelInputs,
    instrument: Instrument | None,
) -> Levels:
    """The levels of a position of ``side`` opened at ``entry_price`` (with DCA: its average price).

    ``inputs`` come from the decision that opened it; without ``instrument`` nothing is rounded. Raises InvalidOrder
    when an input is missing or a level is not on its side of the entry price: such a position must not be opened.
    """
    stop = _price(spec.exit.stop_loss, side, entry_price, inputs, "stopLoss")
    stop = _towards_entry(stop, side, instrument, is_stop=True)
    _check("stopLoss", stop, entry_price, -side.sign)
    targets = []
    for step in spec.exit.take_profit:
        # A target is a stop's mirror: what lies below the entry for a long's stop lies above it for its target.
        price = _price(step.level, side.opposite, entry_price, inputs, "takeProfit")
        price = _towards_entry(price, side, instrument, is_stop=False)
        _check("takeProfit", price, entry_price, side.sign)
        targets.append(Target(price, step.share_pct))
    targets.sort(key=lambda target: side.sign * target.price)
    return Levels(stop, tuple(targets))


def protective_stop(
    spec: sp.StrategySpec,
    side: Side,
    entry_price: Decimal,
    best_price: Decimal,
    stop_loss: Decimal,
    inputs: LevelInputs,
    instrument: Instrument | None,
) -> Decimal:
    """The stop that is due now: the tightest of ``stop_loss``, break-even and trailing.

    ``best_price`` is the best price since the entry (highest for a long, lowest for a short). The result is never
    looser than ``stop_loss``. Raises InvalidOrder when the trailing stop's ATR is missing from ``inputs``.
    """
    sign = side.sign
    candidates = [stop_loss]
    profit_pct = sign * (best_price - entry_price) / entry_price * 100
    rule = spec.exit.break_even
    if rule is not None and profit_pct >= rule.activation_pct:
        candidates.append(entry_price * (1 + sign * rule.offset_pct / 100))
    match spec.exit.trailing_stop:
        case sp.TrailingPct(activation_pct=activation, callback_pct=callback):
            if profit_pct >= activation:
                candidates.append(best_price * (1 - sign * callback / 100))
        case sp.TrailingAtr(activation_atr=activation, callback_atr=callback, atr_length=length):
            atr = _input(f"atr:{length}", inputs, "trailingStop")
            if sign * (best_price - entry_price) >= activation * atr:
                candidates.append(best_price - sign * callback * atr)
    moved = [_towards_entry(price, side, instrument, is_stop=True) for price in candidates[1:]]
    return max([stop_loss, *moved], key=lambda price: sign * price)


def _price(level: sp.Level, side: Side, entry: Decimal, inputs: LevelInputs, name: str) -> Decimal:
    """The price at ``level`` against a position of ``side``: below the entry for a long, above it for a short."""
    match level:
        case sp.FixedPct(value=value):
            return entry * (1 - side.sign * value / 100)
        case sp.FixedPrice(value=value):
            return value
        case sp.AtrMultiple(value=value, atr_length=length):
            return entry - side.sign * value * _input(f"atr:{length}", inputs, name)
        case sp.Swing(lookback=lookback, buffer_pct=buffer):
            key = f"swing_low:{lookback}" if side is Side.BUY else f"swing_high:{lookback}"
            return _input(key, inputs, name) * (1 - side.sign * buffer / 100)


def _input(key: str, inputs: LevelInputs, name: str) -> Decimal:
    if key not in inputs or not inputs[key].is_finite():
        raise InvalidOrder([finding(f"/exit/{name}", "level_unknown", level=name, input=key)])
    return inputs[key]


def _towards_entry(price: Decimal, side: Side, instrument: Instrument | None, *, is_stop: bool) -> Decimal:
    if instrument is None:
        return price
    below_entry = (side is Side.BUY) == is_stop
    return instrument.ceil_price(price) if below_entry else instrument.floor_price(price)


def _check(name: str, price: Decimal, entry: Decimal, sign: int) -> None:
    if price <= 0 or sign * (price - entry) <= 0:
        raise InvalidOrder([finding(f"/exit/{name}", "level_wrong_side", level=name, price=price, entry=entry)])
