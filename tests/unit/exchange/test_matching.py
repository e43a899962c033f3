"""Price-time matching, time in force, queue position, self-match prevention."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine import Tick


def thin(desk: Any, factor: str = "0.01") -> None:
    desk.exchange.world.markets["BTCUSDT"].depth_factor = Decimal(factor)


def test_a_market_order_takes_the_touch_as_taker(desk: Any) -> None:
    record = desk.placed("Buy", "0.010")
    assert (record["orderStatus"], record["avgPrice"], record["cumExecQty"]) == ("Filled", "60000.1", "0.010")
    fill = desk.executions()[0]
    assert (fill["isMaker"], fill["feeRate"], fill["execFee"]) == (False, "0.00055", "0.33000055")


def test_a_market_orders_price_is_its_internal_limit_never_the_fill_price(desk: Any) -> None:
    assert desk.placed("Buy")["price"] == "61800.0"
    assert desk.placed("Sell")["price"] == "58200.0"


def test_a_large_market_order_walks_the_book_in_several_executions(desk: Any) -> None:
    thin(desk)
    record = desk.placed("Buy", "0.100")
    fills = desk.executions(orderId=record["orderId"])
    prices = [Decimal(fill["execPrice"]) for fill in reversed(fills)]
    assert len(fills) > 1
    assert prices == sorted(prices)
    assert sum(Decimal(fill["execQty"]) for fill in fills) == Decimal("0.100")


def test_a_market_order_beyond_the_band_fills_partly_and_the_rest_is_cancelled(desk: Any) -> None:
    thin(desk)
    desk.exchange.world.markets["BTCUSDT"].market_band = Decimal("0.00001")
    record = desk.placed("Buy", "0.150")
    assert record["orderStatus"] == "Cancelled"
    assert record["rejectReason"] == "EC_ReachMarketPriceLimit"
    assert Decimal(0) < Decimal(record["cumExecQty"]) < Decimal("0.150")


def test_slippage_tolerance_bounds_a_market_order(desk: Any) -> None:
    thin(desk)
    record = desk.placed("Buy", "0.100", slippageToleranceType="TickSize", slippageTolerance="1")
    assert record["price"] == "60000.2"
    assert record["orderStatus"] == "Cancelled"


def test_what_was_eaten_stays_eaten_until_the_price_moves(desk: Any) -> None:
    market = desk.exchange.world.markets["BTCUSDT"]
    before = market.available(market.ask)
    desk.order("Buy", "0.010")
    assert market.available(Decimal("60000.1")) == before - Decimal("0.010")
    desk.move("60000.1", "60000")
    assert market.available(Decimal("60000.1")) == before


def test_a_limit_order_rests_and_fills_as_maker_at_its_price(desk: Any) -> None:
    record = desk.placed("Buy", "0.010", "59900")
    assert record["orderStatus"] == "New"
    desk.move("59899")
    fill = desk.executions()[0]
    assert (fill["execPrice"], fill["isMaker"], fill["feeRate"]) == ("59900.0", True, "0.0002")
    assert desk.record(record["orderId"])["orderStatus"] == "Filled"


def test_at_its_price_an_order_waits_for_its_place_in_the_queue(desk: Any) -> None:
    record = desk.placed("Buy", "0.010", "59900")
    ahead = desk.account.orders[record["orderId"]].queue_ahead
    assert ahead > 0
    desk.move(Tick(Decimal(59900), volume=ahead))
    assert desk.record(record["orderId"])["orderStatus"] == "New"
    desk.move(Tick(Decimal(59900), volume=ahead + Decimal("0.008")))
    partly = desk.record(record["orderId"])
    assert (partly["orderStatus"], partly["cumExecQty"]) == ("PartiallyFilled", "0.004")
    desk.move(Tick(Decimal(59900), volume=Decimal(1)))
    assert desk.record(record["orderId"])["orderStatus"] == "Filled"


def test_better_prices_and_earlier_orders_fill_first(desk: Any) -> None:
    second = desk.placed("Buy", "0.001", "59900")["orderId"]
    third = desk.placed("Buy", "0.001", "59900")["orderId"]
    first = desk.placed("Buy", "0.001", "59950")["orderId"]
    desk.move("59800")
    assert [fill["orderId"] for fill in reversed(desk.executions())] == [first, second, third]


def test_a_post_only_order_that_would_take_is_cancelled_unfilled(desk: Any) -> None:
    record = desk.placed("Buy", "0.010", "60000.1", timeInForce="PostOnly")
    assert record["orderStatus"] == "Cancelled"
    assert record["rejectReason"] == "EC_PostOnlyWillTakeLiquidity"
    assert record["cumExecQty"] == "0"
    assert desk.placed("Buy", "0.010", "60000", timeInForce="PostOnly")["orderStatus"] == "New"


def test_an_ioc_order_without_liquidity_is_cancelled(desk: Any) -> None:
    record = desk.placed("Buy", "0.010", "59900", timeInForce="IOC")
    assert (record["orderStatus"], record["rejectReason"]) == ("Cancelled", "EC_NoImmediateQtyToFill")


def test_a_fok_order_fills_wholly_or_not_at_all(desk: Any) -> None:
    thin(desk)
    refused = desk.placed("Buy", "0.150", "60000.1", timeInForce="FOK")
    assert (refused["orderStatus"], refused["rejectReason"]) == ("Cancelled", "EC_CancelForNoFullFill")
    assert refused["cumExecQty"] == "0"
    filled = desk.placed("Buy", "0.001", "60000.1", timeInForce="FOK")
    assert filled["orderStatus"] == "Filled"


def test_two_users_trade_with_each_other_inside_the_spread_of_the_book(desk: Any) -> None:
    other = desk.exchange.add_account("1002")
    desk.order("Sell", "0.010", "60000.1")
    market = desk.exchange.world.markets["BTCUSDT"]
    market.eaten[Decimal("60000.1")] = market.size_at(Decimal("60000.1"))
    taker = {"side": "Buy", "orderType": "Market", "qty": "0.010"}
    assert desk.call("POST", "/v5/order/create", who=other, **taker).ret_code == 0
    assert desk.executions()[0]["isMaker"] is True
    assert other.fills[0].price == Decimal("60000.1")
    assert desk.position()["side"] == "Sell"


def test_self_match_prevention_goes_by_the_incoming_orders_tag(desk: Any) -> None:
    market = desk.exchange.world.markets["BTCUSDT"]
    market.eaten[Decimal("60000.1")] = market.size_at(Decimal("60000.1"))
    resting = desk.placed("Sell", "0.010", "60000.1")
    taker = desk.placed("Buy", "0.010", "60000.1", smpType="CancelTaker")
    assert (taker["orderStatus"], taker["cancelType"]) == ("Cancelled", "CancelBySmp")
    assert desk.record(resting["orderId"])["orderStatus"] == "New"
    desk.placed("Buy", "0.010", "60000.1", smpType="CancelMaker")
    assert desk.record(resting["orderId"])["cancelType"] == "CancelBySmp"


def test_an_amended_order_loses_its_place_and_meets_the_market_again(desk: Any) -> None:
    record = desk.placed("Buy", "0.010", "59900")
    assert desk.call("POST", "/v5/order/amend", orderId=record["orderId"], price="60001").ret_code == 0
    assert desk.record(record["orderId"])["orderStatus"] == "Filled"
    assert desk.executions()[0]["isMaker"] is False


def test_an_amend_below_the_filled_quantity_is_refused(desk: Any) -> None:
    record = desk.placed("Buy", "0.010", "59900")
    ahead = desk.account.orders[record["orderId"]].queue_ahead
    desk.move(Tick(Decimal(59900), volume=2 * ahead + Decimal("0.008")))
    assert desk.call("POST", "/v5/order/amend", orderId=record["orderId"], qty="0.004").ret_code == 110064


def test_cancel_of_an_unknown_or_ended_order_is_110001(desk: Any) -> None:
    assert desk.call("POST", "/v5/order/cancel", orderId="none").ret_code == 110001
    record = desk.placed("Buy")
    desk.move("60001")
    assert desk.call("POST", "/v5/order/cancel", orderId=record["orderId"]).ret_code == 110001


def test_a_cancel_that_races_a_fill_is_acknowledged_and_filled_is_told_twice(desk: Any) -> None:
    record = desk.placed("Buy")
    assert desk.call("POST", "/v5/order/cancel", orderId=record["orderId"]).ret_code == 0
    told = [event.data[0] for event in desk.events() if event.topic == "order"]
    assert [row["orderStatus"] for row in told] == ["Filled", "Filled"]
    assert [row["rejectReason"] for row in told] == ["EC_NoError", "EC_OrigClOrdIDDoesNotExist"]
    assert told[1]["cancelType"] == "CancelByUser"


def test_a_bbo_order_takes_its_price_from_the_book(desk: Any) -> None:
    assert desk.placed("Buy", "0.010", "1", bboSideType="Queue", bboLevel="2")["price"] == "59999.9"


def test_a_post_only_order_may_also_end_rejected(desk: Any) -> None:
    desk.exchange.world.settings.post_only_status = "Rejected"
    record = desk.placed("Buy", "0.010", "60000.1", timeInForce="PostOnly")
    assert (record["orderStatus"], record["cumExecQty"]) == ("Rejected", "0")
