"""From a create request to an Order, or to the refusal that the exchange would give (spec sections 5.2 and 8)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import ZERO, plain, read_decimal, read_price
from infra.local.exchange.engine.margin import available_balance, order_margin, tier_of
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_rules import (
    TRIGGERS,
    banded_price,
    check_direction,
    check_price,
    check_quantity,
    check_tpsl_sides,
    require_linear,
)
from infra.local.exchange.engine.order_states import exposure_qty
from infra.local.exchange.engine.refusal import Refusal, bad_request
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.world import World

LINK_ID = re.compile(r"[A-Za-z0-9_-]{1,36}\Z")


def build_order(world: World, account: Account, params: dict[str, Any]) -> Order:
    """The accepted order, not yet registered. Raises Refusal with the exchange's code and text."""
    require_linear(params)
    market = world.market(params)
    side, order_type = params.get("side"), params.get("orderType")
    if side not in ("Buy", "Sell"):
        raise bad_request("params error: side invalid")
    if order_type not in ("Market", "Limit"):
        raise bad_request("params error: orderType invalid")
    link_id = read_link_id(account, params)
    status = market.listing.instrument.status
    if status != "Trading":
        raise Refusal(110074, "This contract is not live")
    order = Order(
        order_id=world.new_id(),
        link_id=link_id,
        uid=account.uid,
        symbol=market.symbol,
        side=side,
        order_type=order_type,
        qty=_quantity(params, market, order_type),
        price=_price(params, market, order_type, side),
        time_in_force=_time_in_force(params, order_type),
        position_idx=position_idx(account, market.symbol, params, side),
        created_ms=world.now_ms,
        updated_ms=world.now_ms,
        seq=world.next_seq(),
        reduce_only=_flag(params, "reduceOnly"),
        close_on_trigger=_flag(params, "closeOnTrigger"),
        smp_type=_one_of(params, "smpType", ("None", "CancelMaker", "CancelTaker", "CancelBoth"), "None"),
        last_on_created=market.last,
    )
    if order.position_idx and (order.position_idx == 1) != (side == "Buy"):
        order.reduce_only = True  # in hedge mode the opposite side of an index can only reduce it
    _read_trigger(params, market, order)
    _read_slippage(params, order)
    _read_tpsl(params, market, order)
    _check_reduce_only(account, market, order, params)
    _check_value(market, order)
    _keep_in_band(account, market, order)
    _check_counts(world, account, order)
    _check_funds(world, account, market, order)
    return order


def read_link_id(account: Account, params: dict[str, Any]) -> str:
    """The checked orderLinkId, "" when absent: form (10001) and uniqueness for ever (110072)."""
    link_id = params.get("orderLinkId") or ""
    if not link_id:
        return ""
    if not isinstance(link_id, str) or not LINK_ID.match(link_id):
        raise bad_request("params error: orderLinkId invalid, max length 36")
    if link_id in account.order_of_link:
        raise Refusal(110072, "OrderLinkedID is duplicate")
    return link_id


def position_idx(account: Account, symbol: str, params: dict[str, Any], side: str | None) -> int:
    """The checked positionIdx: 0 in one-way mode; 1 or 2 in hedge mode, required there."""
    raw = params.get("positionIdx", None if account.is_hedged(symbol) else 0)
    if raw is None or isinstance(raw, bool) or str(raw) not in ("0", "1", "2"):
        raise bad_request("position idx not match position mode")
    idx = int(raw)
    if (idx != 0) != account.is_hedged(symbol):
        raise bad_request("position idx not match position mode")
    reducing = _flag(params, "reduceOnly")
    if side and idx and ((idx == 1) == (side == "Buy")) == reducing:
        # Hedge mode: Buy opens on 1 and reduces on 2, Sell opens on 2 and reduces on 1.
        if reducing:
            raise bad_request("position idx not match position mode")
        held = account.position(symbol, idx)
        if not held.size:
            raise Refusal(110017, "current position is zero, cannot fix reduce-only order qty")
    return idx


