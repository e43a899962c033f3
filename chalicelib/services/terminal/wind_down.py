"""What the workspace's kill switch does to what was opened by hand (decision 19).

Resting orders that could open are cancelled by their ids, so protective stops stay; positions are then flattened
reduce-only in chunks and looked at until they are flat; only then is what has become of the orders waited for. Runs'
own orders and positions are left to their runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import MissingReference, Refusal
from chalicelib.domain.workspace.manual_order import ManualOrder
from chalicelib.domain.workspace.order_refusals import OrderConflict
from chalicelib.ports import ConnectionRef, ExchangeRefused, ExchangeUnavailable
from chalicelib.services.terminal.order_desk import LOOKS_MS, OrderDesk, reference_of
from chalicelib.services.terminal.positions import ClosingStatus, ManualPositions

ASK_FIRST_MS = 4_000
"""After this long of asking for cancels the positions come first; the other cancels are asked for after them."""

BUDGET_MS = 12_000
"""Nothing further is begun after this: the answer must come in time, and a repeat goes on."""

CLOSING_MS = BUDGET_MS - ASK_FIRST_MS
"""What the positions have of it at least, however long the last cancel before them took to answer."""

Place = tuple[str, str]
"""A connection's id and a symbol: where a position can be."""


@dataclass(frozen=True, slots=True)
class WoundDown:
    """Symbols: whose opening orders were cancelled, whose positions are flat now, and what could not be proven."""

    cancelled: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WindDownByHand:
    """Use-case: closes what the manual orders of a workspace opened or could still open, however old they are."""

    desk: OrderDesk
    positions: ManualPositions

    def __call__(self, actor: Actor) -> WoundDown:
        """What was done. What fails is told in ``left``, never raised: the other positions come first."""
        opening = self.desk.orders.opening(actor.workspace_id)
        alive = [order for order in opening if not order.status.terminal]
        flat: dict[Place, bool] = {}
        began_ms = self.desk.clock.now_ms()
        unasked = self._ask(alive, began_ms + ASK_FIRST_MS)
        deadline_ms = max(began_ms + BUDGET_MS, self.desk.clock.now_ms() + CLOSING_MS)
        self._close(actor, self._held(actor, opening), deadline_ms, flat)
        self._ask(unasked, deadline_ms)
        seen = self._look(alive, deadline_ms)
        # What executed unseen may have done so after its position was closed.
        grown = [
            _place(after) for before, after in zip(alive, seen, strict=True) if after.filled_qty > before.filled_qty
        ]
        self._close(actor, grown, deadline_ms, flat)
        left = [symbol for (_, symbol), proven in flat.items() if not proven]
        left += [order.symbol for order in seen if not order.status.terminal]
        return WoundDown(
            cancelled=tuple(order.symbol for order in seen if order.status.terminal),
            closed=tuple(symbol for (_, symbol), proven in flat.items() if proven),
            left=tuple(dict.fromkeys(left)),
        )

    def _ask(self, orders: list[ManualOrder], deadline_ms: int) -> list[ManualOrder]:
        """Asks for cancels, the newest order's first; returns those that there was no time for."""
        for number, order in enumerate(orders):
            if self.desk.clock.now_ms() > deadline_ms:
                return orders[number:]
            self.desk.exchange.cancel_order(reference_of(order), order.symbol, order.order_link_id)
        return []

    def _held(self, actor: Actor, opening: tuple[ManualOrder, ...]) -> list[Place]:
        """Where our orders have opened what is still there, or may have, as far as the exchange can be asked."""
        touched = dict.fromkeys(_place(order) for order in opening if order.filled_qty or not order.status.terminal)
        alive = {_place(order) for order in opening if not order.status.terminal}
        found: list[Place] = []
        for connection_id in dict.fromkeys(connection_id for connection_id, _ in touched):
            places = [place for place in touched if place[0] == connection_id]
            try:
                ref = self.desk.reference(actor, connection_id)
            except MissingReference:
                # Whoever took the key away has ended our part in its positions, unless an order of ours still lives.
                found += [place for place in places if place in alive]
            else:
                found += self._not_flat(ref, places)
        return found

    def _not_flat(self, ref: ConnectionRef, places: list[Place]) -> list[Place]:
        try:
            held = {position.symbol for position in self.desk.exchange.positions(ref, None) if not position.flat}
        except (ExchangeUnavailable, ExchangeRefused):
            return places
        return [place for place in places if place[1] in held]

    def _look(self, orders: list[ManualOrder], deadline_ms: int) -> list[ManualOrder]:
        """The orders as they are after at most about two seconds of waiting for all of them together."""
        seen = list(orders)
        for pause in LOOKS_MS:
            if all(order.status.terminal for order in seen):
                break
            self.desk.clock.sleep(pause / 1000)
            for number, order in enumerate(seen):
                if self.desk.clock.now_ms() > deadline_ms:
                    return seen
                seen[number] = self.desk.look_if_possible(order)
        return seen

    def _close(self, actor: Actor, places: Iterable[Place], deadline_ms: int, flat: dict[Place, bool]) -> None:
        """Closes what is held there; notes in ``flat`` whether it was seen to be."""
        for place in dict.fromkeys(places):
            if self.positions.permission.run_active(actor, *place):
                continue
            if self.desk.clock.now_ms() > deadline_ms:
                flat[place] = False
                continue
            try:
                flat[place] = self.positions.close(actor, *place, None, None).status is ClosingStatus.CLOSED
            except OrderConflict as conflict:
                if conflict.code != "position.flat":
                    flat[place] = False
            except (Refusal, ExchangeUnavailable, ExchangeRefused):
                flat[place] = False


def _place(order: ManualOrder) -> Place:
    return order.connection_id, order.symbol
