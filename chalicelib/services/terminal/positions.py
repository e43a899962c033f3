"""Positions by hand: levels set and verified, closing sized from the position and proved by it (C-18, C-19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.exchange.retcodes import Policy
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import PositionFact
from chalicelib.domain.runtime.orders import ProtectionRequest
from chalicelib.domain.workspace.closing import closing_chunks
from chalicelib.domain.workspace.manual_order import ManualOrder, ManualOrderStatus
from chalicelib.domain.workspace.manual_order_rules import MARKET, OrderDraft, check_protection
from chalicelib.domain.workspace.order_refusals import OrderConflict
from chalicelib.ports import Conflict, ConnectionRef, ExchangeRefused, ExchangeUnavailable, Ids, MarketData
from chalicelib.services.instruments import Instruments
from chalicelib.services.terminal.order_desk import LOOKS_MS, OrderDesk, fingerprint_of
from chalicelib.services.terminal.permission import TradingPermission

MOST_ORDERS = 10
"""Orders that one request to close may send; what is left is for the next one."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A position (None: it could not be read) after its levels were set, and whether they were seen on it."""

    position: PositionFact | None
    verified: bool


class ClosingStatus(StrEnum):
    """What is known of a closing. ``unknown`` means that the exchange does not show it yet."""

    CLOSED = "closed"
    REDUCED = "reduced"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Closing:
    """The orders of a closing and the position after them; None: it could not be read."""

    orders: tuple[ManualOrder, ...]
    position: PositionFact | None

    @property
    def status(self) -> ClosingStatus:
        """Judged by the position first, then by the orders: an acknowledgement proves nothing."""
        if self.position is not None and self.position.flat:
            return ClosingStatus.CLOSED
        statuses = {order.status for order in self.orders}
        if ManualOrderStatus.REJECTED in statuses:
            return ClosingStatus.REFUSED
        over = all(status.terminal for status in statuses)
        return ClosingStatus.REDUCED if over and self.position is not None else ClosingStatus.UNKNOWN


@dataclass(frozen=True, slots=True)
class ManualPositions:
    """The use-cases of the terminal's positions."""

    desk: OrderDesk
    permission: TradingPermission
    instruments: Instruments
    market: MarketData
    ids: Ids

    def protect(
        self, actor: Actor, connection_id: str, symbol: str, stop_loss: Decimal, take_profit: Decimal
    ) -> Protected:
        """Sets both levels of a position and looks whether they lie there.

        Raises MissingReference, UnknownSymbol, InvalidOrder, OrderConflict, ExchangeUnavailable (before anything was
        sent).
        """
        ref = self.desk.reference(actor, connection_id)
        instrument = self.instruments.get(symbol)
        self.permission.require_closing(actor, connection_id, symbol)
        _, side = self._held(ref, symbol)
        mark_price = self.market.ticker(symbol).mark_price
        check_protection(side, stop_loss, take_profit, instrument, mark_price)
        outcome = self.desk.exchange.set_protection(ref, ProtectionRequest(symbol, stop_loss, take_profit))
        if outcome.policy == Policy.ALREADY_FLAT.value:
            raise OrderConflict("position.flat", symbol=symbol)
        if not outcome.acknowledged and not outcome.unresolved:
            message = f"{outcome.code} {outcome.message}".strip()
            raise OrderConflict("position.protection_refused", message=message)

        def lies_there(position: PositionFact) -> bool:
            return (position.stop_loss, position.take_profit) == (stop_loss, take_profit)

        seen = self._look_until(ref, symbol, lies_there)
        return Protected(seen, seen is not None and lies_there(seen))

    def close(
        self, actor: Actor, connection_id: str, symbol: str, qty: Decimal | None, idempotency_key: str | None
    ) -> Closing:
        """Closes a position or ``qty`` of it by reduce-only market orders, once for each key.

        Raises MissingReference, UnknownSymbol, InvalidOrder, OrderConflict, ExchangeUnavailable (before anything was
        sent), ReusedKey when the key belongs to something else.
        """
        key = idempotency_key or self.ids.ulid()
        fingerprint = fingerprint_of("close", connection_id, symbol, qty)
        known = self._adopt(actor, key, fingerprint)
        ref = self.desk.reference(actor, connection_id)
        if known:
            return Closing(known, self._position_if_possible(ref, symbol))
        instrument = self.instruments.get(symbol)
        self.permission.require_closing(actor, connection_id, symbol)
        position, side = self._held(ref, symbol)
        chunks = closing_chunks(position.size, qty, instrument)[:MOST_ORDERS]
        orders: list[ManualOrder] = []
        for number, chunk in enumerate(chunks):
            draft = _closing_order(connection_id, instrument, side.opposite, chunk)
            try:
                order = self.desk.write(actor, draft, _key_of(key, number), fingerprint)
            except Conflict:
                # The same request is at work elsewhere: it sends, this one only looks.
                return Closing(self._adopt(actor, key, fingerprint), self._position_if_possible(ref, symbol))
            orders.append(self.desk.send(ref, order))
            if orders[-1].status in (ManualOrderStatus.REJECTED, ManualOrderStatus.UNKNOWN):
                break
        target = position.size - sum(chunks) if qty is not None else Decimal(0)
        after = self._look_until(ref, symbol, lambda seen: seen.size <= target)
        return Closing(tuple(self.desk.look_if_possible(order) for order in orders), after)

    def _adopt(self, actor: Actor, key: str, fingerprint: str) -> tuple[ManualOrder, ...]:
        found: list[ManualOrder] = []
        for number in range(MOST_ORDERS):
            order = self.desk.adopt(actor, _key_of(key, number), fingerprint)
            if order is None:
                break
            found.append(order)
        return tuple(found)

    def _held(self, ref: ConnectionRef, symbol: str) -> tuple[PositionFact, Side]:
        position = self._position(ref, symbol)
        if position.side is None or position.flat:
            raise OrderConflict("position.flat", symbol=symbol)
        return position, position.side

    def _position(self, ref: ConnectionRef, symbol: str) -> PositionFact:
        rows = [row for row in self.desk.exchange.positions(ref, symbol) if row.symbol == symbol]
        held = next((row for row in rows if not row.flat), None)
        if held is not None:
            return held
        if not rows:
            raise ExchangeUnavailable(f"the exchange shows no row for the position in {symbol}")
        return rows[0]

    def _position_if_possible(self, ref: ConnectionRef, symbol: str) -> PositionFact | None:
        try:
            return self._position(ref, symbol)
        except (ExchangeUnavailable, ExchangeRefused):
            return None

    def _look_until(
        self, ref: ConnectionRef, symbol: str, holds: Callable[[PositionFact], bool]
    ) -> PositionFact | None:
        """The position as soon as ``holds`` does, or as last seen; None when it could never be read."""
        seen: PositionFact | None = None
        for pause in LOOKS_MS:
            if pause:
                self.desk.clock.sleep(pause / 1000)
            seen = self._position_if_possible(ref, symbol) or seen
            if seen is not None and (seen.flat or holds(seen)):
                break
        return seen


def _closing_order(connection_id: str, instrument: Instrument, side: Side, qty: Decimal) -> OrderDraft:
    return OrderDraft(
        connection_id=connection_id,
        symbol=instrument.symbol,
        side=side,
        order_type=MARKET,
        qty=qty,
        price=None,
        stop_loss=None,
        take_profit=None,
        reduce_only=True,
    )


def _key_of(key: str, number: int) -> str:
    """The key of a closing's ``number``-th order. No header can carry a zero byte, so it is nobody else's."""
    return key if number == 0 else f"{key}\x00{number}"