def _flag(params: dict[str, Any], name: str) -> bool:
    value = params.get(name, False)
    if value in (True, "true", "True"):
        return True
    if value in (False, None, "false", "False", ""):
        return False
    raise bad_request(f"params error: {name} invalid")


def _one_of(params: dict[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = params.get(name) or default
    if value not in allowed:
        raise bad_request(f"params error: {name} invalid")
    return str(value)


def _time_in_force(params: dict[str, Any], order_type: str) -> str:
    value = _one_of(params, "timeInForce", ("GTC", "IOC", "FOK", "PostOnly", "RPI"), "GTC")
    if value == "RPI":
        raise Refusal(110119, "Only designated Market Makers can place RPI orders.")
    return "IOC" if order_type == "Market" else value


def _quantity(params: dict[str, Any], market: SymbolMarket, order_type: str) -> Decimal:
    qty = read_decimal(params, "qty")
    if qty is None or qty < 0:
        raise bad_request("Qty invalid")
    if qty == 0:
        if not (_flag(params, "reduceOnly") and _flag(params, "closeOnTrigger")):
            raise bad_request("Qty invalid")
        return qty
    return check_quantity(market, qty, order_type)


def _price(params: dict[str, Any], market: SymbolMarket, order_type: str, side: str) -> Decimal:
    if order_type == "Market":
        return ZERO
    if params.get("bboSideType"):
        return _book_price(params, market, side)
    price = read_decimal(params, "price")
    if price is None:
        raise bad_request("params error: price invalid")
    return check_price(market, price)


def _book_price(params: dict[str, Any], market: SymbolMarket, side: str) -> Decimal:
    kind = _one_of(params, "bboSideType", ("Queue", "Counterparty"), "Queue")
    level = _one_of(params, "bboLevel", ("1", "2", "3", "4", "5"), "1")
    taker = side if kind == "Counterparty" else ("Sell" if side == "Buy" else "Buy")
    return list(market.levels(taker, 5))[int(level) - 1][0]


def _read_trigger(params: dict[str, Any], market: SymbolMarket, order: Order) -> None:
    trigger = read_price(params, "triggerPrice")
    if trigger is None:
        return
    direction = str(params.get("triggerDirection", ""))
    if direction not in ("1", "2"):
        raise bad_request("params error: triggerDirection invalid")
    order.trigger_by = _one_of(params, "triggerBy", TRIGGERS, "LastPrice")
    order.trigger_price = check_price(market, trigger)
    order.trigger_direction = int(direction)
    order.status = "Untriggered"
    order.stop_type = "Stop"
    check_direction(market, order)


def _read_slippage(params: dict[str, Any], order: Order) -> None:
    kind = params.get("slippageToleranceType")
    if not kind:
        return
    value = read_decimal(params, "slippageTolerance")
    carries = order.trigger_price is not None or params.get("takeProfit") or params.get("stopLoss")
    if kind not in ("TickSize", "Percent") or value is None or order.order_type != "Market" or carries:
        raise bad_request("params error: slippageToleranceType invalid")
    if kind == "TickSize" and not (1 <= value <= 10_000 and value == value.to_integral_value()):
        raise Refusal(110108, "allowedTickSize invalid: 1 to 10000")
    if kind == "Percent" and not (Decimal("0.01") <= value <= 10 and value == round(value, 2)):
        raise Refusal(110109, "allowedSlippage invalid: 0.01 to 10")
    order.slippage_type, order.slippage = kind, value


def _read_tpsl(params: dict[str, Any], market: SymbolMarket, order: Order) -> None:
    order.take_profit, order.stop_loss = read_price(params, "takeProfit"), read_price(params, "stopLoss")
    order.tp_limit_price, order.sl_limit_price = read_price(params, "tpLimitPrice"), read_price(params, "slLimitPrice")
    order.tp_order_type = _one_of(params, "tpOrderType", ("Market", "Limit"), "Market")
    order.sl_order_type = _one_of(params, "slOrderType", ("Market", "Limit"), "Market")
    if order.take_profit is None and order.stop_loss is None:
        return
    limits = "Limit" in (order.tp_order_type, order.sl_order_type)
    if limits and not params.get("tpslMode"):
        raise bad_request("params error: tpslMode is required")
    order.tpsl_mode = _one_of(params, "tpslMode", ("Full", "Partial"), "Full")
    if order.tpsl_mode == "Full" and (limits or order.tp_limit_price or order.sl_limit_price):
        raise bad_request("Full tp/sl only supports market orders")
    order.tp_trigger_by = _one_of(params, "tpTriggerBy", TRIGGERS, "LastPrice") if order.take_profit else ""
    order.sl_trigger_by = _one_of(params, "slTriggerBy", TRIGGERS, "LastPrice") if order.stop_loss else ""
    check_tpsl_sides(market, order)


def _check_reduce_only(account: Account, market: SymbolMarket, order: Order, params: dict[str, Any]) -> None:
    if order.close_on_trigger and params.get("reduceOnly") is False:
        raise bad_request("closeOnTrigger conflicts with reduceOnly")
    order.reduce_only = order.reduce_only or order.close_on_trigger
    if not order.reduce_only:
        if market.reduce_only:
            raise Refusal(110023, "Currently you can only reduce your position")
        return
    if order.take_profit is not None or order.stop_loss is not None:
        raise bad_request("Reduce-only order cannot carry tp/sl")
    if order.status == "Untriggered":
        return
    position = account.position(order.symbol, order.position_idx)
    if not position.size:
        raise Refusal(110017, "current position is zero, cannot fix reduce-only order qty")
    if position.side == order.side:
        raise Refusal(110017, "orders side is the same as the position's, cannot fix reduce-only order qty")
    if not order.qty:
        instrument = market.listing.instrument
        maximum = instrument.max_market_order_qty if order.order_type == "Market" else instrument.max_order_qty
        order.qty = min(position.size, maximum)
    order.qty = min(order.qty, position.size)


def _check_value(market: SymbolMarket, order: Order) -> None:
    if order.reduce_only:
        return
    price = order.price if order.order_type == "Limit" else market.last
    minimum = market.listing.instrument.min_notional
    if order.qty * price < minimum:
        raise Refusal(110094, f"Order does not meet minimum order value {plain(minimum)}USDT")


def _keep_in_band(account: Account, market: SymbolMarket, order: Order) -> None:
    if order.order_type == "Limit" and order.status != "Untriggered":
        order.price = banded_price(account, market, order.side, order.price)


def _check_counts(world: World, account: Account, order: Order) -> None:
    conditional = order.status == "Untriggered"
    limit = world.settings.max_conditional if conditional else world.settings.max_active
    if len(account.open_orders) < limit:
        return
    present = sum(
        1
        for other in account.open_orders.values()
        if other.symbol == order.symbol and not other.is_protective and (other.status == "Untriggered") == conditional
    )
    if present >= limit:
        code, what = (110009, "stop") if conditional else (110020, "active")
        raise Refusal(code, f"Number of {what} orders exceeds the maximum limit")


def _check_funds(world: World, account: Account, market: SymbolMarket, order: Order) -> None:
    if order.reduce_only or order.status == "Untriggered":
        return
    quantity = exposure_qty(account, order)
    if not quantity:
        return
    price = order.price if order.order_type == "Limit" else (market.ask if order.side == "Buy" else market.bid)
    position = account.position(order.symbol, order.position_idx)
    held = position.entry_value if position.side == order.side else ZERO
    if tier_of(market.listing, held + quantity * price).max_leverage < account.leverage(order.symbol, order.side):
        raise Refusal(110090, "The order will exceed the risk limit of the current leverage")
    taker = world.fee_rate(account, order.symbol, maker=False)
    needed = order_margin(account, order.symbol, order.side, quantity, price, taker)
    if order.order_type == "Market":
        needed += quantity * price * taker
    if needed > available_balance(world, account):
        raise Refusal(110007, "ab not enough for new order")
