"""What all manual orders share: the intent's row, the sending of it, and its truth on the exchange.

The row is there before the order is; an acknowledgement is not a fill; silence is resolved by asking for the order by
its id, and an order is called absent only when it can no longer arrive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.account_ports import ConnectionRepository, ManualOrderRepository, ReusedKey
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import MissingReference
from chalicelib.domain.runtime.intent import ABSENT_AFTER_MS
from chalicelib.domain.workspace.manual_order import (
    ManualOrder,
    ManualOrderStatus,
    manual_intent_id,
    manual_order_link_id,
)
from chalicelib.domain.workspace.manual_order_rules import OrderDraft
from chalicelib.ports import Clock, ConnectionRef, Exchange, ExchangeRefused, ExchangeUnavailable, NotFound

ABSENCE_PROVEN_MS = ABSENT_AFTER_MS
"""After this long neither this function nor the execution function can still be sending: what is absent stays so."""

FORGOTTEN_AFTER_MS = 24 * 3_600_000
"""The exchange shows an order that ended for at least this long. One that was alive at the last look, has been shown
nowhere since and was last seen longer ago than this has ended and is forgotten; what is missing sooner may be late."""

_CLOCKS_APART_MS = 60_000

LOOKS_MS = (0, 150, 300, 600, 1_000)
"""Pauses before each look at what the exchange has acknowledged but may not show yet."""

_UNPROVEN = frozenset({ManualOrderStatus.SENDING, ManualOrderStatus.UNKNOWN})


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """Stores, sends and reads manual orders; what may be ordered is for the use-cases to say."""

    orders: ManualOrderRepository
    connections: ConnectionRepository
    exchange: Exchange
    clock: Clock

    def reference(self, actor: Actor, connection_id: str) -> ConnectionRef:
        """The workspace's own connection. Raises MissingReference."""
        try:
            stored = self.connections.get(actor.workspace_id, connection_id)
        except NotFound as missing:
            detail = "there is no such exchange connection in this workspace"
            raise MissingReference("order.connection_missing", detail, "/exchangeConnectionId") from missing
        return ConnectionRef(stored.workspace_id, stored.connection_id)

    def adopt(self, actor: Actor, key: str, fingerprint: str) -> ManualOrder | None:
        """The order that this key has made before. Raises ReusedKey when that was another one."""
        try:
            stored = self.orders.get(actor.workspace_id, manual_intent_id(actor.workspace_id, key))
        except NotFound:
            return None
        if stored.fingerprint != fingerprint:
            raise ReusedKey(stored.intent_id)
        return self.look_if_possible(stored)

    def write(self, actor: Actor, draft: OrderDraft, key: str, fingerprint: str) -> ManualOrder:
        """The new intent's row. Raises Conflict when another request with this key has just written it."""
        intent_id = manual_intent_id(actor.workspace_id, key)
        now_ms = self.clock.now_ms()
        order = ManualOrder(
            workspace_id=actor.workspace_id,
            intent_id=intent_id,
            order_link_id=manual_order_link_id(intent_id),
            user_id=actor.user_id,
            connection_id=draft.connection_id,
            symbol=draft.symbol,
            side=draft.side,
            order_type=draft.order_type,
            qty=draft.qty,
            price=draft.price,
            stop_loss=draft.stop_loss,
            take_profit=draft.take_profit,
            reduce_only=draft.reduce_only,
            fingerprint=fingerprint,
            status=ManualOrderStatus.SENDING,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        self.orders.create(order)
        return order

    def send(self, ref: ConnectionRef, order: ManualOrder) -> ManualOrder:
        """Sends the intent's order, once; what nobody knows is asked for at once by its id."""
        outcome = self.exchange.place_order(ref, order.request())
        sent = order.with_outcome(outcome, self.clock.now_ms())
        self.orders.update(sent)
        if outcome.unresolved or (outcome.acknowledged and not outcome.order_id):
            return self.look_if_possible(sent)
        return sent

    def look(self, order: ManualOrder) -> ManualOrder:
        """The order as the exchange has it now. Raises ExchangeUnavailable, ExchangeRefused."""
        if order.status.terminal:
            return order
        fact = self.exchange.order(reference_of(order), order.symbol, order.order_link_id)
        now_ms = self.clock.now_ms()
        current = self._after_absence(order, now_ms) if fact is None else order.with_fact(fact, now_ms)
        if current != order:
            self.orders.update(current)
        return current

    def _after_absence(self, order: ManualOrder, now_ms: int) -> ManualOrder:
        """The order that no place shows, ended once that can be no lag (C-31)."""
        if now_ms - order.updated_ms >= FORGOTTEN_AFTER_MS:
            executed, avg_price = self._executed(order)
            if executed or order.status not in _UNPROVEN:
                return order.forgotten(executed, avg_price, now_ms)
        if order.status in _UNPROVEN and now_ms - order.created_ms >= ABSENCE_PROVEN_MS:
            return order.absent(now_ms)
        return order

    def _executed(self, order: ManualOrder) -> tuple[Decimal, Decimal | None]:
        """Quantity and average price by the executions of the order's whole life: those by its id end after a week."""
        since_ms = order.created_ms - _CLOCKS_APART_MS
        fills = [
            fill
            for fill in self.exchange.executions(reference_of(order), order.symbol, since_ms)
            if fill.order_link_id == order.order_link_id and fill.exec_type.changes_size
        ]
        qty = sum((fill.qty for fill in fills), Decimal(0))
        return qty, sum((fill.qty * fill.price for fill in fills), Decimal(0)) / qty if qty else None

    def look_if_possible(self, order: ManualOrder) -> ManualOrder:
        """The same, or as it was last known while the exchange does not answer."""
        try:
            return self.look(order)
        except (ExchangeUnavailable, ExchangeRefused):
            return order

    def look_until(self, order: ManualOrder, holds: Callable[[ManualOrder], bool]) -> ManualOrder:
        """The order as soon as ``holds`` does, or as it is after the last look of about two seconds."""
        for pause in LOOKS_MS:
            if pause:
                self.clock.sleep(pause / 1000)
            order = self.look_if_possible(order)
            if order.status.terminal or holds(order):
                break
        return order


def reference_of(order: ManualOrder) -> ConnectionRef:
    """The connection that the order is on."""
    return ConnectionRef(order.workspace_id, order.connection_id)


def fingerprint_of(kind: str, connection_id: str, symbol: str, *parts: str | Decimal | None) -> str:
    """The hash by which a repeated request is told from another one with the same key."""
    texts = [format(part.normalize(), "f") if isinstance(part, Decimal) else (part or "") for part in parts]
    return hashlib.sha256("\x00".join((kind, connection_id, symbol, *texts)).encode()).hexdigest()
