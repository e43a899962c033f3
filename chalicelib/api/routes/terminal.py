"""The terminal: market, manual orders, positions."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.terminal_account import (
    AccountQuery,
    ClosedPnlList,
    ClosedPnlQuery,
    ClosedPnlView,
    OpenOrderList,
    OpenOrderView,
    OrderHistoryList,
    OrderHistoryQuery,
    PositionList,
    PositionView,
)
from chalicelib.api.models.terminal_market import CandlesQuery, CandlesView, CandleView, SymbolQuery, TickerView
from chalicelib.api.models.terminal_orders import (
    AmendedOrderView,
    AmendOrderBody,
    OrderList,
    OrdersQuery,
    OrderView,
    PlaceOrderBody,
)
from chalicelib.api.models.terminal_positions import (
    ClosePositionBody,
    ClosingView,
    ProtectedPositionView,
    ProtectPositionBody,
)
from chalicelib.api.operation import Call, Routes
from chalicelib.domain.market.interval import Interval

routes = Routes("Terminal")


@routes.get("/terminal/ticker", refusals=(422, 502))
def get_ticker(call: Call, query: SymbolQuery) -> TickerView:
    """Current prices."""
    return TickerView.of(call.services.market.ticker(query.symbol))


@routes.get("/terminal/candles", refusals=(422, 502))
def get_candles(call: Call, query: CandlesQuery) -> CandlesView:
    """Closed candles, oldest first, and the one that is forming."""
    interval = Interval(query.interval)
    closed, forming = call.services.market.candles(query.symbol, interval, query.limit)
    return CandlesView(
        symbol=query.symbol,
        interval=interval.value,
        items=[CandleView.of(candle) for candle in closed],
        forming=CandleView.of(forming) if forming is not None else None,
    )


@routes.get("/terminal/orders")
def list_orders(call: Call, query: OrdersQuery) -> OrderList:
    """The latest fifty manual orders."""
    found = call.services.orders.list(call.actor, query.exchange_connection_id, query.symbol)
    return OrderList(items=[OrderView.of(order) for order in found], next_cursor=None)


@routes.post("/terminal/orders", status=201, refusals=(404, 409, 422, 502), takes_key=True)
def place_order(call: Call, body: PlaceOrderBody) -> OrderView:
    """Places an order. The Idempotency-Key is its identity: a repeat finds the order, it never makes a second one."""
    return OrderView.of(call.services.orders.place(call.actor, body.draft(), call.idempotency_key))


@routes.get("/terminal/orders/{order_id}", refusals=(404, 502))
def get_order(call: Call, order_id: str) -> OrderView:
    """A manual order as the exchange has it now."""
    return OrderView.of(call.services.orders.get(call.actor, order_id))


@routes.post("/terminal/orders/{order_id}/cancel", refusals=(404, 409, 502))
def cancel_order(call: Call, order_id: str, body: NoBody) -> OrderView:
    """Cancels a manual order that is alive."""
    return OrderView.of(call.services.orders.cancel(call.actor, order_id))


@routes.post("/terminal/orders/{order_id}/amend", refusals=(404, 409, 422, 502), cached_reply=True)
def amend_order(call: Call, order_id: str, body: AmendOrderBody) -> AmendedOrderView:
    """Changes a limit order that rests, in place, and looks whether it has happened before it answers."""
    return AmendedOrderView.of(call.services.orders.amend(call.actor, order_id, body.amendment()))


@routes.get("/terminal/positions", refusals=(404, 422, 502))
def list_positions(call: Call, query: AccountQuery) -> PositionList:
    """Positions that have a size, as the exchange has them now."""
    found = call.services.account.positions(call.actor, query.exchange_connection_id, query.symbol)
    return PositionList(items=[PositionView.of(position) for position in found], next_cursor=None)


@routes.post("/terminal/positions/protection", refusals=(404, 409, 422, 502), cached_reply=True)
def protect_position(call: Call, body: ProtectPositionBody) -> ProtectedPositionView:
    """Sets stop loss and take profit of a position, and looks whether they lie there before it answers."""
    protected = call.services.positions.protect(
        call.actor, body.exchange_connection_id, body.symbol, body.stop_loss, body.take_profit
    )
    return ProtectedPositionView.of(protected)


@routes.post("/terminal/positions/close", refusals=(404, 409, 422, 502), takes_key=True)
def close_position(call: Call, body: ClosePositionBody) -> ClosingView:
    """Closes a position or a part of it by reduce-only market orders. The Idempotency-Key is their identity."""
    closing = call.services.positions.close(
        call.actor, body.exchange_connection_id, body.symbol, body.qty, call.idempotency_key
    )
    return ClosingView.of(closing)


@routes.get("/terminal/open-orders", refusals=(404, 422, 502))
def list_open_orders(call: Call, query: AccountQuery) -> OpenOrderList:
    """Orders that are alive on the exchange, whoever made them."""
    found = call.services.account.open_orders(call.actor, query.exchange_connection_id, query.symbol)
    return OpenOrderList(items=[OpenOrderView.of(order) for order in found], next_cursor=None)


@routes.get("/terminal/order-history", refusals=(404, 422, 502))
def list_order_history(call: Call, query: OrderHistoryQuery) -> OrderHistoryList:
    """The exchange's own record of a symbol's orders, whoever made them."""
    found = call.services.account.order_history(call.actor, query.exchange_connection_id, query.symbol, query.since)
    return OrderHistoryList(items=[OpenOrderView.of(order) for order in found], next_cursor=None)


@routes.get("/terminal/closed-pnl", refusals=(404, 422, 502))
def list_closed_pnl(call: Call, query: ClosedPnlQuery) -> ClosedPnlList:
    """Closed results as the exchange books them."""
    found = call.services.account.closed_pnl(call.actor, query.exchange_connection_id, query.symbol, query.since)
    return ClosedPnlList(items=[ClosedPnlView.of(fact) for fact in found], next_cursor=None)
