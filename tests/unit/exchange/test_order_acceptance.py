"""What order/create refuses, with the exchange's codes and texts, and what acceptance means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

REFUSALS = [
    ({"category": "spot"}, 10001, "category"),
    ({"symbol": "NOPE"}, 10001, "symbol"),
    ({"symbol": None}, 10001, "symbol"),
    ({"side": "buy"}, 10001, "side"),
    ({"orderType": "Stop"}, 10001, "orderType"),
    ({"qty": "0"}, 10001, "Qty invalid"),
    ({"qty": "abc"}, 10001, "qty"),
    ({"qty": "0.0105"}, 10001, "Qty invalid"),
    ({"qty": "0.0001"}, 10001, "Qty invalid"),
    ({"qty": "600"}, 10001, "maximum limit allowed: too large, order_qty:60000000000 > max_qty:59500000000"),
    ({"orderType": "Limit"}, 10001, "price"),
    ({"orderType": "Limit", "price": "59000.05"}, 10001, "Price invalid"),
    ({"timeInForce": "DAY"}, 10001, "timeInForce"),
    ({"timeInForce": "RPI"}, 110119, "RPI"),
    ({"positionIdx": 1}, 10001, "position idx not match position mode"),
    ({"orderLinkId": "x" * 37}, 10001, "orderLinkId"),
    ({"orderLinkId": "a b"}, 10001, "orderLinkId"),
    ({"orderType": "Limit", "price": "60000", "qty": "0.000"}, 10001, "Qty invalid"),
    ({"triggerPrice": "61000"}, 10001, "triggerDirection"),
    ({"triggerPrice": "59000", "triggerDirection": 1}, 110092, "expect Rising, but trigger_price[590000000]"),
    ({"triggerPrice": "61000", "triggerDirection": 2}, 110093, "expect Falling, but trigger_price[610000000]"),
    ({"reduceOnly": True}, 110017, "current position is zero, cannot fix reduce-only order qty"),
    ({"stopLoss": "61000"}, 10001, "StopLoss:610000000 set for Buy position should lower than base_price:600000000??"),
    ({"takeProfit": "59000"}, 10001, "TakeProfit:590000000 set for Buy position should higher than base_price"),
    ({"stopLoss": "59000", "slOrderType": "Limit"}, 10001, "tpslMode"),
    ({"stopLoss": "59000", "tpslMode": "Full", "slOrderType": "Limit"}, 10001, "Full"),
    ({"slippageToleranceType": "TickSize", "slippageTolerance": "0"}, 110108, ""),
    ({"slippageToleranceType": "Percent", "slippageTolerance": "11"}, 110109, ""),
    ({"smpType": "Cancel"}, 10001, "smpType"),
    ({"closeOnTrigger": True, "reduceOnly": False}, 10001, "closeOnTrigger"),
    ({"qty": "2"}, 110007, "ab not enough for new order"),
]


@pytest.mark.parametrize(("change", "code", "text"), REFUSALS)
def test_a_wrong_request_is_refused_with_the_documented_code(
    desk: Any, change: dict[str, Any], code: int, text: str
) -> None:
    reply = desk.order(**change)
    assert reply.ret_code == code, reply
    assert text in reply.ret_msg
    assert desk.account.orders == {}


def test_acceptance_answers_ids_only(desk: Any) -> None:
    reply = desk.order(price="59000")
    assert (reply.ret_code, reply.ret_msg) == (0, "OK")
    assert set(reply.result) == {"orderId", "orderLinkId"}


def test_a_link_id_is_unique_for_ever_also_after_its_order_ended(desk: Any) -> None:
    desk.order(price="59000", orderLinkId="once")
    desk.call("POST", "/v5/order/cancel", orderLinkId="once")
    reply = desk.order(price="58000", orderLinkId="once")
    assert (reply.ret_code, reply.ret_msg) == (110072, "OrderLinkedID is duplicate")


def test_a_refused_request_does_not_use_its_link_id_up(desk: Any) -> None:
    assert desk.order(qty="2", orderLinkId="again").ret_code == 110007
    assert desk.order(qty="0.010", orderLinkId="again").ret_code == 0


def test_an_order_below_the_minimum_value_is_refused_but_a_closing_one_is_not(desk_with: Callable[..., Any]) -> None:
    desk = desk_with(symbols=("XRPUSDT",))
    small = {"symbol": "XRPUSDT", "qty": "1"}
    assert desk.order(**small).ret_code == 110094
    assert desk.order(symbol="XRPUSDT", qty="10").ret_code == 0
    assert desk.order("Sell", symbol="XRPUSDT", qty="1", reduceOnly=True).ret_code == 0


def test_active_orders_are_limited_to_500_and_conditionals_to_10_per_symbol(desk_with: Callable[..., Any]) -> None:
    desk = desk_with(usdt="10000000")
    for _ in range(500):
        assert desk.order(price="50000", qty="0.001").ret_code == 0
    assert desk.order(price="50000", qty="0.001").ret_code == 110020
    trigger = {"triggerPrice": "70000", "triggerDirection": 1}
    for _ in range(10):
        assert desk.order(**trigger).ret_code == 0
    assert desk.order(**trigger).ret_code == 110009


def test_a_price_outside_the_band_is_moved_silently_or_refused_by_setting(desk: Any) -> None:
    assert desk.placed("Sell", price="50000", qty="0.001", timeInForce="PostOnly")["price"] == "59400.0"
    desk.call("POST", "/v5/account/set-limit-px-action", modifyEnable=False)
    assert desk.order("Sell", price="50000", qty="0.001").ret_code == 110003


def test_an_off_step_quantity_is_truncated_silently_when_the_market_does_so(desk: Any) -> None:
    desk.exchange.world.markets["BTCUSDT"].truncate_qty = True
    assert desk.placed(qty="0.0109", price="59000")["qty"] == "0.010"


def test_a_closed_symbol_and_a_reduce_only_symbol_refuse_new_exposure(desk: Any) -> None:
    market = desk.exchange.world.markets["BTCUSDT"]
    market.reduce_only = True
    assert desk.order().ret_code == 110023
    market.listing = market.listing.with_status("Closed")
    assert desk.order().ret_code == 110074


def test_an_order_beyond_the_risk_limit_of_its_leverage_is_refused(desk_with: Callable[..., Any]) -> None:
    desk = desk_with(usdt="100000000")
    desk.call("POST", "/v5/position/set-leverage", buyLeverage="100", sellLeverage="100")
    assert desk.order(qty="40", price="60000").ret_code == 110090


def test_a_delayed_acceptance_shows_the_order_only_later(desk: Any) -> None:
    desk.exchange.world.settings.acceptance_delay_ms = 500
    reply = desk.order(price="59000", orderLinkId="late")
    assert reply.ret_code == 0
    assert desk.open_orders() == []
    assert desk.order(price="59000", orderLinkId="late").ret_code == 110072
    desk.move("60000")
    assert [row["orderLinkId"] for row in desk.open_orders()] == ["late"]


def test_a_read_only_key_may_read_but_not_trade(desk: Any) -> None:
    desk.account.read_only = True
    assert desk.order().ret_code == 10005
    assert desk.call("GET", "/v5/order/realtime").ret_code == 0


def test_a_key_without_the_order_permission_may_not_trade(desk: Any) -> None:
    desk.account.permissions = {"ContractTrade": ["Position"]}
    assert desk.order().ret_code == 10005
    assert desk.call("POST", "/v5/position/set-leverage", buyLeverage="5", sellLeverage="5").ret_code == 0


def test_an_order_against_a_position_reserves_margin_once_the_position_is_gone(desk: Any) -> None:
    desk.order(qty="0.010")
    desk.order("Sell", qty="0.010", price="61000")
    assert desk.account.order_margin == 0
    desk.order("Sell", qty="0", reduceOnly=True, closeOnTrigger=True)
    assert desk.account.order_margin > 61
