"""Possible entries: every signal with its fill price, its levels and the fill point of the next forced exit.

What a position would do after an entry depends on the entry alone, not on what was traded before; so it is computed
for all signals at once, and the history of trades is then a walk from candidate to candidate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.track import Track
from chalicelib.domain.market.bars import Bools, Floats, Ints
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.plan import Signals

NEVER = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """One row per signal, in time order.

    ``signal`` is the decision bar, ``entry`` the fill point after it, ``price`` the fill with slippage or the limit.
    ``stop`` and ``targets`` (one row per ladder step, in the strategy's order) are the levels, ``valid`` whether all
    are on their side, ``inputs`` what they were computed from. ``opposite``,
    ``indicator`` and ``time`` are the fill points of the next forced exit of each kind, ``NEVER`` if there is none.
    """

    signal: Ints
    entry: Ints
    sign: Ints
    price: Floats
    stop: Floats
    targets: Floats
    liquidation: Floats
    valid: Bools
    inputs: Mapping[str, Floats]
    opposite: Ints
    indicator: Ints
    time: Ints

    def __len__(self) -> int:
        return len(self.signal)

    def rows(self, part: slice) -> Candidates:
        """Some of the rows, as views."""
        return Candidates(
            signal=self.signal[part],
            entry=self.entry[part],
            sign=self.sign[part],
            price=self.price[part],
            stop=self.stop[part],
            targets=self.targets[:, part],
            liquidation=self.liquidation[part],
            valid=self.valid[part],
            inputs={key: series[part] for key, series in self.inputs.items()},
            opposite=self.opposite[part],
            indicator=self.indicator[part],
            time=self.time[part],
        )


def find_candidates(
    spec: sp.StrategySpec, signals: Signals, close: Floats, track: Track, settings: Settings
) -> Candidates:
    """All candidates of ``signals``; those without a bar to be filled on are left out.

    ``close`` are the decision bars' closes, from which limit entries are offset.
    """
    any_signal = signals.long | signals.short
    signal = np.flatnonzero(any_signal)
    signal = signal[signal + 1 <= min(track.last_fill, track.count - 1)]
    entry = signal + 1
    sign = np.where(signals.long[signal], 1, -1)
    if spec.entry.order.type is sp.OrderType.LIMIT:
        offset = float(spec.entry.order.limit_offset_bps) / 10_000
        price = level_rounding(close[signal] * (1 - sign * offset), sign < 0, settings.instrument)
    else:
        price = track.fill_price[entry] * (1 + sign * settings.slippage_bps / 10_000)
    inputs = {key: series[signal] for key, series in signals.levels.items()}
    stop, targets = level_prices(spec, sign, price, inputs, settings.instrument)
    liquidation = liquidation_prices(sign, price, settings)
    return Candidates(
        signal=signal,
        entry=entry,
        sign=sign,
        price=price,
        stop=stop,
        targets=targets,
        liquidation=liquidation,
        valid=_valid(sign, price, stop, targets),
        inputs=inputs,
        opposite=_next_opposite(spec, signals, entry, sign),
        indicator=_next_exit(signals, entry, sign),
        time=np.full(len(entry), NEVER) if spec.exit.max_bars is None else entry + spec.exit.max_bars,
    )


def level_prices(
    spec: sp.StrategySpec,
    sign: Ints,
    price: Floats,
    inputs: Mapping[str, Floats],
    instrument: Instrument | None,
) -> tuple[Floats, Floats]:
    """Stop and targets of positions opened at ``price``: the formulas of ``strategy.levels`` over arrays."""
    stop = level_rounding(_level(spec.exit.stop_loss, sign, price, inputs), sign > 0, instrument)
    targets = [
        level_rounding(_level(step.level, -sign, price, inputs), sign < 0, instrument) for step in spec.exit.take_profit
    ]
    return stop, np.stack(targets)


def liquidation_prices(sign: Ints, price: Floats, settings: Settings) -> Floats:
    """Isolated margin: entry * (1 - s * (1/leverage - maintenance)); a price never met without leverage."""
    if settings.leverage is None:
        return np.where(sign > 0, -np.inf, np.inf)
    room = 1 / settings.leverage - settings.maintenance_margin_pct / 100
    return price * (1 - sign * max(room, 0.0))


def _level(level: sp.Level, sign: Ints, price: Floats, inputs: Mapping[str, Floats]) -> Floats:
    match level:
        case sp.FixedPct(value=value):
            return price * (1 - sign * (float(value) / 100))
        case sp.FixedPrice(value=value):
            return np.full(len(price), float(value))
        case sp.AtrMultiple(value=value, atr_length=length):
            return price - sign * float(value) * inputs[f"atr:{length}"]
        case sp.Swing(lookback=lookback, buffer_pct=buffer):
            low, high = inputs[f"swing_low:{lookback}"], inputs[f"swing_high:{lookback}"]
            swing: Floats = np.where(sign > 0, low, high) * (1 - sign * (float(buffer) / 100))
            return swing


def level_rounding(prices: Floats, upwards: Bools, instrument: Instrument | None) -> Floats:
    """``prices`` on the tick, rounded up where ``upwards``; as they are without an instrument."""
    if instrument is None:
        return prices
    tick = float(instrument.tick_size)
    ticks = prices / tick
    # A price that is on the tick but for float noise stays there.
    whole = np.where(upwards, np.ceil(ticks - 1e-7), np.floor(ticks + 1e-7))
    rounded: Floats = np.round(whole * tick, 12)
    return rounded


def _valid(sign: Ints, price: Floats, stop: Floats, targets: Floats) -> Bools:
    fine: Bools = (sign * (price - stop) > 0) & (stop > 0)
    for target in targets:
        fine = fine & (sign * (target - price) > 0) & (target > 0)
    return fine


def _next_opposite(spec: sp.StrategySpec, signals: Signals, entry: Ints, sign: Ints) -> Ints:
    if spec.entry.on_opposite is sp.OnOpposite.IGNORE:
        return np.full(len(entry), NEVER)
    return np.where(sign > 0, _next(signals.short, entry), _next(signals.long, entry))


def _next_exit(signals: Signals, entry: Ints, sign: Ints) -> Ints:
    return np.where(sign > 0, _next(signals.exit_long, entry), _next(signals.exit_short, entry))


def _next(marks: Bools, entry: Ints) -> Ints:
    """The fill point after the first mark on a bar from ``entry`` on."""
    at = np.append(np.flatnonzero(marks) + 1, NEVER)
    following: Ints = at[np.searchsorted(at, entry, side="right")]
    return following
