"""The reading endpoints of orders, executions and closed PnL."""

from __future__ import annotations

from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.account_records import closed_pnl_row
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_commands import in_scope
from infra.local.exchange.engine.order_records import fill_row, order_row
from infra.local.exchange.engine.order_rules import require_linear
from infra.local.exchange.engine.refusal import Reply, bad_request
from infra.local.exchange.engine.visibility import CLOSED_WINDOW, WEEK_MS, in_history, page, window
from infra.local.exchange.engine.world import World


def realtime(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Open orders, or (openOnly=1) the last 500 closed since the exchange started; by id both."""
    require_linear(params)
    if not (params.get("symbol") or params.get("baseCoin") or params.get("settleCoin")):
        raise bad_request("Missing some parameters that must be filled in, symbol or settleCoin or baseCoin")
    by_id = bool(params.get("orderId") or params.get("orderLinkId"))
    if by_id:
        found = _by_id(account, params)
        recent = found is not None and (found.is_open or found in _recent_closed(account))
        rows = [found] if found is not None and recent else []
    elif str(params.get("openOnly", "0")) in ("1", "2"):
        rows = _recent_closed(account)
    else:
        rows = list(account.open_orders.values())
        rows.reverse()
    rows = [order for order in rows if in_scope(world, order, params) and _kept(order, params)]
    return _orders(world, rows, params)


def _by_id(account: Account, params: dict[str, Any]) -> Order | None:
    if params.get("orderId"):
        return account.orders.get(str(params["orderId"]))
    return account.by_link(str(params["orderLinkId"]))


def _recent_closed(account: Account) -> list[Order]:
    rows: list[Order] = []
    for order in reversed(account.orders.values()):
        if not order.is_open and order.updated_ms >= account.realtime_from_ms:
            rows.append(order)
            if len(rows) == CLOSED_WINDOW:
                break
    return rows


def _kept(order: Order, params: dict[str, Any]) -> bool:
    kind = params.get("orderFilter")
    if kind == "Order":
        return not order.stop_type
    if kind in ("StopOrder", "tpslOrder"):
        return bool(order.stop_type)
    return True


def history(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Closed orders within the window and the retention."""
    require_linear(params)
    demo = world.settings.profile == "demo"
    if params.get("orderId") or params.get("orderLinkId"):
        found = _by_id(account, params)
        rows = [found] if found is not None and not found.is_open else []
    else:
        start, end = window(params, world.now_ms, WEEK_MS)
        rows = [
            order
            for order in reversed(account.orders.values())
            if not order.is_open and start <= order.created_ms <= end and _kept(order, params)
        ]
    if params.get("symbol") or params.get("baseCoin") or params.get("settleCoin"):
        rows = [order for order in rows if in_scope(world, order, params)]
    if params.get("orderStatus"):
        rows = [order for order in rows if order.status == params["orderStatus"]]
    return _orders(world, [order for order in rows if in_history(order, world.now_ms, demo=demo)], params)


def _orders(world: World, orders: list[Order], params: dict[str, Any]) -> Reply:
    part, cursor = page(orders, params, lambda order: order.order_id, 20, 50)
    rows = [order_row(order, world.markets[order.symbol]) for order in part]
    return Reply(result={"category": "linear", "nextPageCursor": cursor, "list": rows})


def executions(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Executions newest first; with an id every other filter is ignored."""
    require_linear(params)
    order_id, link_id = params.get("orderId"), params.get("orderLinkId")
    if order_id or link_id:
        rows = [
            fill
            for fill in reversed(account.fills)
            if (fill.order_id == order_id if order_id else fill.link_id == link_id)
        ]
    else:
        start, end = window(params, world.now_ms, WEEK_MS)
        symbol, kind = params.get("symbol"), params.get("execType")
        if symbol:
            world.market(params)
        rows = [
            fill
            for fill in reversed(account.fills)
            if start <= fill.time_ms <= end
            and (not symbol or fill.symbol == symbol)
            and (not kind or fill.exec_type == kind)
        ]
    part, cursor = page(rows, params, lambda fill: fill.exec_id, 50, 100)
    listed = [fill_row(fill, world.markets[fill.symbol].listing.price_scale) for fill in part]
    return Reply(result={"category": "linear", "nextPageCursor": cursor, "list": listed})


def closed_pnl(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Closed PnL newest first."""
    require_linear(params)
    start, end = window(params, world.now_ms, WEEK_MS)
    symbol = params.get("symbol")
    if symbol:
        world.market(params)
    rows = [
        row
        for row in reversed(account.closed_pnl)
        if start <= row.updated_ms <= end and (not symbol or row.symbol == symbol)
    ]
    part, cursor = page(rows, params, lambda row: row.order_id, 50, 100)
    listed = [closed_pnl_row(row, world.markets[row.symbol].listing.price_scale) for row in part]
    return Reply(result={"category": "linear", "nextPageCursor": cursor, "list": listed})
