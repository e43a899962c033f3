"""Whatever is sent, the engine answers with a code and stays consistent: it never raises."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.exchange.engine import Exchange, Settings
from infra.local.exchange.engine.exchange import BATCHES, PRIVATE_GET, PRIVATE_POST

VALUES = st.one_of(
    st.sampled_from(
        [
            "BTCUSDT",
            "linear",
            "Buy",
            "Sell",
            "Market",
            "Limit",
            "PostOnly",
            "FOK",
            "Full",
            "Partial",
            "0",
            "1",
            "2",
            "3",
            "0.001",
            "0.010",
            "-1",
            "59000",
            "59000.5",
            "60000",
            "61000",
            "1e5",
            "NaN",
            "Infinity",
            "",
            "LastPrice",
            "MarkPrice",
            "USDT",
            "UNIFIED",
            "StopOrder",
            "ISOLATED_MARGIN",
            "Percent",
            "TickSize",
            "Queue",
            "x" * 40,
        ]
    ),
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.floats(allow_nan=True),
    st.text(max_size=6),
    st.lists(st.one_of(st.integers(), st.dictionaries(st.text(max_size=3), st.text(max_size=3))), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)
NAMES = [
    "category",
    "symbol",
    "side",
    "orderType",
    "qty",
    "price",
    "timeInForce",
    "positionIdx",
    "orderLinkId",
    "orderId",
    "triggerPrice",
    "triggerDirection",
    "triggerBy",
    "reduceOnly",
    "closeOnTrigger",
    "takeProfit",
    "stopLoss",
    "tpslMode",
    "tpOrderType",
    "slOrderType",
    "tpLimitPrice",
    "slLimitPrice",
    "slippageToleranceType",
    "slippageTolerance",
    "smpType",
    "bboSideType",
    "bboLevel",
    "trailingStop",
    "activePrice",
    "tpSize",
    "slSize",
    "buyLeverage",
    "sellLeverage",
    "mode",
    "coin",
    "margin",
    "autoAddMargin",
    "setMarginMode",
    "modifyEnable",
    "adjustType",
    "utaDemoApplyMoney",
    "request",
    "orderFilter",
    "settleCoin",
    "baseCoin",
    "limit",
    "cursor",
    "startTime",
    "endTime",
    "openOnly",
    "accountType",
    "type",
    "tpTriggerBy",
    "slTriggerBy",
    "orderStatus",
    "execType",
]
PATHS = [("GET", path) for path in PRIVATE_GET] + [("POST", path) for path in (*PRIVATE_POST, *BATCHES)]
SOUND = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.010",
    "price": "59000",
    "positionIdx": 0,
    "tpslMode": "Full",
}


@given(
    st.lists(
        st.tuples(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=14), st.booleans()),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["mainnet", "demo"]),
)
@settings(max_examples=300, deadline=None)
def test_any_request_is_answered_and_leaves_the_books_balanced(
    requests: list[tuple[tuple[str, str], dict[str, Any], bool]], profile: str
) -> None:
    chosen = Settings(event_delay_ms=(0, 0), profile=profile)
    exchange = Exchange(symbols=("BTCUSDT", "ETHUSDT"), settings=chosen)
    account = exchange.add_account("1", usdt=Decimal(10_000))
    market_order = {**SOUND, "orderType": "Market", "stopLoss": "58000"}
    exchange.create_order(account, market_order)
    for (method, path), params, sound in requests:
        reply = exchange.call(account, method, path, {**SOUND, **params} if sound else params)
        assert isinstance(reply.ret_code, int)
        assert (reply.ret_code == 0) <= (reply.ret_msg == "OK")
        exchange.advance(exchange.world.now_ms + 1000, {"BTCUSDT": Decimal(60_000)})
        assert exchange.conserved("1") == 0
        assert account.order_margin == sum((order.margin for order in account.open_orders.values()), Decimal(0))
