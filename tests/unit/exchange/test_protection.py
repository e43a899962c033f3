"""TP, SL and trailing stops: attached, set, resized, triggered, cleared."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine import Tick


def stops(desk: Any) -> dict[str, dict[str, Any]]:
    return {row["stopOrderType"]: row for row in desk.open_orders() if row["orderStatus"] == "Untriggered"}


def test_attached_stops_appear_with_the_fill_for_the_whole_position(desk: Any) -> None:
    desk.order(price="59900", stopLoss="58000", takeProfit="62000", slTriggerBy="MarkPrice", orderLinkId="parent")
    assert stops(desk) == {}
    desk.move("59890")
    held = stops(desk)
    assert set(held) == {"StopLoss", "TakeProfit"}
    stop = held["StopLoss"]
    assert (stop["side"], stop["qty"], stop["triggerPrice"], stop["triggerBy"]) == (
        "Sell",
        "0.010",
        "58000.0",
        "MarkPrice",
    )
    assert (stop["reduceOnly"], stop["closeOnTrigger"], stop["parentOrderLinkId"]) == (True, True, "parent")
    assert (held["TakeProfit"]["triggerDirection"], stop["triggerDirection"]) == (1, 2)
    position = desk.position()
    assert (position["stopLoss"], position["takeProfit"]) == ("58000.0", "62000.0")


def test_a_stop_loss_closes_at_the_market_and_takes_its_pair_with_it(desk: Any) -> None:
    desk.order(stopLoss="59000", takeProfit="62000")
    desk.move("58500")
    assert desk.position()["size"] == "0"
    assert desk.open_orders() == []
    closing = desk.executions()[0]
    assert (closing["stopOrderType"], closing["createType"]) == ("StopLoss", "CreateByStopLoss")
    assert Decimal(closing["execPrice"]) == Decimal("58500.0"), "a gap fills at the market, not at the trigger"
    cancelled = next(
        row for row in desk.call("GET", "/v5/order/history").result["list"] if row["stopOrderType"] == "TakeProfit"
    )
    assert cancelled["cancelType"] == "CancelByOCOTpCanceledBySlTriggered"


def test_a_take_profit_of_a_short_triggers_below(desk: Any) -> None:
    desk.order("Sell", stopLoss="61000", takeProfit="59000")
    desk.move("59000.1")
    assert desk.position()["size"] == "0.010"
    desk.move("59000")
    assert desk.position()["size"] == "0"


def test_a_stop_watches_the_price_it_was_told_to(desk: Any) -> None:
    desk.order(stopLoss="59000", slTriggerBy="MarkPrice")
    desk.move(Tick(Decimal(58900), mark=Decimal(59100)))
    assert desk.position()["size"] == "0.010"
    desk.move(Tick(Decimal(59200), mark=Decimal(58999)))
    assert desk.position()["size"] == "0"


def test_full_stops_follow_the_size_of_the_position(desk: Any) -> None:
    desk.order(stopLoss="58000")
    desk.order(qty="0.005")
    assert stops(desk)["StopLoss"]["qty"] == "0.015"
    desk.order("Sell", qty="0.012", reduceOnly=True)
    assert stops(desk)["StopLoss"]["qty"] == "0.003"


def test_a_flat_position_clears_its_stops(desk: Any) -> None:
    desk.order(stopLoss="58000", takeProfit="62000")
    desk.order("Sell", qty="0", reduceOnly=True, closeOnTrigger=True)
    assert stops(desk) == {}
    ended = [row for row in desk.call("GET", "/v5/order/history").result["list"] if row["stopOrderType"] != "UNKNOWN"]
    assert {row["cancelType"] for row in ended} == {"CancelByTpSlTsClear"}
    assert desk.position()["stopLoss"] == "0.0"


def test_trading_stop_sets_changes_and_removes(desk: Any) -> None:
    desk.order()
    assert desk.stop(stopLoss="58000", takeProfit="62000").ret_code == 0
    first = stops(desk)["StopLoss"]["orderId"]
    assert desk.stop(stopLoss="58500").ret_code == 0
    changed = stops(desk)
    assert (changed["StopLoss"]["orderId"], changed["StopLoss"]["triggerPrice"]) == (first, "58500.0")
    assert desk.stop(takeProfit="0").ret_code == 0
    assert set(stops(desk)) == {"StopLoss"}


def test_trading_stop_without_a_change_is_34040(desk: Any) -> None:
    desk.order(stopLoss="58000")
    reply = desk.stop(stopLoss="58000")
    assert (reply.ret_code, reply.ret_msg) == (34040, "not modified")
    assert desk.stop(takeProfit="0").ret_code == 34040


def test_trading_stop_refuses_what_the_exchange_refuses(desk: Any) -> None:
    assert desk.stop(stopLoss="58000").ret_msg == "can not set tp/sl/ts for zero position"
    desk.order()
    assert desk.stop(stopLoss="61000").ret_msg.startswith("StopLoss:610000000 set for Buy position should lower than")
    assert (
        desk.call("POST", "/v5/position/trading-stop", tpSlMode="Full", positionIdx=0, stopLoss="58000").ret_code
        == 10001
    )
    assert desk.call("POST", "/v5/position/trading-stop", tpslMode="Full", stopLoss="58000").ret_code == 10001
    assert desk.stop(tpslMode="Partial", stopLoss="58000").ret_code == 10001


def test_partial_stops_are_added_pair_by_pair_and_cancel_each_other(desk: Any) -> None:
    desk.order(qty="0.020")
    pair = {"tpslMode": "Partial", "tpSize": "0.005", "slSize": "0.005"}
    assert desk.stop(**pair, takeProfit="61000", stopLoss="59000").ret_code == 0
    assert desk.stop(**pair, takeProfit="62000", stopLoss="58000").ret_code == 0
    assert len(desk.open_orders()) == 4
    desk.move("61000")
    assert desk.position()["size"] == "0.015"
    left = desk.open_orders()
    assert {row["triggerPrice"] for row in left} == {"62000.0", "58000.0"}


def test_no_more_than_twenty_partial_stops(desk: Any) -> None:
    desk.order(qty="0.050")
    for number in range(20):
        assert desk.stop(tpslMode="Partial", slSize="0.001", stopLoss=str(58000 + number)).ret_code == 0
    assert desk.stop(tpslMode="Partial", slSize="0.001", stopLoss="57000").ret_code == 110061


def test_attached_partial_stops_cover_what_was_filled(desk: Any) -> None:
    desk.order(
        qty="0.010", tpslMode="Partial", takeProfit="61000", stopLoss="59000", tpOrderType="Limit", tpLimitPrice="61000"
    )
    held = stops(desk)
    assert held["PartialTakeProfit"]["orderType"] == "Limit"
    assert held["PartialStopLoss"]["qty"] == "0.010"


def test_a_trailing_stop_ratchets_up_and_never_down(desk: Any) -> None:
    desk.order()
    assert desk.stop(trailingStop="300").ret_code == 0
    desk.move("60500", "60250", "60400")
    assert desk.position()["size"] == "0.010"
    assert desk.position()["trailingStop"] == "300.0"
    desk.move("60200")
    assert desk.position()["size"] == "0"
    assert desk.executions()[0]["createType"] == "CreateByTrailingStop"


def test_a_trailing_stop_sleeps_until_its_active_price(desk: Any) -> None:
    desk.order("Sell")
    desk.stop(trailingStop="200", activePrice="59500")
    desk.move("60300")
    assert desk.position()["size"] == "0.010"
    desk.move("59500", "59400", "59599.9")
    assert desk.position()["size"] == "0.010"
    desk.move("59600")
    assert desk.position()["size"] == "0"


def test_a_reversal_clears_the_stops_of_the_side_that_is_gone(desk: Any) -> None:
    desk.order(stopLoss="58000")
    desk.order("Sell", qty="0.030")
    assert desk.position()["side"] == "Sell"
    assert stops(desk) == {}


def test_resting_reduce_only_orders_shrink_and_go_with_the_position(desk: Any) -> None:
    desk.order(qty="0.010")
    record = desk.placed("Sell", qty="0.010", price="61000", reduceOnly=True)
    desk.order("Sell", qty="0.004", reduceOnly=True)
    assert desk.record(record["orderId"])["qty"] == "0.006"
    desk.order("Sell", qty="0", reduceOnly=True, closeOnTrigger=True)
    gone = desk.record(record["orderId"])
    assert (gone["orderStatus"], gone["cancelType"]) == ("Cancelled", "CancelByReduceOnly")


def test_a_reduce_only_order_larger_than_the_position_is_trimmed(desk: Any) -> None:
    desk.order(qty="0.010")
    record = desk.placed("Sell", qty="0.500", reduceOnly=True)
    assert (record["qty"], record["orderStatus"]) == ("0.010", "Filled")


def test_a_conditional_order_triggers_gaps_and_needs_no_margin_before(desk: Any) -> None:
    record = desk.placed(qty="0.010", triggerPrice="60500", triggerDirection=1)
    assert (record["orderStatus"], record["stopOrderType"]) == ("Untriggered", "Stop")
    assert desk.account.order_margin == 0
    desk.move("60700")
    assert desk.record(record["orderId"])["orderStatus"] == "Filled"
    assert Decimal(desk.executions()[0]["execPrice"]) >= Decimal(60700)


def test_a_conditional_order_without_margin_at_its_trigger_is_cancelled(desk: Any) -> None:
    record = desk.placed(qty="5", triggerPrice="60500", triggerDirection=1)
    desk.move("60500")
    assert desk.record(record["orderId"])["orderStatus"] == "Cancelled"
    assert desk.position()["size"] == "0"


def test_a_cancelled_conditional_is_deactivated(desk: Any) -> None:
    record = desk.placed(triggerPrice="60500", triggerDirection=1)
    desk.call("POST", "/v5/order/cancel", orderId=record["orderId"])
    assert desk.record(record["orderId"])["orderStatus"] == "Deactivated"


def test_cancel_all_removes_the_stops_unless_told_to_keep_them(desk: Any) -> None:
    desk.order(stopLoss="58000")
    desk.order(price="59000")
    desk.call("POST", "/v5/order/cancel-all", orderFilter="Order")
    assert set(stops(desk)) == {"StopLoss"}
    assert len(desk.open_orders()) == 1
    desk.call("POST", "/v5/order/cancel-all")
    assert desk.open_orders() == []
    assert desk.position()["stopLoss"] == "0.0"
