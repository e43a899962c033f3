"""The terminal's account: positions, orders and results as the exchange has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from chalicelib.api.models.base import (
    DecimalText,
    Id,
    RequestModel,
    Symbol,
    Timestamp,
    View,
    iso_or_none,
)

if TYPE_CHECKING:
    from chalicelib.domain.runtime.facts import ClosedPnlFact, OrderFact, PositionFact


class AccountQuery(RequestModel):
    """Which account, and of one symbol or of all."""

    exchange_connection_id: Id
    symbol: Symbol | None = None


class ClosedPnlQuery(AccountQuery):
    """Which closed results; ``since`` is in milliseconds UTC."""

    since: int | None = Field(default=None, ge=0, le=253_402_300_799_000)


class OrderHistoryQuery(RequestModel):
    """Which orders of an account; ``since`` is in milliseconds UTC."""

    exchange_connection_id: Id
    symbol: Symbol
    since: int | None = Field(default=None, ge=0, le=253_402_300_799_000)


class PositionView(View):
    """A position; ``protected`` says that a stop loss lies on the exchange."""

    symbol: str
    side: str | None
    size: DecimalText
    avg_price: DecimalText | None
    mark_price: DecimalText | None
    liq_price: DecimalText | None
    stop_loss: DecimalText | None
    take_profit: DecimalText | None
    protected: bool
    unrealised_pnl: DecimalText | None
    leverage: DecimalText | None
    updated_at: Timestamp | None

    @classmethod
    def of(cls, position: PositionFact) -> PositionView:
        """The view of a position."""
        return cls(
            symbol=position.symbol,
            side=None if position.side is None else position.side.value,
            size=position.size,
            avg_price=position.avg_price,
            mark_price=position.mark_price,
            liq_price=position.liq_price,
            stop_loss=position.stop_loss,
            take_profit=position.take_profit,
            protected=position.stop_loss is not None,
            unrealised_pnl=position.unrealised_pnl,
            leverage=position.leverage,
            updated_at=iso_or_none(position.updated_ms),
        )


class PositionList(View):
    """Positions that have a size."""

    items: list[PositionView]
    next_cursor: str | None


class OpenOrderView(View):
    """An order as the exchange shows it, whoever made it. SL and TP orders of the exchange's own carry no link id."""

    order_id: str
    order_link_id: str
    symbol: str
    side: str
    type: str
    status: str
    qty: DecimalText
    price: DecimalText | None
    filled_qty: DecimalText
    avg_price: DecimalText | None
    reduce_only: bool
    create_type: str
    stop_order_type: str
    trigger_price: DecimalText | None
    stop_loss: DecimalText | None
    take_profit: DecimalText | None
    created_at: Timestamp | None
    updated_at: Timestamp | None

    @classmethod
    def of(cls, order: OrderFact) -> OpenOrderView:
        """The view of an order fact."""
        return cls(
            order_id=order.order_id,
            order_link_id=order.order_link_id,
            symbol=order.symbol,
            side=order.side.value,
            type=order.order_type,
            status=order.status.value,
            qty=order.qty,
            price=order.price,
            filled_qty=order.cum_exec_qty,
            avg_price=order.avg_price,
            reduce_only=order.reduce_only,
            create_type=order.create_type,
            stop_order_type=order.stop_order_type,
            trigger_price=order.trigger_price,
            stop_loss=order.stop_loss,
            take_profit=order.take_profit,
            created_at=iso_or_none(order.created_ms),
            updated_at=iso_or_none(order.updated_ms),
        )


class OpenOrderList(View):
    """Orders that are alive on the exchange."""

    items: list[OpenOrderView]
    next_cursor: str | None


class OrderHistoryList(View):
    """Orders of an account, closed and open, oldest first."""

    items: list[OpenOrderView]
    next_cursor: str | None


class ClosedPnlView(View):
    """A closing order's result as the exchange books it; ``closedPnl`` is net of both fees."""

    order_id: str
    symbol: str
    side: str
    qty: DecimalText
    closed_pnl: DecimalText
    open_fee: DecimalText
    close_fee: DecimalText
    created_at: Timestamp | None

    @classmethod
    def of(cls, fact: ClosedPnlFact) -> ClosedPnlView:
        """The view of a closed result."""
        return cls(
            order_id=fact.order_id,
            symbol=fact.symbol,
            side=fact.side.value,
            qty=fact.qty,
            closed_pnl=fact.closed_pnl,
            open_fee=fact.open_fee,
            close_fee=fact.close_fee,
            created_at=iso_or_none(fact.created_ms),
        )


class ClosedPnlList(View):
    """Closed results, oldest first."""

    items: list[ClosedPnlView]
    next_cursor: str | None
