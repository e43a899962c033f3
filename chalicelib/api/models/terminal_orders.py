"""The terminal's manual orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from chalicelib.api.models.base import (
    DecimalText,
    Id,
    PositiveDecimalText,
    RequestModel,
    Symbol,
    Timestamp,
    View,
)
from chalicelib.domain.market.side import Side
from chalicelib.domain.timestamps import iso
from chalicelib.domain.workspace.amendment import Amendment
from chalicelib.domain.workspace.manual_order import ManualOrder
from chalicelib.domain.workspace.manual_order_rules import OrderDraft

if TYPE_CHECKING:
    from chalicelib.services.terminal.orders import Amended

SideName = Literal["Buy", "Sell"]


class OrdersQuery(RequestModel):
    """Which manual orders."""

    exchange_connection_id: Id | None = None
    symbol: Symbol | None = None


class PlaceOrderBody(RequestModel):
    """A manual order. Stop loss and take profit are required unless it can only reduce."""

    exchange_connection_id: Id
    symbol: Symbol
    side: SideName
    type: Literal["Market", "Limit"]
    qty: PositiveDecimalText
    price: PositiveDecimalText | None = None
    stop_loss: PositiveDecimalText | None = None
    take_profit: PositiveDecimalText | None = None
    reduce_only: bool = False

    def draft(self) -> OrderDraft:
        """The order as the service takes it."""
        return OrderDraft(
            connection_id=self.exchange_connection_id,
            symbol=self.symbol,
            side=Side(self.side),
            order_type=self.type,
            qty=self.qty,
            price=self.price,
            stop_loss=self.stop_loss,
            take_profit=self.take_profit,
            reduce_only=self.reduce_only,
        )


class AmendOrderBody(RequestModel):
    """What shall change of an order that rests; what is left out stays as it is."""

    qty: PositiveDecimalText | None = None
    price: PositiveDecimalText | None = None
    stop_loss: PositiveDecimalText | None = None
    take_profit: PositiveDecimalText | None = None

    def amendment(self) -> Amendment:
        """The change as the service takes it."""
        return Amendment(self.qty, self.price, self.stop_loss, self.take_profit)


class OrderView(View):
    """A manual order. ``accepted`` is not ``filled``: the status is what the exchange last showed."""

    id: Id
    order_link_id: str
    exchange_connection_id: Id
    symbol: str
    side: str
    type: str
    qty: DecimalText
    price: DecimalText | None
    stop_loss: DecimalText | None
    take_profit: DecimalText | None
    reduce_only: bool
    status: str
    filled_qty: DecimalText
    avg_price: DecimalText | None
    reason: str
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, order: ManualOrder) -> OrderView:
        """The view of a manual order."""
        return cls(
            id=order.intent_id,
            order_link_id=order.order_link_id,
            exchange_connection_id=order.connection_id,
            symbol=order.symbol,
            side=order.side.value,
            type=order.order_type,
            qty=order.qty,
            price=order.price,
            stop_loss=order.stop_loss,
            take_profit=order.take_profit,
            reduce_only=order.reduce_only,
            status=order.status.value,
            filled_qty=order.filled_qty,
            avg_price=order.avg_price,
            reason=order.reason,
            created_at=iso(order.created_ms),
            updated_at=iso(order.updated_ms),
        )


class AmendedOrderView(View):
    """An order after a change was asked for; ``unknown``: the exchange does not show the change (yet)."""

    status: Literal["applied", "unknown"]
    order: OrderView

    @classmethod
    def of(cls, amended: Amended) -> AmendedOrderView:
        """The view of a changed order."""
        return cls(status="applied" if amended.applied else "unknown", order=OrderView.of(amended.order))


class OrderList(View):
    """The latest manual orders, newest first."""

    items: list[OrderView]
    next_cursor: str | None
