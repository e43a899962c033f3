"""Manual orders: intent first, order second; an acknowledgement is not a fill; silence is resolved by asking.

The intent's identity comes from the request's Idempotency-Key, so a repeat adopts the order that is there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from chalicelib.account_ports import ConnectionRepository, ManualOrderRepository, ReusedKey
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import InUse, MissingReference
from chalicelib.domain.runtime.orders import OutcomeKind
from chalicelib.domain.workspace.manual_order import (
    ManualOrder,
    ManualOrderStatus,
    manual_intent_id,
    manual_order_link_id,
)
from chalicelib.domain.workspace.manual_order_rules import OrderDraft, check_against_market, check_shape
from chalicelib.ports import Clock, Conflict, ConnectionRef, Exchange, ExchangeUnavailable, Ids, MarketData, NotFound
from chalicelib.services.instruments import Instruments

ABSENCE_PROVEN_MS = 60_000
"""After this long neither this function nor the execution function can still be sending: what is absent stays so."""

_LIST_LIMIT = 50
_MOST_READ = 10


@dataclass(frozen=True, slots=True)
class ManualOrders:
    """The use-cases of the terminal's orders."""

    orders: ManualOrderRepository
    connections: ConnectionRepository
    instruments: Instruments
    exchange: Exchange
    market: MarketData
    clock: Clock
    ids: Ids

    def place(self, actor: Actor, draft: OrderDraft, idempotency_key: str | None) -> ManualOrder:
        """Places an order once, however often it is asked for with the same key.

        Raises MissingReference, UnknownSymbol, InvalidOrder, ExchangeUnavailable (before anything was sent),
        ReusedKey when the key belongs to another order.
        """
        intent_id = manual_intent_id(actor.workspace_id, idempotency_key or self.ids.ulid())
        fingerprint = _fingerprint(draft)
        try:
            return self._adopt(self.orders.get(actor.workspace_id, intent_id), fingerprint)
        except NotFound:
            pass
        ref = self._reference(actor, draft.connection_id)
        check_shape(draft)
        instrument = self.instruments.get(draft.symbol)
        check_against_market(draft, instrument, self.market.ticker(draft.symbol).last_price)
        order = self._intended(actor, draft, intent_id, fingerprint)
        try:
            self.orders.create(order)
        except Conflict:
            return self._adopt(self.orders.get(actor.workspace_id, intent_id), fingerprint)
        return self._send(ref, order)

    def get(self, actor: Actor, order_id: str) -> ManualOrder:
        """The order as the exchange has it now. Raises NotFound, ExchangeUnavailable."""
        return self._synchronised(self.orders.get(actor.workspace_id, order_id))

    def list(self, actor: Actor, connection_id: str | None, symbol: str | None) -> tuple[ManualOrder, ...]:
        """The newest orders. The newest that are alive are read from the exchange, as far as it can be reached."""
        stored = [
            order
            for order in self.orders.list(actor.workspace_id, _LIST_LIMIT)
            if (connection_id is None or order.connection_id == connection_id)
            and (symbol is None or order.symbol == symbol)
        ]
        alive = [order.intent_id for order in stored if not order.status.terminal][:_MOST_READ]
        return tuple(self._synchronised_if_possible(order) if order.intent_id in alive else order for order in stored)

    def cancel(self, actor: Actor, order_id: str) -> ManualOrder:
        """Cancels an order that is alive. Raises NotFound, InUse (``order.finished``), ExchangeUnavailable."""
        order = self._synchronised(self.orders.get(actor.workspace_id, order_id))
        if order.status.terminal:
            raise InUse("order.finished", f"the order is {order.status.value} already", status=order.status.value)
        outcome = self.exchange.cancel_order(_ref(order), order.symbol, order.order_link_id)
        if outcome.kind is OutcomeKind.DENIED:
            raise InUse("order.cancel_refused", outcome.message or "the cancellation was refused")
        return self._synchronised_if_possible(order)

    def _send(self, ref: ConnectionRef, order: ManualOrder) -> ManualOrder:
        outcome = self.exchange.place_order(ref, order.request())
        sent = order.with_outcome(outcome, self.clock.now_ms())
        self.orders.update(sent)
        if outcome.unresolved or (outcome.acknowledged and not outcome.order_id):
            return self._synchronised_if_possible(sent)
        return sent

    def _adopt(self, stored: ManualOrder, fingerprint: str) -> ManualOrder:
        if stored.fingerprint != fingerprint:
            raise ReusedKey(stored.intent_id)
        return self._synchronised_if_possible(stored)

    def _synchronised_if_possible(self, order: ManualOrder) -> ManualOrder:
        try:
            return self._synchronised(order)
        except ExchangeUnavailable:
            return order

    def _synchronised(self, order: ManualOrder) -> ManualOrder:
        if order.status.terminal:
            return order
        fact = self.exchange.order(_ref(order), order.symbol, order.order_link_id)
        now_ms = self.clock.now_ms()
        if fact is not None:
            current = order.with_fact(fact, now_ms)
        elif order.status in _UNPROVEN and now_ms - order.created_ms >= ABSENCE_PROVEN_MS:
            current = order.absent(now_ms)
        else:
            return order
        if current != order:
            self.orders.update(current)
        return current

    def _intended(self, actor: Actor, draft: OrderDraft, intent_id: str, fingerprint: str) -> ManualOrder:
        now_ms = self.clock.now_ms()
        return ManualOrder(
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

    def _reference(self, actor: Actor, connection_id: str) -> ConnectionRef:
        try:
            stored = self.connections.get(actor.workspace_id, connection_id)
        except NotFound as missing:
            detail = "there is no such exchange connection in this workspace"
            raise MissingReference("order.connection_missing", detail, "/exchangeConnectionId") from missing
        return ConnectionRef(stored.workspace_id, stored.connection_id)


_UNPROVEN = frozenset({ManualOrderStatus.SENDING, ManualOrderStatus.UNKNOWN})


def _ref(order: ManualOrder) -> ConnectionRef:
    return ConnectionRef(order.workspace_id, order.connection_id)


def _fingerprint(draft: OrderDraft) -> str:
    numbers = (draft.qty, draft.price, draft.stop_loss, draft.take_profit)
    parts = [
        draft.connection_id,
        draft.symbol,
        draft.side.value,
        draft.order_type,
        str(draft.reduce_only),
        *("" if number is None else format(number.normalize(), "f") for number in numbers),
    ]
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
