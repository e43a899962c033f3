"""A manual order: the intent of a person at the terminal, stored before anything is sent (C-01).

Its ``orderLinkId`` is derived from the workspace and the client's Idempotency-Key, so a repeated request meets the
first one's row here and its order on the exchange.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import OrderFact, OrderStage
from chalicelib.domain.runtime.intent import SEND_WITHIN_MS
from chalicelib.domain.runtime.orders import OrderRequest, Outcome, OutcomeKind

_LINK_DIGITS = 31
_LINK_ID = re.compile(rf"m[0-9a-f]{{{_LINK_DIGITS}}}")


class ManualOrderStatus(StrEnum):
    """What is known of the order. ``unknown`` means nobody can tell yet: it is never sent again."""

    SENDING = "sending"
    ACCEPTED = "accepted"
    WORKING = "working"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def terminal(self) -> bool:
        """Whether nothing can happen to the order any more."""
        return self in _TERMINAL


_TERMINAL = frozenset({ManualOrderStatus.FILLED, ManualOrderStatus.CANCELLED, ManualOrderStatus.REJECTED})
_SHOWN = {
    OrderStage.RESTING: ManualOrderStatus.WORKING,
    OrderStage.PARTIAL: ManualOrderStatus.WORKING,
    OrderStage.FILLED: ManualOrderStatus.FILLED,
    OrderStage.CANCELLED: ManualOrderStatus.CANCELLED,
    OrderStage.REJECTED: ManualOrderStatus.REJECTED,
    OrderStage.UNKNOWN: ManualOrderStatus.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class ManualOrder:
    """An order intent. ``fingerprint`` is the hash of the request that made it."""

    workspace_id: str
    intent_id: str
    order_link_id: str
    user_id: str
    connection_id: str
    symbol: str
    side: Side
    order_type: str
    qty: Decimal
    price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    reduce_only: bool
    fingerprint: str
    status: ManualOrderStatus
    created_ms: int
    updated_ms: int
    order_id: str = ""
    filled_qty: Decimal = Decimal(0)
    avg_price: Decimal | None = None
    reason: str = ""

    @property
    def sweeps(self) -> bool:
        """Whether it closes whatever is left of a position: such an order has no quantity of its own."""
        return self.qty == 0

    def request(self) -> OrderRequest:
        """The order to send for this intent."""
        return OrderRequest(
            order_link_id=self.order_link_id,
            symbol=self.symbol,
            side=self.side,
            order_type=self.order_type,
            qty=self.qty,
            price=self.price,
            reduce_only=self.reduce_only,
            stop_loss=self.stop_loss,
            take_profit=self.take_profit,
            close_on_trigger=self.sweeps,
            send_before_ms=self.created_ms + SEND_WITHIN_MS,
        )

    def with_outcome(self, outcome: Outcome, now_ms: int) -> ManualOrder:
        """The intent after the exchange answered the sending. An acknowledgement is not a fill (C-03)."""
        status = {
            OutcomeKind.ACKNOWLEDGED: ManualOrderStatus.ACCEPTED,
            OutcomeKind.REJECTED: ManualOrderStatus.REJECTED,
            OutcomeKind.DENIED: ManualOrderStatus.REJECTED,
            OutcomeKind.UNRESOLVED: ManualOrderStatus.UNKNOWN,
        }[outcome.kind]
        reason = "" if outcome.acknowledged else f"{outcome.code} {outcome.message}".strip()
        return replace(self, status=status, order_id=outcome.order_id, reason=reason, updated_ms=now_ms)

    def with_fact(self, fact: OrderFact, now_ms: int) -> ManualOrder:
        """The intent after the exchange showed its order. A terminal status stays; executed quantity never shrinks.

        A limit order's quantity, price and levels are those that the exchange shows: it may have been amended.
        """
        if self.status.terminal:
            return self
        limit = fact.price is not None and self.price is not None
        filled = max(self.filled_qty, fact.cum_exec_qty)
        return replace(
            self,
            qty=fact.qty if limit else self.qty,
            price=fact.price if limit else self.price,
            stop_loss=fact.stop_loss if limit and fact.stop_loss is not None else self.stop_loss,
            take_profit=fact.take_profit if limit and fact.take_profit is not None else self.take_profit,
            status=_SHOWN[fact.stage(filled)],
            order_id=fact.order_id or self.order_id,
            filled_qty=filled,
            avg_price=fact.avg_price if fact.avg_price is not None else self.avg_price,
            reason=fact.refusal,
            updated_ms=now_ms,
        )

    def absent(self, now_ms: int) -> ManualOrder:
        """The intent after the exchange proved that it has no such order."""
        return replace(
            self, status=ManualOrderStatus.REJECTED, reason="the exchange has no such order", updated_ms=now_ms
        )

    def forgotten(self, executed: Decimal, avg_price: Decimal | None, now_ms: int) -> ManualOrder:
        """The intent after the exchange has ceased to show its order; ``executed`` is what its executions add up to.

        What did not execute can execute no more. Whether it was cancelled or refused is known to nobody: cancelled.
        """
        filled = max(self.filled_qty, executed)
        whole = filled > 0 and filled >= self.qty
        return replace(
            self,
            status=ManualOrderStatus.FILLED if whole else ManualOrderStatus.CANCELLED,
            filled_qty=filled,
            avg_price=avg_price if filled > self.filled_qty else self.avg_price,
            reason="the exchange no longer shows the order",
            updated_ms=now_ms,
        )


def manual_intent_id(workspace_id: str, idempotency_key: str) -> str:
    """The intent's identity: the same request of the same workspace always has the same one."""
    return hashlib.sha256(f"manual\x00{workspace_id}\x00{idempotency_key}".encode()).hexdigest()[:_LINK_DIGITS]


def manual_order_link_id(intent_id: str) -> str:
    """The exchange's id for the intent: ``m`` and the intent's 31 hexadecimal digits, 32 characters."""
    return f"m{intent_id}"


def intent_of_manual_link(link_id: str) -> str | None:
    """The intent behind ``link_id``; None when it is not that of an order by hand."""
    return link_id[1:] if _LINK_ID.fullmatch(link_id) else None
