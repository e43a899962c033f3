"""Order intents: what the strategy wants, written before anything is sent (C-01, C-02).

An intent's ``order_link_id`` is derived from its run and its number, never random, so every attempt of one intent
carries the same id and the exchange itself refuses a second order (110072).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import OrderFact, OrderStage, OrderStatus
from chalicelib.domain.runtime.orders import OrderRequest

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_RUN_PART = 16
SEND_WITHIN_MS = 4_000
"""An order may leave us this long after its intent was written, no later."""
ABSENT_AFTER_MS = SEND_WITHIN_MS + 6_000
"""Nothing can arrive any more: the time to leave us, the receive window of 5 s to reach the exchange, one second."""
LINK_ID = re.compile(r"[A-Za-z0-9]{1,8}-[0-9A-Za-z]{16}-[exst][0-9a-z]{1,6}")


class IntentKind(StrEnum):
    """What an order is for: to open a position or to close it, or as an order of its ladder to add or to take profit.

    ``SAFETY`` is a safety order of a DCA ladder, ``STEP`` a step of a take-profit ladder.
    """

    ENTRY = "entry"
    EXIT = "exit"
    SAFETY = "safety"
    STEP = "step"

    @property
    def opens(self) -> bool:
        """Whether the order is new exposure; the others only reduce a position."""
        return self in (IntentKind.ENTRY, IntentKind.SAFETY)

    @property
    def of_ladder(self) -> bool:
        """Whether the order belongs to a position's ladder."""
        return self in (IntentKind.SAFETY, IntentKind.STEP)


_LETTERS = {IntentKind.ENTRY: "e", IntentKind.EXIT: "x", IntentKind.SAFETY: "s", IntentKind.STEP: "t"}


class IntentStatus(StrEnum):
    """An order's life as our client sees it (bybit_v5 section 8)."""

    INTENDED = "intended"
    SENT = "sent"
    UNRESOLVED = "unresolved"
    OPEN = "open"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    DENIED = "denied"
    ABSENT = "absent"

    @property
    def terminal(self) -> bool:
        """Whether the intent can have no further effect."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        IntentStatus.FILLED,
        IntentStatus.CANCELLED,
        IntentStatus.REJECTED,
        IntentStatus.DENIED,
        IntentStatus.ABSENT,
    }
)

_SHOWN = {
    OrderStage.RESTING: IntentStatus.OPEN,
    OrderStage.PARTIAL: IntentStatus.PARTIAL,
    OrderStage.FILLED: IntentStatus.FILLED,
    OrderStage.CANCELLED: IntentStatus.CANCELLED,
    OrderStage.REJECTED: IntentStatus.REJECTED,
    OrderStage.UNKNOWN: IntentStatus.UNRESOLVED,
}


def base36(number: int) -> str:
    """``number`` >= 0 in base 36, lower case."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def link_prefix(prefix: str, run_id: str) -> str:
    """What all order link ids of a run begin with: the strategy's prefix and the random part of the run's ULID."""
    return f"{prefix}-{run_id[-_RUN_PART:]}-"


def order_link_id(prefix: str, run_id: str, kind: IntentKind, number: int) -> str:
    """The id of a run's ``number``-th intent: at most 8 + 1 + 16 + 1 + 7 = 33 characters."""
    return f"{link_prefix(prefix, run_id)}{_LETTERS[kind]}{base36(number)}"


def numbered(number: int) -> str:
    """The id of a run's ``number``-th intent."""
    return f"{number:06d}"


def intent_of_link(link_id: str) -> str | None:
    """The id of the intent whose order carries ``link_id``; None when no run of ours has made it."""
    if LINK_ID.fullmatch(link_id) is None:
        return None
    return numbered(int(link_id.rpartition("-")[2][1:], 36))


@dataclass(frozen=True, slots=True)
class Intent:
    """One wanted order.

    ``epoch`` is the Tick that wrote it: a later Tick cannot know whether it was sent. ``filled_qty`` is what the order
    says has executed, ``booked_qty`` what executions have been booked: the intent is settled when they agree, or when
    the rest is ``unlisted_qty``, of which no execution ever told.
    ``level_inputs`` are the readings (ATR, swing) from which its levels are computed again at the price of the fill.
    ``expires_market_ms`` is when a resting entry is cancelled, 0 for never. ``rung`` is the number of the ladder's rung
    that it is an order of, 0 for none.
    """

    intent_id: str
    kind: IntentKind
    order_link_id: str
    symbol: str
    side: Side
    order_type: str
    qty: Decimal
    price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    reason: str
    epoch: int
    status: IntentStatus
    created_ms: int
    updated_ms: int
    level_inputs: dict[str, Decimal] = field(default_factory=dict)
    expires_market_ms: int = 0
    order_id: str = ""
    booked_qty: Decimal = Decimal(0)
    filled_qty: Decimal = Decimal(0)
    unlisted_qty: Decimal = Decimal(0)
    avg_price: Decimal | None = None
    detail: str = ""
    checks: int = 0
    cancel_sent_ms: int = 0
    rung: int = 0

    @property
    def settled(self) -> bool:
        """Whether the order can do nothing more and every execution of it is booked, or waited for in vain."""
        return self.status.terminal and self.booked_qty + self.unlisted_qty >= self.filled_qty

    def request(self) -> OrderRequest:
        """The order to send for this intent."""
        return OrderRequest(
            order_link_id=self.order_link_id,
            symbol=self.symbol,
            side=self.side,
            order_type=self.order_type,
            qty=self.qty,
            price=self.price,
            reduce_only=not self.kind.opens,
            stop_loss=self.stop_loss,
            take_profit=self.take_profit,
            send_before_ms=self.created_ms + SEND_WITHIN_MS,
        )

    def with_order(self, order: OrderFact, now_ms: int) -> Intent:
        """The intent after the exchange showed its order. What was executed never shrinks; terminal stays terminal."""
        filled = max(self.filled_qty, order.cum_exec_qty)
        status = self.status if self.status.terminal else _SHOWN[order.stage(filled)]
        return replace(
            self,
            status=status,
            order_id=order.order_id or self.order_id,
            filled_qty=filled,
            avg_price=order.avg_price if order.avg_price is not None else self.avg_price,
            detail=order.refusal or self.detail,
            checks=self.checks + 1 if order.status is OrderStatus.UNKNOWN else 0,
            updated_ms=now_ms,
        )
