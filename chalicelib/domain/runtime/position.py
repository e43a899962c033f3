"""The position a run holds, built from its executions alone, and the money booked on the way.

Average entry on increase is (size * avg + qty * price) / (size + qty), unchanged on reduction; a linear contract earns
(exit - entry) * qty for a long, the opposite for a short (bybit_v5 section 9). What is still held is kept as the value
paid for it, not as that average, which seldom ends: a partial close takes a share rounded to ``MONEY``, a whole one all
that is left. So from flat to flat exactly the cash that moved is booked, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import ExecutionFact
from chalicelib.domain.runtime.rung import Rung

ZERO = Decimal(0)
MONEY = Decimal("1e-12")
"""The step to which a share of an amount is rounded; its rest is what remains, so that nothing is lost."""
SHOWN_PRICE = Decimal("1e-8")
"""The step to which an average price is rounded where it is shown."""


@dataclass(frozen=True, slots=True)
class Holding:
    """A position with a size.

    ``entry_value`` is what was paid for ``qty``, in quote currency. ``stop_loss`` and ``take_profit`` are what we want,
    ``seen_…`` what the exchange's position shows, of a size that may be ahead of ``qty`` or behind it, and ``seen_ms``
    since when, by the exchange's clock; ``protected_ms`` is when a stop was first seen there, None while none is.
    ``levels_final`` says that the levels are anchored on the price of the whole fill. ``closing`` names why the
    position is being closed, "" while it is not; no exit is sent before ``next_exit_ms``, and ``exit_refusals`` were
    refused since one filled. ``opened_qty`` is all that was ever added to it, ``rungs`` its ladder and ``laddered_qty``
    the opened quantity that was planned for. ``from_open`` says that it was opened at the open of its entry bar, so
    that all of that bar's prices came after.
    """

    side: Side
    qty: Decimal
    entry_value: Decimal
    opened_ms: int
    entry_bar_ms: int
    intent_id: str
    level_inputs: dict[str, Decimal] = field(default_factory=dict)
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    levels_final: bool = False
    seen_stop_loss: Decimal | None = None
    seen_take_profit: Decimal | None = None
    seen_qty: Decimal = ZERO
    seen_ms: int = 0
    protected_ms: int | None = None
    protect_tries: int = 0
    next_protect_ms: int = 0
    best_price: Decimal | None = None
    closing: str = ""
    next_exit_ms: int = 0
    exit_refusals: int = 0
    opened_qty: Decimal = ZERO
    rungs: tuple[Rung, ...] = ()
    laddered_qty: Decimal = ZERO
    from_open: bool = False

    @property
    def entry_price(self) -> Decimal:
        """The average price paid, to the 28 digits of a division."""
        return self.entry_value / self.qty

    @property
    def shown_entry_price(self) -> Decimal:
        """The average price paid as people are shown it, to eight places."""
        return self.entry_price.quantize(SHOWN_PRICE).normalize()

    @property
    def in_sync(self) -> bool:
        """Whether the exchange shows exactly the levels we want."""
        return self.seen_stop_loss == self.stop_loss and self.seen_take_profit == self.take_profit

    @property
    def seen_at_size(self) -> bool:
        """Whether the levels that the exchange shows are those of the size that we have booked."""
        return self.seen_qty == self.qty

    def unrealised(self, price: Decimal) -> Decimal:
        """Profit in quote currency if the whole position were closed at ``price``, before fees."""
        return (price * self.qty - self.entry_value) * self.side.sign

    def stop_passed(self, price: Decimal) -> bool:
        """Whether ``price`` is already beyond the stop: a stop order could not help any more."""
        return self.stop_loss is not None and (price - self.stop_loss) * self.side.sign <= 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """Money booked by a run, in quote currency. ``funding`` is positive when received."""

    gross: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        """What the run has earned: gross result less fees plus funding."""
        return self.gross - self.fees + self.funding

    def plus(self, *, gross: Decimal = ZERO, fees: Decimal = ZERO, funding: Decimal = ZERO) -> Ledger:
        """The ledger after another booking."""
        return Ledger(self.gross + gross, self.fees + fees, self.funding + funding)


@dataclass(frozen=True, slots=True)
class Booking:
    """An execution's effect: the holding after it, and what it earned before fees."""

    holding: Holding | None
    gross: Decimal
    opened_qty: Decimal
    closed_qty: Decimal


def book(holding: Holding | None, execution: ExecutionFact, intent_id: str, bar_ms: int) -> Booking:
    """Applies a fill to a holding. A fill beyond flat closes the position, and the rest opens the other side."""
    if holding is None:
        return Booking(_opened(execution, execution.qty, intent_id, bar_ms), ZERO, execution.qty, ZERO)
    if execution.side is holding.side:
        larger = replace(
            holding,
            qty=holding.qty + execution.qty,
            entry_value=holding.entry_value + execution.qty * execution.price,
            opened_qty=holding.opened_qty + execution.qty,
        )
        return Booking(larger, ZERO, execution.qty, ZERO)
    closed = min(execution.qty, holding.qty)
    paid = share(holding.entry_value, closed, holding.qty)
    gross = (closed * execution.price - paid) * holding.side.sign
    if execution.qty < holding.qty:
        smaller = replace(holding, qty=holding.qty - closed, entry_value=holding.entry_value - paid, exit_refusals=0)
        return Booking(smaller, gross, ZERO, closed)
    rest = execution.qty - holding.qty
    after = _opened(execution, rest, intent_id, bar_ms) if rest else None
    return Booking(after, gross, rest, closed)


def out_of_turn(holding: Holding | None, execution: ExecutionFact) -> bool:
    """Whether a fill closes more than is held, or on the wrong side: what it closes was filled before it."""
    if not execution.exec_type.changes_size or not execution.closed_size:
        return False
    return holding is None or holding.side is execution.side or holding.qty < execution.closed_size


def in_turn(
    holding: Holding | None, executions: Iterable[ExecutionFact]
) -> tuple[tuple[ExecutionFact, ...], tuple[ExecutionFact, ...], Holding | None]:
    """The fills of one moment that fit on ``holding``, each after what it closes; the others; what is held after the
    first.

    The exchange sorts what happened in one millisecond by random ids: a stop may stand before the entry that it closes.
    """
    left, fitting = list(executions), []
    while (found := next((row for row in left if not out_of_turn(holding, row)), None)) is not None:
        left.remove(found)
        fitting.append(found)
        if found.exec_type.changes_size:
            holding = book(holding, found, "", 0).holding
    return tuple(fitting), tuple(left), holding


def share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """What of ``amount`` belongs to ``part`` of ``whole``: rounded to ``MONEY``, or all of it for all of them."""
    return amount if part == whole else (amount * part / whole).quantize(MONEY)


def _opened(execution: ExecutionFact, qty: Decimal, intent_id: str, bar_ms: int) -> Holding:
    return Holding(
        side=execution.side,
        qty=qty,
        entry_value=qty * execution.price,
        opened_ms=execution.time_ms,
        entry_bar_ms=bar_ms,
        intent_id=intent_id,
        best_price=execution.price,
        opened_qty=qty,
        seen_ms=execution.time_ms,
    )
