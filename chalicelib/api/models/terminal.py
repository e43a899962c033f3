"""The terminal: market, manual orders, positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from chalicelib.api.models.base import (
    DecimalText,
    Id,
    PositiveDecimalText,
    RequestModel,
    Symbol,
    Timestamp,
    View,
    iso,
    iso_or_none,
)
from chalicelib.domain.market.side import Side
from chalicelib.domain.workspace.manual_order import ManualOrder
from chalicelib.domain.workspace.manual_order_rules import OrderDraft

if TYPE_CHECKING:
    from chalicelib.domain.market.candle import Candle
    from chalicelib.domain.runtime.facts import ClosedPnlFact, OrderFact, PositionFact
    from chalicelib.ports import Ticker

SideName = Literal["Buy", "Sell"]


class SymbolQuery(RequestModel):
    """Which instrument."""

    symbol: Symbol


class CandlesQuery(RequestModel):
    """Which candles."""

    symbol: Symbol
    interval: Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d"] = "15m"
    limit: int = Field(default=200, ge=1, le=1000)


class AccountQuery(RequestModel):
    """Which account, and of one symbol or of all."""

    exchange_connection_id: Id
    symbol: Symbol | None = None


class OrdersQuery(RequestModel):
    """Which manual orders."""

    exchange_connection_id: Id | None = None
    symbol: Symbol | None = None


class ClosedPnlQuery(AccountQuery):
    """Which closed results; ``since`` is in milliseconds UTC."""

    since: int | None = Field(default=None, ge=0, le=253_402_300_799_000)


class OrderHistoryQuery(RequestModel):
    """Which orders of an account; ``since`` is in milliseconds UTC."""

    exchange_connection_id: Id
    symbol: Symbol
    since: int | None = Field(default=None, ge=0, le=253_402_300_799_000)


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


class TickerView(View):
    """Current prices; ``price24hPcnt`` is a fraction."""

    symbol: str
    last_price: DecimalText
    mark_price: DecimalText
    bid_price: DecimalText
    ask_price: DecimalText
    prev_price24h: DecimalText = Field(alias="prevPrice24h")
    price24h_pcnt: DecimalText = Field(alias="price24hPcnt")
    high_price24h: DecimalText = Field(alias="highPrice24h")
    low_price24h: DecimalText = Field(alias="lowPrice24h")
    volume24h: DecimalText = Field(alias="volume24h")
    turnover24h: DecimalText = Field(alias="turnover24h")

    @classmethod
    def of(cls, ticker: Ticker) -> TickerView:
        """The view of a ticker."""
        return cls(
            symbol=ticker.symbol,
            last_price=ticker.last_price,
            mark_price=ticker.mark_price,
            bid_price=ticker.bid_price,
            ask_price=ticker.ask_price,
            prev_price24h=ticker.prev_price_24h,
            price24h_pcnt=ticker.change_24h,
            high_price24h=ticker.high_24h,
            low_price24h=ticker.low_24h,
            volume24h=ticker.volume_24h,
            turnover24h=ticker.turnover_24h,
        )


class CandleView(View):
    """One candle; ``openTime`` in milliseconds UTC."""

    open_time: int
    open: DecimalText
    high: DecimalText
    low: DecimalText
    close: DecimalText
    volume: DecimalText

    @classmethod
    def of(cls, candle: Candle) -> CandleView:
        """The view of a candle."""
        return cls(
            open_time=candle.open_time_ms,
            open=candle.open,
            high=candle.high,
            low=candle.low,
            close=candle.close,
            volume=candle.volume,
        )


class CandlesView(View):
    """Closed candles, oldest first; ``forming`` is the one that is not closed yet, when it is known."""

    symbol: str
    interval: str
    items: list[CandleView]
    forming: CandleView | None


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


class OrderList(View):
    """The latest manual orders, newest first."""

    items: list[OrderView]
    next_cursor: str | None


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
