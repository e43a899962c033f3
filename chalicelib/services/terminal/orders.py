"""Manual orders: placed once however often they are asked for, shown, changed, cancelled.

The intent's identity comes from the request's Idempotency-Key, so a repeat adopts the order that is there.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.runtime.intent import SEND_WITHIN_MS
from chalicelib.domain.runtime.orders import Outcome
from chalicelib.domain.workspace.amendment import Amendment, check_amendment
from chalicelib.domain.workspace.manual_order import ManualOrder, ManualOrderStatus
from chalicelib.domain.workspace.manual_order_rules import LIMIT, OrderDraft, check_against_market, check_shape
from chalicelib.domain.workspace.order_refusals import OrderConflict
from chalicelib.ports import Conflict, Ids, MarketData
from chalicelib.services.instruments import Instruments
from chalicelib.services.terminal.order_desk import OrderDesk, fingerprint_of, reference_of
from chalicelib.services.terminal.permission import TradingPermission

_LIST_LIMIT = 50
_MOST_READ = 10
# Nothing was done, and the order's record says why: it is over, or it is being matched this very moment.
_RACES = frozenset({Policy.ALREADY_TERMINAL.value, Policy.RE_READ.value})


@dataclass(frozen=True, slots=True)
class Amended:
    """An order after a change was asked for. ``applied`` False: the exchange does not show it (yet)."""

    order: ManualOrder
    applied: bool


@dataclass(frozen=True, slots=True)
class ManualOrders:
    """The use-cases of the terminal's orders."""

    desk: OrderDesk
    permission: TradingPermission
    instruments: Instruments
    market: MarketData
    ids: Ids

    def place(self, actor: Actor, draft: OrderDraft, idempotency_key: str | None) -> ManualOrder:
        """Places an order once, however often it is asked for with the same key.

        Raises MissingReference, UnknownSymbol, InvalidOrder, OrderConflict, ExchangeUnavailable (before anything was
        sent), ReusedKey when the key belongs to another order.
        """
        key = idempotency_key or self.ids.ulid()
        fingerprint = _fingerprint(draft)
        known = self.desk.adopt(actor, key, fingerprint)
        if known is not None:
            return known
        ref = self.desk.reference(actor, draft.connection_id)
        check_shape(draft)
        instrument = self.instruments.get(draft.symbol)
        self._require(actor, draft.connection_id, draft.symbol, opening=not draft.reduce_only)
        ticker = self.market.ticker(draft.symbol)
        check_against_market(draft, instrument, ticker.last_price, ticker.mark_price)
        try:
            order = self.desk.write(actor, draft, key, fingerprint)
        except Conflict:
            twin = self.desk.adopt(actor, key, fingerprint)
            if twin is None:
                raise
            return twin
        return self.desk.send(ref, order)

    def get(self, actor: Actor, order_id: str) -> ManualOrder:
        """The order as the exchange has it now. Raises NotFound, ExchangeUnavailable."""
        return self.desk.look(self.desk.orders.get(actor.workspace_id, order_id))

    def list(self, actor: Actor, connection_id: str | None, symbol: str | None) -> tuple[ManualOrder, ...]:
        """The newest orders. The newest that are alive are read from the exchange, as far as it can be reached."""
        stored = self.desk.orders.list(actor.workspace_id, _LIST_LIMIT, connection_id, symbol)
        alive = [order.intent_id for order in stored if not order.status.terminal][:_MOST_READ]
        return tuple(self.desk.look_if_possible(order) if order.intent_id in alive else order for order in stored)

    def amend(self, actor: Actor, order_id: str, amendment: Amendment) -> Amended:
        """Changes an order that rests, in place, and looks whether it has happened: an acknowledgement is not a change.

        Raises NotFound, InvalidOrder, OrderConflict, ExchangeUnavailable (before anything was sent).
        """
        order = self._alive(actor, order_id)
        if order.order_type != LIMIT:
            raise OrderConflict("order.not_amendable")
        if order.status is not ManualOrderStatus.WORKING:
            raise OrderConflict("order.not_known_yet")
        instrument = self.instruments.get(order.symbol)
        ticker = self.market.ticker(order.symbol)
        check_amendment(order, amendment, instrument, ticker.last_price, ticker.mark_price)
        self._require(actor, order.connection_id, order.symbol, opening=amendment.opens(order))
        if amendment.shown_by(order):
            return Amended(order, applied=True)
        request = amendment.request(order, self.desk.clock.now_ms() + SEND_WITHIN_MS)
        outcome = self.desk.exchange.amend_order(reference_of(order), request)
        seen = self._seen_after(order, outcome, amendment)
        applied = amendment.shown_by(seen)
        if not applied and _refused(outcome):
            if seen.status.terminal:
                raise OrderConflict("order.finished", status=seen.status.value)
            raise OrderConflict("order.amend_refused", message=_words(outcome))
        return Amended(seen, applied)

    def cancel(self, actor: Actor, order_id: str) -> ManualOrder:
        """Cancels an order that is alive. Raises NotFound, OrderConflict, ExchangeUnavailable."""
        order = self._alive(actor, order_id)
        outcome = self.desk.exchange.cancel_order(reference_of(order), order.symbol, order.order_link_id)
        seen = self._seen_after(order, outcome, None)
        if not seen.status.terminal and _refused(outcome) and outcome.policy not in _RACES:
            raise OrderConflict("order.cancel_refused", message=_words(outcome))
        return seen

    def _seen_after(self, order: ManualOrder, outcome: Outcome, amendment: Amendment | None) -> ManualOrder:
        """The order as the exchange shows it after an answer; only a definite refusal is not waited for."""
        if _refused(outcome) and outcome.policy not in _RACES:
            return self.desk.look_if_possible(order)
        return self.desk.look_until(order, lambda seen: amendment is not None and amendment.shown_by(seen))

    def _alive(self, actor: Actor, order_id: str) -> ManualOrder:
        order = self.desk.look(self.desk.orders.get(actor.workspace_id, order_id))
        if order.status.terminal:
            raise OrderConflict("order.finished", status=order.status.value)
        return order

    def _require(self, actor: Actor, connection_id: str, symbol: str, *, opening: bool) -> None:
        if opening:
            self.permission.require_opening(actor, connection_id, symbol)
        else:
            self.permission.require_closing(actor, connection_id, symbol)


def _refused(outcome: Outcome) -> bool:
    return not outcome.acknowledged and not outcome.unresolved


def _words(outcome: Outcome) -> str:
    return f"{outcome.code} {outcome.message}".strip() if outcome.code else outcome.message


def _fingerprint(draft: OrderDraft) -> str:
    return fingerprint_of(
        f"{draft.side.value} {draft.order_type} {draft.reduce_only}",
        draft.connection_id,
        draft.symbol,
        draft.qty,
        draft.price,
        draft.stop_loss,
        draft.take_profit,
    )
