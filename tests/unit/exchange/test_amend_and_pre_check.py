"""Amendments of protective stops, hedge-mode reductions, pre-check."""

from __future__ import annotations

from typing import Any


def test_amending_a_stop_loss_moves_the_positions_stop(desk: Any) -> None:
    desk.order(stopLoss="58000", takeProfit="62000")
    stop = next(row for row in desk.open_orders() if row["stopOrderType"] == "StopLoss")
    assert desk.call("POST", "/v5/order/amend", orderId=stop["orderId"], triggerPrice="58500").ret_code == 0
    assert desk.position()["stopLoss"] == "58500.0"
    assert desk.record(stop["orderId"])["triggerPrice"] == "58500.0"


def test_a_stop_cannot_be_amended_past_the_market(desk: Any) -> None:
    desk.order(stopLoss="58000")
    stop = desk.open_orders()[0]
    assert desk.call("POST", "/v5/order/amend", orderId=stop["orderId"], triggerPrice="60500").ret_code == 110093
    assert desk.record(stop["orderId"])["triggerPrice"] == "58000.0"


def test_amending_attaches_changes_and_removes_the_tpsl_of_a_resting_order(desk: Any) -> None:
    record = desk.placed(price="59000")
    amend = {"orderId": record["orderId"]}
    assert desk.call("POST", "/v5/order/amend", **amend, stopLoss="58000", slTriggerBy="MarkPrice").ret_code == 0
    assert desk.record(record["orderId"])["stopLoss"] == "58000.0"
    assert desk.call("POST", "/v5/order/amend", **amend, stopLoss="59500").ret_code == 10001
    assert desk.call("POST", "/v5/order/amend", **amend, stopLoss="0").ret_code == 0
    assert desk.record(record["orderId"])["stopLoss"] == "0.0"


def test_the_opposite_side_of_a_hedge_index_never_turns_it_round(desk: Any) -> None:
    desk.call("POST", "/v5/position/switch-mode", mode=3)
    assert desk.order("Sell", positionIdx=1).ret_code == 110017
    desk.order("Buy", positionIdx=1, qty="0.010")
    desk.order("Sell", positionIdx=1, qty="0.030")
    assert (desk.position(1)["side"], desk.position(1)["size"]) == ("", "0")
    assert desk.position(2)["size"] == "0"


def test_pre_check_tells_margin_rates_and_places_nothing(desk: Any) -> None:
    order = {"side": "Buy", "orderType": "Limit", "qty": "0.100", "price": "60000"}
    result = desk.call("POST", "/v5/order/pre-check", **order).result
    assert (result["preImrE4"], result["preMmrE4"]) == (0, 0)
    assert 600 <= result["postImrE4"] <= 610
    assert result["postMmrE4"] == 30
    assert desk.account.orders == {}
    assert desk.call("POST", "/v5/order/pre-check", **order, triggerPrice="61000", triggerDirection=1).ret_code == 10001
