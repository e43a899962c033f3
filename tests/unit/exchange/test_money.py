"""Fees, average price, closed PnL, break-even, margin, liquidation, funding: to the last digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.exchange.engine import Exchange, Settings, Tick
from infra.local.exchange.engine.margin import liquidation_price
from infra.local.exchange.engine.position import Position

HOUR_MS = 3_600_000


def held(desk: Any, side: str, size: str = "0.010", entry: str = "60000") -> Position:
    position = desk.account.position("BTCUSDT", 0)
    position.increase(side, Decimal(size), Decimal(entry), Decimal(0))
    desk.exchange.world.holders["BTCUSDT"].add(("1001", 0))
    return position


def test_the_average_price_moves_on_increase_and_stays_on_reduction(desk: Any) -> None:
    position = held(desk, "Buy", "1", "100")
    position.increase("Buy", Decimal(3), Decimal(200), Decimal(0))
    assert position.avg_price == Decimal(175)
    position.reduce(Decimal(2), Decimal(300), Decimal(0))
    assert position.avg_price == Decimal(175)


def test_liquidation_prices_equal_the_published_vectors(desk: Any) -> None:
    market = desk.exchange.world.markets["BTCUSDT"]
    position = held(desk, "Buy")
    assert liquidation_price(desk.account, position, market) == Decimal("54271.4")
    position.clear()
    held(desk, "Sell")
    assert liquidation_price(desk.account, position, market) == Decimal("65671.6")


def test_break_even_equals_the_published_vector(desk: Any) -> None:
    position = held(desk, "Buy")
    position.cur_realised = Decimal("-0.12")
    assert round(position.break_even(Decimal("0.00055")), 8) == Decimal("60045.02476362")


def test_the_positions_margin_equals_the_published_example(desk: Any) -> None:
    held(desk, "Buy")
    row = desk.position()
    assert (row["positionIM"], row["positionMM"]) == ("60.297", "3.297")


def test_closed_pnl_is_net_of_both_fees_and_prices_include_them(desk: Any) -> None:
    desk.order(qty="0.010")
    desk.move("61000")
    desk.order("Sell", qty="0.010", reduceOnly=True)
    row = desk.call("GET", "/v5/position/closed-pnl").result["list"][0]
    fee_in, fee_out = Decimal("600.001") * Decimal("0.00055"), Decimal("609.999") * Decimal("0.00055")
    assert Decimal(row["openFee"]) == fee_in
    assert Decimal(row["closeFee"]) == fee_out
    assert Decimal(row["closedPnl"]) == Decimal("609.999") - Decimal("600.001") - fee_in - fee_out
    per_unit = (Decimal(row["avgExitPrice"]) - Decimal(row["avgEntryPrice"])) * Decimal(row["closedSize"])
    assert abs(per_unit - Decimal(row["closedPnl"])) < Decimal("0.000001")
    assert desk.wallet == Decimal(10_000) + Decimal(row["closedPnl"])


def test_an_order_that_closes_in_several_fills_makes_one_row(desk: Any) -> None:
    desk.exchange.world.markets["BTCUSDT"].depth_factor = Decimal("0.01")
    desk.order(qty="0.100")
    desk.move("60100")
    desk.order("Sell", qty="0.100", reduceOnly=True)
    rows = desk.call("GET", "/v5/position/closed-pnl").result["list"]
    assert len(rows) == 1
    assert int(rows[0]["fillCount"]) > 1


def test_a_reversal_closes_then_opens_at_the_fill_price(desk: Any) -> None:
    desk.order(qty="0.010")
    desk.move("60500")
    desk.order("Sell", qty="0.030")
    row = desk.position()
    assert (row["side"], row["size"], row["avgPrice"]) == ("Sell", "0.020", "60499.9")
    assert desk.executions()[0]["closedSize"] == "0.01"


def test_open_orders_reserve_margin_and_release_it(desk: Any) -> None:
    record = desk.placed(price="59000", qty="0.010")
    wallet = desk.call("GET", "/v5/account/wallet-balance", accountType="UNIFIED").result["list"][0]
    assert Decimal(wallet["coin"][0]["totalOrderIM"]) == Decimal("59") + Decimal("0.01") * 53100 * Decimal("0.00055")
    desk.call("POST", "/v5/order/cancel", orderId=record["orderId"])
    assert desk.account.order_margin == 0


def test_a_lower_leverage_needs_more_margin_and_unchanged_is_110043(desk: Any) -> None:
    leverage = {"buyLeverage": "5", "sellLeverage": "5"}
    assert desk.call("POST", "/v5/position/set-leverage", **leverage).ret_code == 0
    reply = desk.call("POST", "/v5/position/set-leverage", **leverage)
    assert (reply.ret_code, reply.ret_msg) == (110043, "leverage not modified")
    assert desk.call("POST", "/v5/position/set-leverage", buyLeverage="101", sellLeverage="101").ret_code == 110013
    assert desk.order(qty="1.000").ret_code == 110007
    assert desk.position()["leverage"] == "5"


def test_funding_is_paid_by_the_long_at_each_boundary_and_is_no_fill(desk: Any) -> None:
    desk.order(qty="0.010")
    size, before = desk.position()["size"], desk.wallet
    desk.now_ms += 8 * HOUR_MS
    desk.exchange.advance(desk.now_ms, {"BTCUSDT": Decimal(60000)})
    assert desk.wallet == before - Decimal("0.06")
    row = desk.executions()[0]
    assert (row["execType"], row["execFee"], row["orderType"]) == ("Funding", "0.06", "UNKNOWN")
    ledger = desk.call("GET", "/v5/account/transaction-log", type="SETTLEMENT").result["list"][0]
    assert (ledger["funding"], ledger["change"], ledger["fee"]) == ("-0.06", "-0.06", "0")
    assert desk.position()["size"] == size


def test_funding_follows_the_markets_time_not_the_wall(desk: Any) -> None:
    desk.order("Sell", qty="0.010")
    before = desk.wallet
    world = desk.exchange.world
    desk.exchange.advance(desk.now_ms + 1, market_ms=world.market_ms + 24 * HOUR_MS)
    assert desk.wallet == before + 3 * Decimal("0.06")


def test_an_isolated_position_is_taken_over_at_bankruptcy(desk: Any) -> None:
    desk.call("POST", "/v5/account/set-margin-mode", setMarginMode="ISOLATED_MARGIN")
    desk.order(qty="0.010")
    resting = desk.placed(price="52000", qty="0.001")
    desk.move("54271")
    assert desk.position()["size"] == "0"
    fill = desk.executions()[0]
    assert (fill["execType"], fill["createType"]) == ("BustTrade", "CreateByTakeOver_PassThrough")
    assert desk.record(resting["orderId"])["cancelType"] == "CancelByPrepareLiq"


def test_a_cross_account_is_liquidated_as_a_whole_only_when_its_margin_is_gone(desk_with: Any) -> None:
    desk = desk_with(usdt="700")
    desk.order(qty="0.100")
    desk.move("54000")
    assert desk.position()["size"] == "0.100"
    desk.move("53200")
    assert desk.position()["size"] == "0"
    assert desk.wallet > -50


def test_hedge_mode_has_two_positions_of_its_own(desk: Any) -> None:
    assert desk.call("POST", "/v5/position/switch-mode", mode=3).ret_code == 0
    assert desk.call("POST", "/v5/position/switch-mode", mode=3).ret_code == 110025
    assert desk.order().ret_code == 10001
    assert desk.order("Buy", positionIdx=1).ret_code == 0
    assert desk.order("Sell", positionIdx=2, qty="0.020").ret_code == 0
    assert (desk.position(1)["size"], desk.position(2)["size"]) == ("0.010", "0.020")
    assert desk.order("Sell", positionIdx=1, reduceOnly=True).ret_code == 0
    assert desk.position(1)["size"] == "0"
    assert desk.call("POST", "/v5/position/switch-mode", mode=0).ret_code == 110024


def test_margin_mode_changes_only_without_positions_and_orders(desk: Any) -> None:
    desk.order(price="59000")
    reply = desk.call("POST", "/v5/account/set-margin-mode", setMarginMode="ISOLATED_MARGIN")
    assert reply.ret_code == 3400045
    assert reply.result["reasons"][0]["reasonCode"] == "3400045"


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["market", "limit", "stop", "cancel", "close", "move", "reverse"]),
        st.sampled_from(["Buy", "Sell"]),
        st.integers(1, 40),
        st.integers(-80, 80),
    ),
    max_size=30,
)


@given(ACTIONS, st.integers(0, 2**16))
@settings(max_examples=60, deadline=None)
def test_the_wallet_is_deposits_plus_closed_pnl_less_the_fees_of_what_is_open(
    actions: list[tuple[str, str, int, int]], seed: int
) -> None:
    exchange = Exchange(seed=seed, symbols=("BTCUSDT",), settings=Settings(event_delay_ms=(0, 0)))
    account = exchange.add_account("1", usdt=Decimal(50_000))
    now, price = exchange.world.now_ms, Decimal(60_000)
    exchange.world.markets["BTCUSDT"].depth_factor = Decimal("0.02")
    base = {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0}
    for kind, side, size, offset in actions:
        qty = str(Decimal(size) / 1000)
        sign = 1 if side == "Buy" else -1
        if kind in ("market", "reverse"):
            stop = str(price * (1 - sign * Decimal("0.004")))
            more = {"stopLoss": stop} if kind == "market" else {}
            exchange.create_order(account, {**base, "side": side, "orderType": "Market", "qty": qty, **more})
        elif kind == "limit":
            limit = str(price - sign * abs(offset))
            exchange.create_order(account, {**base, "side": side, "orderType": "Limit", "qty": qty, "price": limit})
        elif kind == "stop":
            exchange.trading_stop(account, {**base, "tpslMode": "Full", "trailingStop": str(abs(offset) + 1)})
        elif kind == "cancel":
            exchange.cancel_all(account, base)
        elif kind == "close":
            closing = {"side": side, "orderType": "Market", "qty": "0", "reduceOnly": True, "closeOnTrigger": True}
            exchange.create_order(account, {**base, **closing})
        else:
            price += offset
            now += 1000
            exchange.advance(now, {"BTCUSDT": Tick(price, volume=Decimal(size) / 100)})
        position = account.position("BTCUSDT", 0)
        closed = sum((row.net for row in account.closed_pnl), Decimal(0))
        assert account.wallet == account.deposited + closed - position.open_fee
        assert exchange.conserved("1") == 0
        assert account.order_margin == sum((order.margin for order in account.open_orders.values()), Decimal(0))
        by_order: dict[str, Decimal] = {}
        for fill in account.fills:
            by_order[fill.order_id] = by_order.get(fill.order_id, Decimal(0)) + fill.qty
        assert all(account.orders[order_id].cum_qty == qty_ for order_id, qty_ in by_order.items())
        signed = sum((fill.qty if fill.side == "Buy" else -fill.qty for fill in account.fills), Decimal(0))
        assert signed == position.sign * position.size
        full = [o for o in account.open_orders.values() if o.stop_type in ("StopLoss", "TakeProfit", "TrailingStop")]
        assert all(order.qty == position.size and order.side != position.side for order in full)
