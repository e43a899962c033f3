"""Windows, pages, retention, required parameters."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.exchange.engine import Settings

DAY_MS = 86_400_000


def later(desk: Any, ms: int) -> None:
    desk.now_ms += ms
    desk.exchange.advance(desk.now_ms, market_ms=desk.exchange.world.market_ms)


def test_open_orders_come_newest_first_in_pages_with_a_percent_encoded_cursor(desk: Any) -> None:
    placed = [desk.placed(price="59000", qty="0.001")["orderId"] for _ in range(5)]
    first = desk.call("GET", "/v5/order/realtime", limit="2").result
    assert [row["orderId"] for row in first["list"]] == [placed[4], placed[3]]
    assert first["nextPageCursor"].startswith("page_args%3D")
    second = desk.call("GET", "/v5/order/realtime", limit="4", cursor=first["nextPageCursor"]).result
    assert [row["orderId"] for row in second["list"]] == [placed[2], placed[1], placed[0]]
    assert second["nextPageCursor"] == ""


def test_a_cursor_decoded_by_the_server_works_and_a_mangled_one_is_refused(desk: Any) -> None:
    for _ in range(3):
        desk.order(price="59000", qty="0.001")
    cursor = desk.call("GET", "/v5/order/realtime", limit="1").result["nextPageCursor"]
    decoded = cursor.replace("%3D", "=").replace("%26", "&")
    assert len(desk.call("GET", "/v5/order/realtime", cursor=decoded).result["list"]) == 2
    assert desk.call("GET", "/v5/order/realtime", cursor="%25nonsense").ret_code == 10001


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/v5/order/realtime", "51"),
        ("/v5/order/history", "51"),
        ("/v5/execution/list", "101"),
        ("/v5/order/realtime", "0"),
    ],
)
def test_a_page_larger_than_allowed_is_refused(desk: Any, path: str, limit: str) -> None:
    assert desk.call("GET", path, limit=limit).ret_code == 10001


def test_realtime_and_positions_need_a_symbol_or_a_settle_coin(desk: Any) -> None:
    assert desk.call("GET", "/v5/order/realtime", symbol=None).ret_code == 10001
    assert desk.call("GET", "/v5/position/list", symbol=None).ret_code == 10001
    assert desk.call("GET", "/v5/order/realtime", symbol=None, settleCoin="USDT").ret_code == 0


def test_by_settle_coin_a_flat_position_is_absent_and_by_symbol_it_is_an_empty_row(desk: Any) -> None:
    assert desk.call("GET", "/v5/position/list", symbol=None, settleCoin="USDT").result["list"] == []
    row = desk.position()
    assert (row["side"], row["size"], row["seq"]) == ("", "0", -1)
    desk.order()
    assert len(desk.call("GET", "/v5/position/list", symbol=None, settleCoin="USDT").result["list"]) == 1


def test_open_only_1_shows_the_last_500_closed_and_forgets_them_at_a_restart(desk: Any) -> None:
    record = desk.placed()
    assert [row["orderId"] for row in desk.open_orders(openOnly="1")] == [record["orderId"]]
    assert desk.open_orders() == []
    later(desk, 1000)
    desk.account.realtime_from_ms = desk.now_ms
    assert desk.open_orders(openOnly="1") == []


def test_cancelled_orders_leave_the_history_after_a_day_and_filled_ones_do_not(desk: Any) -> None:
    filled = desk.placed()
    cancelled = desk.placed(price="59000")
    desk.call("POST", "/v5/order/cancel", orderId=cancelled["orderId"])
    later(desk, DAY_MS + 1)
    ids = [row["orderId"] for row in desk.call("GET", "/v5/order/history").result["list"]]
    assert ids == [filled["orderId"]]


def test_demo_keeps_every_closed_order_seven_days(desk_with: Any) -> None:
    desk = desk_with(settings=Settings(profile="demo", event_delay_ms=(0, 0)))
    cancelled = desk.placed(price="59000")
    desk.call("POST", "/v5/order/cancel", orderId=cancelled["orderId"])
    later(desk, 2 * DAY_MS)
    assert len(desk.call("GET", "/v5/order/history").result["list"]) == 1
    later(desk, 6 * DAY_MS)
    assert desk.call("GET", "/v5/order/history", orderId=cancelled["orderId"]).result["list"] == []


@pytest.mark.parametrize("path", ["/v5/order/history", "/v5/execution/list", "/v5/position/closed-pnl"])
def test_a_window_wider_than_seven_days_is_refused(desk: Any, path: str) -> None:
    start = desk.now_ms - 8 * DAY_MS
    assert desk.call("GET", path, startTime=str(start), endTime=str(desk.now_ms)).ret_code == 10001
    assert desk.call("GET", path, startTime=str(start)).ret_code == 0
    assert desk.call("GET", path, startTime=str(desk.now_ms), endTime=str(start)).ret_code == 10001


def test_without_bounds_only_the_last_seven_days_are_seen(desk: Any) -> None:
    desk.order()
    later(desk, 8 * DAY_MS)
    assert desk.executions() == []
    old = str(desk.now_ms - 9 * DAY_MS)
    assert len(desk.call("GET", "/v5/execution/list", startTime=old).result["list"]) == 1


def test_executions_by_id_ignore_every_other_filter(desk: Any) -> None:
    record = desk.placed()
    later(desk, 30 * DAY_MS)
    rows = desk.executions(orderId=record["orderId"], symbol="ETHUSDT", execType="Funding")
    assert len(rows) == 1
    assert len(desk.executions(orderLinkId=record["orderLinkId"])) == 1


def test_filters_tell_orders_from_stops(desk: Any) -> None:
    desk.order(price="59000")
    desk.order(triggerPrice="61000", triggerDirection=1)
    assert [row["stopOrderType"] for row in desk.open_orders(orderFilter="Order")] == ["UNKNOWN"]
    assert [row["stopOrderType"] for row in desk.open_orders(orderFilter="StopOrder")] == ["Stop"]


def test_the_transaction_log_defaults_to_one_day(desk: Any) -> None:
    desk.order()
    later(desk, DAY_MS + 1)
    assert desk.call("GET", "/v5/account/transaction-log").result["list"] == []


def test_cancel_all_takes_at_most_500_at_random(desk_with: Any) -> None:
    desk = desk_with(usdt="10000000", symbols=("BTCUSDT", "ETHUSDT"))
    for symbol, price in (("BTCUSDT", "50000"), ("ETHUSDT", "2500")):
        for _ in range(300):
            desk.order(symbol=symbol, price=price, qty="0.010")
    first = desk.call("POST", "/v5/order/cancel-all", symbol=None, settleCoin="USDT")
    assert (len(first.result["list"]), first.result["success"]) == (500, "1")
    assert len(desk.account.open_orders) == 100
    desk.call("POST", "/v5/order/cancel-all", symbol=None, baseCoin="ETH")
    assert {order.symbol for order in desk.account.open_orders.values()} <= {"BTCUSDT"}
    assert desk.call("POST", "/v5/order/cancel-all", symbol=None).ret_code == 10001


def test_a_batch_answers_zero_although_items_failed(desk: Any) -> None:
    good = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.001", "price": "59000"}
    reply = desk.call(
        "POST", "/v5/order/create-batch", request=[good, {**good, "qty": "0"}, {**good, "orderLinkId": "b"}]
    )
    assert reply.ret_code == 0
    assert [item["code"] for item in reply.ret_ext_info["list"]] == [0, 10001, 0]
    assert [bool(item["orderId"]) for item in reply.result["list"]] == [True, False, True]


def test_items_of_a_batch_over_the_rate_limit_fail_and_earlier_ones_stand(desk: Any) -> None:
    item = {"symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit", "qty": "0.001", "price": "59000"}
    params = {"category": "linear", "request": [item] * 3}
    reply = desk.exchange.call(desk.account, "POST", "/v5/order/create-batch", params, allowed=2)
    assert [item["code"] for item in reply.ret_ext_info["list"]] == [0, 0, 10006]


def test_demo_funds_come_once_a_minute_and_only_on_demo(desk_with: Any) -> None:
    apply = {"adjustType": 0, "utaDemoApplyMoney": [{"coin": "USDT", "amountStr": "5000"}]}
    assert desk_with().call("POST", "/v5/account/demo-apply-money", **apply).ret_code == 10032
    desk = desk_with(settings=Settings(profile="demo"))
    assert desk.call("POST", "/v5/account/demo-apply-money", **apply).ret_code == 0
    assert desk.call("POST", "/v5/account/demo-apply-money", **apply).ret_code == 10006
    assert desk.wallet == 15_000
    too_much = {"adjustType": 0, "utaDemoApplyMoney": [{"coin": "USDT", "amountStr": "100001"}]}
    later(desk, 60_000)
    assert desk.call("POST", "/v5/account/demo-apply-money", **too_much).ret_code == 10001
    assert desk.call("POST", "/v5/account/set-margin-mode", setMarginMode="ISOLATED_MARGIN").ret_code == 110073
