"""The plan of a position's ladder: one rung for each order that is to rest while the position is held.

Steps of a take-profit ladder are reduce-only; the last step is no rung, it is the position's own take profit, so that
whatever a step did not close is closed there. Safety orders of a DCA ladder add to the position and each carries the
stop loss and take profit of the average price that its fill leads to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.intent import IntentKind
from chalicelib.domain.strategy.dca import resting_orders
from chalicelib.domain.strategy.levels import LevelInputs, levels
from chalicelib.domain.strategy.spec import StrategySpec
from chalicelib.domain.strategy.steps import step_quantities

MOST_REFUSALS = 3
FIRST_RETRY_MS = 1_000


@dataclass(frozen=True, slots=True)
class Rung:
    """One order of the ladder: ``qty`` is its whole size, ``filled`` what executions of it have been booked.

    ``refusals`` counts how often its order was refused or taken away by somebody else; it is not tried again before
    ``next_ms``, and after ``MOST_REFUSALS`` not at all.
    """

    kind: IntentKind
    number: int
    price: Decimal
    qty: Decimal
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    filled: Decimal = Decimal(0)
    refusals: int = 0
    next_ms: int = 0

    @property
    def left(self) -> Decimal:
        """What is still to be traded, nothing once it is given up."""
        return Decimal(0) if self.refusals >= MOST_REFUSALS else max(self.qty - self.filled, Decimal(0))

    def refused(self, now_ms: int) -> Rung:
        """The rung after one more refusal: each waits twice as long as the one before."""
        return replace(self, refusals=self.refusals + 1, next_ms=now_ms + (FIRST_RETRY_MS << self.refusals))

    def put_off(self, now_ms: int) -> Rung:
        """The rung after its order was held back: nobody has refused it."""
        return replace(self, next_ms=now_ms + FIRST_RETRY_MS)


def step_rungs(
    spec: StrategySpec, side: Side, entry_price: Decimal, qty: Decimal, inputs: LevelInputs, instrument: Instrument
) -> tuple[Rung, ...]:
    """The rungs of a take-profit ladder for a position of ``qty`` opened at ``entry_price``, nearest first.

    Empty when a level has no valid price: the position then has its stop loss and its attached take profit alone.
    """
    try:
        targets = levels(spec, side, entry_price, inputs, instrument).targets
    except InvalidOrder:
        return ()
    parts = step_quantities(qty, targets, instrument)
    steps = zip(targets[:-1], parts[:-1], strict=True)
    return tuple(
        Rung(IntentKind.STEP, number, target.price, part)
        for number, (target, part) in enumerate(steps, start=1)
        if part
    )


def safety_rungs(
    spec: StrategySpec, side: Side, first_fill: Decimal, qty: Decimal, instrument: Instrument
) -> tuple[Rung, ...]:
    """The rungs of a DCA ladder whose first order filled ``qty`` at ``first_fill``, nearest first."""
    rungs: list[Rung] = []
    for order in resting_orders(spec, side, first_fill, qty, instrument, spec.risk.max_position_size_usd):
        try:
            around = levels(spec, side, order.average, {}, instrument)
        except InvalidOrder:
            break
        rungs.append(
            Rung(IntentKind.SAFETY, order.number, order.price, order.qty, around.stop_loss, around.take_profit)
        )
    return tuple(rungs)
