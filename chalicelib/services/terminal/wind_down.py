"""What the workspace's kill switch does to what was opened by hand (decision 19).

Resting orders that could open are cancelled by their ids, so protective stops stay; positions are then flattened
reduce-only in chunks and looked at until they are flat. Runs' own orders and positions are left to their runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Refusal
from chalicelib.domain.workspace.manual_order import ManualOrder
from chalicelib.domain.workspace.order_refusals import OrderConflict
from chalicelib.ports import ExchangeRefused, ExchangeUnavailable
from chalicelib.services.terminal.order_desk import OrderDesk, reference_of
from chalicelib.services.terminal.positions import ClosingStatus, ManualPositions

BUDGET_MS = 12_000
"""No further position is begun after this: the answer must come in time, and a repeat goes on."""

_LOOKED_AT = 50


@dataclass(frozen=True, slots=True)
class WoundDown:
    """Symbols: whose opening orders were cancelled, whose positions are flat now, and what could not be proven."""

    cancelled: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WindDownByHand:
    """Use-case: closes what the newest manual orders of a workspace opened or could still open."""

    desk: OrderDesk
    positions: ManualPositions

    def __call__(self, actor: Actor) -> WoundDown:
        """What was done. What fails is told in ``left``, never raised: the other positions come first."""
        began_ms = self.desk.clock.now_ms()
        opening = [order for order in self.desk.orders.list(actor.workspace_id, _LOOKED_AT) if not order.reduce_only]
        cancelled, left = self._cancel([order for order in opening if not order.status.terminal])
        closed: list[str] = []
        touched = [order for order in opening if order.filled_qty or not order.status.terminal]
        for connection_id, symbol in dict.fromkeys((order.connection_id, order.symbol) for order in touched):
            if self.positions.permission.run_active(actor, connection_id, symbol):
                continue
            if self.desk.clock.now_ms() - began_ms > BUDGET_MS:
                left.append(symbol)
                continue
            self._close(actor, connection_id, symbol, closed, left)
        return WoundDown(tuple(cancelled), tuple(closed), tuple(dict.fromkeys(left)))

    def _cancel(self, alive: list[ManualOrder]) -> tuple[list[str], list[str]]:
        for order in alive:
            self.desk.exchange.cancel_order(reference_of(order), order.symbol, order.order_link_id)
        after = [self.desk.look_until(order, lambda seen: seen.status.terminal) for order in alive]
        over = [order.symbol for order in after if order.status.terminal]
        return over, [order.symbol for order in after if not order.status.terminal]

    def _close(self, actor: Actor, connection_id: str, symbol: str, closed: list[str], left: list[str]) -> None:
        try:
            closing = self.positions.close(actor, connection_id, symbol, None, None)
        except OrderConflict as conflict:
            if conflict.code != "position.flat":
                left.append(symbol)
        except (Refusal, ExchangeUnavailable, ExchangeRefused):
            left.append(symbol)
        else:
            (closed if closing.status is ClosingStatus.CLOSED else left).append(symbol)
