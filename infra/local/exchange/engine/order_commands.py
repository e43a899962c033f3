"""The order endpoints that change something: create, amend, cancel, cancel-all and their batches (spec section 5.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.activation import activate
from infra.local.exchange.engine.decimal_text import read_decimal, read_price
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_records import order_message
from infra.local.exchange.engine.order_rules import (
    TRIGGERS,
    banded_price,
    check_direction,
    check_price,
    check_quantity,
    check_tpsl_sides,
    require_linear,
)
from infra.local.exchange.engine.order_states import (
    cancel,
    position_noise,
    register,
    reserve,
    tell_order,
    tell_wallet,
    touch,
)
from infra.local.exchange.engine.order_validation import build_order
from infra.local.exchange.engine.refusal import Refusal, Reply, bad_request
from infra.local.exchange.engine.world import World

RACE_MS = 50
CANCEL_ALL_LIMIT = 500
BATCH_LIMIT = 20


def create(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Accepts an order: ids only, what becomes of it is told by the stream and the queries."""
    order = build_order(world, account, params)
    delay = world.settings.acceptance_delay_ms
    if delay:
        if order.link_id:
            account.order_of_link[order.link_id] = order.order_id
        world.delayed.append((world.now_ms + delay, order))
        return Reply(result=_ids(order))
    meet_market(world, account, order)
    return Reply(result=_ids(order))


def meet_market(world: World, account: Account, order: Order) -> None:
    """Registers an accepted order and lets it meet the market, or wait for its trigger."""
    register(world, account, order)
    if order.status == "Untriggered":
        tell_order(world, account, order)
        position_noise(world, account, order)
    else:
        activate(world, account, order)


def _ids(order: Order) -> dict[str, Any]:
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def find(account: Account, params: dict[str, Any]) -> Order | None:
    """The order named by orderId, else by orderLinkId; the id wins when both are given."""
    order_id, link_id = params.get("orderId"), params.get("orderLinkId")
    if not order_id and not link_id:
        raise bad_request("params error: orderId or orderLinkId is required")
    if order_id:
        return account.orders.get(str(order_id))
    return account.by_link(str(link_id))


