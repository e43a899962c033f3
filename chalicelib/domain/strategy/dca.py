"""The safety-order ladder (FR-L-30).

deviation_n = sum over k = 0..n of priceStep * stepScale^k, in percent below the first fill of a long, above a short's;
size_n = base * volumeScale^(n+1); quantity = size / price; average = sum(price * quantity) / sum(quantity).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.findings import finding
from chalicelib.domain.strategy.spec import Dca, FixedPct, StrategySpec


@dataclass(frozen=True, slots=True)
class SafetyOrder:
    """One order of the ladder: how far from the first fill (percent) and how large (USD)."""

    deviation_pct: Decimal
    size_usd: Decimal

    def price(self, first_fill: Decimal, side: Side) -> Decimal:
        """Its trigger price, not rounded."""
        return first_fill * (1 - side.sign * self.deviation_pct / 100)


@dataclass(frozen=True, slots=True)
class LadderFacts:
    """What a ladder amounts to when it is filled to the end."""

    base_usd: Decimal
    orders: tuple[SafetyOrder, ...]

    @property
    def exposure_usd(self) -> Decimal:
        """The first order and all safety orders together."""
        return self.base_usd + sum((order.size_usd for order in self.orders), Decimal(0))

    @property
    def last_deviation_pct(self) -> Decimal:
        """How far away the last safety order is."""
        return self.orders[-1].deviation_pct

    def average_deviation_pct(self, side: Side, filled: int) -> Decimal:
        """How far the average price is from the first fill after ``filled`` safety orders; positive = better price."""
        cost, qty = self.base_usd, self.base_usd
        for order in self.orders[:filled]:
            cost += order.size_usd
            qty += order.size_usd / order.price(Decimal(1), side)
        return side.sign * (1 - cost / qty) * 100

    def stop_reaches_before_last(self, stop_pct: Decimal) -> bool:
        """Whether a long's stop, ``stop_pct`` from the average price, is hit before the last safety order fills."""
        average = 1 - self.average_deviation_pct(Side.BUY, len(self.orders) - 1) / 100
        return average * (1 - stop_pct / 100) >= 1 - self.last_deviation_pct / 100


@dataclass(frozen=True, slots=True)
class RestingOrder:
    """A safety order as it rests on the exchange: its place in the ladder (from 1), its limit price and quantity.

    ``average`` is the position's average price once it and all before it are filled.
    """

    number: int
    price: Decimal
    qty: Decimal
    average: Decimal


def ladder(dca: Dca) -> LadderFacts:
    """The ladder of a validated strategy."""
    return _build(dca.base_order_size_usd, dca.max_safety_orders, dca.price_step_pct, dca.step_scale, dca.volume_scale)


def ladder_facts(document: Mapping[str, Any]) -> LadderFacts:
    """The ladder of a document's ``dca`` that fits the schema."""
    names = ("baseOrderSizeUsd", "priceStepPct", "stepScale", "volumeScale")
    base, step, step_scale, volume_scale = (Decimal(str(document[name])) for name in names)
    return _build(base, document["maxSafetyOrders"], step, step_scale, volume_scale)


def _build(base: Decimal, count: int, step: Decimal, step_scale: Decimal, volume_scale: Decimal) -> LadderFacts:
    orders, deviation, distance, size = [], Decimal(0), step, base
    for _ in range(count):
        deviation += distance
        size *= volume_scale
        orders.append(SafetyOrder(deviation, size))
        distance *= step_scale
    return LadderFacts(base, tuple(orders))


def base_order_qty(
    spec: StrategySpec, equity: Decimal, price: Decimal, side: Side, instrument: Instrument | None
) -> Decimal:
    """The first order's quantity of a DCA ladder opened at ``price``.

    baseOrderSizeUsd / price; with riskPerTradePct the whole ladder shrinks until its loss, filled to the end and
    stopped, is within that share of ``equity``. Floored to the step, never rounded up. Raises InvalidOrder below the
    instrument's minimums, and when there is no equity to risk.
    """
    if spec.dca is None:
        raise ValueError("the strategy has no DCA ladder")
    facts = ladder(spec.dca)
    usd = facts.base_usd
    risk = spec.risk.risk_per_trade_pct
    if risk is not None:
        if equity <= 0:
            raise InvalidOrder([finding("/risk", "size_no_equity")])
        worst_loss = facts.exposure_usd * _stop_pct(spec) / 100
        usd *= min(Decimal(1), equity * risk / 100 / worst_loss)
    qty = usd / price
    if instrument is None:
        return qty
    qty = instrument.floor_qty(qty)
    if qty < instrument.min_order_qty or qty * price < instrument.min_notional:
        raise InvalidOrder([finding("/dca", "size_below_minimum", qty=qty, minimum=instrument.min_order_qty)])
    return qty


def resting_orders(
    spec: StrategySpec,
    side: Side,
    first_fill: Decimal,
    base_qty: Decimal,
    instrument: Instrument | None,
    most_usd: Decimal | None,
) -> tuple[RestingOrder, ...]:
    """The safety orders of a position whose first order filled ``base_qty`` at ``first_fill``, nearest first.

    Their sizes stand in the ladder's proportions to what the first order really filled, floored to the step, their
    prices are on the tick, away from the first fill. Left out is what the exchange would refuse as too small, what the
    stop loss of the average before it is hit before, and what would make the whole worth more than ``most_usd``.
    """
    if spec.dca is None:
        raise ValueError("the strategy has no DCA ladder")
    facts, stop_pct = ladder(spec.dca), _stop_pct(spec)
    cost, held = base_qty * first_fill, base_qty
    orders: list[RestingOrder] = []
    for number, order in enumerate(facts.orders, start=1):
        price = order.price(first_fill, side)
        qty = base_qty * order.size_usd / facts.base_usd * first_fill / price
        if instrument is not None:
            price = instrument.floor_price(price) if side is Side.BUY else instrument.ceil_price(price)
            qty = instrument.floor_qty(min(qty, instrument.max_order_qty))
            if not instrument.takes(qty, price):
                continue
        stop = cost / held * (1 - side.sign * stop_pct / 100)
        too_much = most_usd is not None and cost + qty * price > most_usd
        if too_much or (price - stop) * side.sign <= 0:
            break
        cost, held = cost + qty * price, held + qty
        orders.append(RestingOrder(number, price, qty, cost / held))
    return tuple(orders)


def ladder_value(base_qty: Decimal, first_fill: Decimal, orders: Iterable[RestingOrder]) -> Decimal:
    """What the first order and all ``orders`` are worth together at their prices, in quote currency."""
    return base_qty * first_fill + sum((order.qty * order.price for order in orders), Decimal(0))


def _stop_pct(spec: StrategySpec) -> Decimal:
    stop = spec.exit.stop_loss
    return stop.value if isinstance(stop, FixedPct) else Decimal(100)