def cancel_one(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Cancels one open order. A cancel that races a fill is acknowledged and refused on the stream (S-10)."""
    require_linear(params)
    market = world.market(params)
    order = find(account, params)
    if order is None or order.symbol != market.symbol:
        raise Refusal(110001, "order not exists or too late to cancel")
    if not order.is_open:
        racing = order.status == "Filled" and world.now_ms - order.updated_ms < RACE_MS
        if not (racing and world.settings.double_filled):
            raise Refusal(110001, "order not exists or too late to cancel")
        message = order_message(order, market)
        message |= {"cancelType": "CancelByUser", "rejectReason": "EC_OrigClOrdIDDoesNotExist"}
        account.events.put("order", world.now_ms, [message])
        return Reply(result=_ids(order))
    _cancel_and_tell(world, account, order)
    return Reply(result=_ids(order))


def _cancel_and_tell(world: World, account: Account, order: Order, cancel_type: str = "CancelByUser") -> None:
    position = account.position(order.symbol, order.position_idx)
    if order.stop_type == "TakeProfit":
        position.take_profit = None
    elif order.stop_type == "StopLoss":
        position.stop_loss = None
    elif order.stop_type == "TrailingStop":
        position.trailing, position.active_price = order.distance * 0, None
    cancel(world, account, order, cancel_type)
    position_noise(world, account, order)
    tell_wallet(world, account)


def cancel_all(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Cancels by scope. Without orderFilter TP/SL and trailing stops go too (S-07)."""
    require_linear(params)
    chosen = [order for order in account.open_orders.values() if in_scope(world, order, params)]
    kind = params.get("orderFilter")
    if kind in ("Order", "OpenOrder"):
        chosen = [order for order in chosen if order.status != "Untriggered"]
    elif kind == "StopOrder":
        chosen = [order for order in chosen if order.status == "Untriggered"]
        if params.get("stopOrderType") == "Stop":
            chosen = [order for order in chosen if order.stop_type == "Stop"]
    elif kind:
        raise bad_request("params error: orderFilter invalid")
    if len(chosen) > CANCEL_ALL_LIMIT:
        chosen = world.random.sample(chosen, CANCEL_ALL_LIMIT)
    for order in chosen:
        if order.is_open:
            _cancel_and_tell(world, account, order)
    return Reply(result={"list": [_ids(order) for order in chosen], "success": "1"})


def in_scope(world: World, order: Order, params: dict[str, Any]) -> bool:
    """Whether the order falls under symbol, else baseCoin, else settleCoin; one of them is required."""
    if params.get("symbol"):
        return order.symbol == world.market(params).symbol
    if params.get("baseCoin"):
        return world.markets[order.symbol].listing.instrument.base_coin == str(params["baseCoin"])
    if params.get("settleCoin"):
        return bool(params["settleCoin"] == "USDT")
    raise bad_request("params error: symbol, settleCoin or baseCoin is required")


def amend(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Changes an open order in place: quantity, price, trigger, TP and SL. A new price or quantity costs its place in
    the queue."""
    require_linear(params)
    market = world.market(params)
    order = find(account, params)
    if order is None or order.symbol != market.symbol or not order.is_open:
        raise Refusal(110001, "order not exists or too late to replace")
    qty, price = read_decimal(params, "qty"), read_decimal(params, "price")
    if qty is not None:
        check_quantity(market, qty, order.order_type)
        if qty <= order.cum_qty:
            raise Refusal(110064, "The order quantity to be modified must be greater than the executed quantity")
    if price is not None:
        price = banded_price(account, market, order.side, check_price(market, price))
    _amend_trigger(params, world, account, order)
    _amend_tpsl(params, world, order)
    resting = order.status in ("New", "PartiallyFilled")
    if resting and (qty is not None or price is not None):
        world.books[order.symbol].remove(order)
    order.qty = order.qty if qty is None else qty
    order.price = order.price if price is None else price
    touch(world, order)
    if resting and (qty is not None or price is not None):
        order.seq = world.next_seq()
        reserve(world, account, order)
        activate(world, account, order)
    else:
        tell_order(world, account, order)
        position_noise(world, account, order)
    return Reply(result=_ids(order))


def _amend_trigger(params: dict[str, Any], world: World, account: Account, order: Order) -> None:
    trigger = read_price(params, "triggerPrice")
    by = params.get("triggerBy")
    if by and by not in TRIGGERS:
        raise bad_request("params error: triggerBy invalid")
    if trigger is None or order.status != "Untriggered":
        return
    market = world.markets[order.symbol]
    before = order.trigger_price, order.trigger_by
    order.trigger_price = check_price(market, trigger)
    order.trigger_by = by or order.trigger_by
    try:
        check_direction(market, order)
    except Refusal:
        order.trigger_price, order.trigger_by = before
        raise
    position = account.position(order.symbol, order.position_idx)
    if order.stop_type == "TakeProfit":
        position.take_profit, position.tp_trigger_by = order.trigger_price, order.trigger_by
    elif order.stop_type == "StopLoss":
        position.stop_loss, position.sl_trigger_by = order.trigger_price, order.trigger_by


def _amend_tpsl(params: dict[str, Any], world: World, order: Order) -> None:
    names = ("takeProfit", "stopLoss", "tpLimitPrice", "slLimitPrice")
    if not any(params.get(name) for name in names):
        return
    before = order.take_profit, order.stop_loss, order.tp_trigger_by, order.sl_trigger_by
    if params.get("takeProfit"):
        order.take_profit = read_price(params, "takeProfit")
        order.tp_trigger_by = params.get("tpTriggerBy") or order.tp_trigger_by or "LastPrice"
    if params.get("stopLoss"):
        order.stop_loss = read_price(params, "stopLoss")
        order.sl_trigger_by = params.get("slTriggerBy") or order.sl_trigger_by or "LastPrice"
    try:
        check_tpsl_sides(world.markets[order.symbol], order)
    except Refusal:
        order.take_profit, order.stop_loss, order.tp_trigger_by, order.sl_trigger_by = before
        raise
    order.tp_limit_price = read_price(params, "tpLimitPrice") or order.tp_limit_price
    order.sl_limit_price = read_price(params, "slLimitPrice") or order.sl_limit_price
    order.tpsl_mode = params.get("tpslMode") or order.tpsl_mode or "Full"


def batch(
    world: World,
    account: Account,
    params: dict[str, Any],
    single: Callable[[World, Account, dict[str, Any]], Reply],
    allowed: int,
) -> Reply:
    """Runs each item on its own: the envelope says 0 although items failed. ``allowed`` items fit the rate limit."""
    require_linear(params)
    items = params.get("request")
    if not isinstance(items, list) or not 0 < len(items) <= BATCH_LIMIT or not all(isinstance(i, dict) for i in items):
        raise bad_request("params error: request invalid")
    results: list[dict[str, Any]] = []
    codes: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        row = {
            "category": "linear",
            "symbol": item.get("symbol", ""),
            "orderId": "",
            "orderLinkId": item.get("orderLinkId", ""),
        }
        try:
            if number >= allowed:
                raise Refusal(10006, "Too many visits. Exceeded the API Rate Limit.")
            row |= single(world, account, {**item, "category": "linear"}).result
            codes.append({"code": 0, "msg": "OK"})
        except Refusal as refusal:
            codes.append({"code": refusal.code, "msg": refusal.text})
        if single is create:
            row["createAt"] = str(world.now_ms) if row["orderId"] else ""
        results.append(row)
    return Reply(result={"list": results}, ret_ext_info={"list": codes})
