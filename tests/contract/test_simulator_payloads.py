"""Each payload of the simulator has every field of the real one, with the same JSON type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from infra.local.exchange.engine import Exchange, Settings
from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.catalogue import CATALOGUE
from infra.local.exchange.engine.liquidation import deleverage
from infra.local.exchange.engine.market_records import instruments_info
from infra.local.exchange.engine.order_records import fast_fill_message
from infra.local.exchange.market.candles import candle_start
from infra.local.exchange.market.feed import Feed
from infra.local.exchange.market.public_records import (
    funding_history_reply,
    kline_message,
    kline_reply,
    recent_trades_reply,
)
from infra.local.exchange.market.series import MINUTE_MS, Series
from tests.contract.exchange_server import SHARED_PAYLOADS

ORIGIN_MS = 1_700_000_040_000
BTC = {"category": "linear", "symbol": "BTCUSDT"}


def real(name: str) -> Any:
    """A recorded payload of the exchange."""
    path: Path = SHARED_PAYLOADS / f"{name}.json"
    if not path.exists():
        pytest.skip("the recorded payloads (../shared/data/bybit_v5) are not here")
    return json.loads(path.read_text())


def differences(expected: Any, given: Any, where: str = "") -> Iterator[str]:
    """What ``given`` lacks or has in another JSON type. Rows are held against its first row; null fits all."""
    if expected is None or given is None:
        return
    if isinstance(expected, bool) != isinstance(given, bool) or not isinstance(given, type(expected)):
        yield f"{where}: {type(given).__name__} for {type(expected).__name__}"
    elif isinstance(expected, dict):
        for name, value in expected.items():
            if name not in given:
                yield f"{where}/{name} is missing"
            else:
                yield from differences(value, given[name], f"{where}/{name}")
    elif isinstance(expected, list) and expected:
        if not given:
            if isinstance(expected[0], dict):
                yield f"{where}: no row to compare"
            return
        for row in expected:
            yield from differences(row, given[0], f"{where}[]")


class Scene:
    """A simulated account that has seen everything the recorded payloads show."""

    def __init__(self) -> None:
        listing = CATALOGUE["BTCUSDT"]
        series = Series(listing, 1)
        price = series.bar(700).open * listing.instrument.tick_size
        start = ORIGIN_MS + 700 * MINUTE_MS
        self.exchange = Exchange(
            symbols=("BTCUSDT",),
            prices={"BTCUSDT": price},
            now_ms=start,
            market_ms=start,
            settings=Settings(event_delay_ms=(0, 0)),
        )
        self.feed = Feed(self.exchange, {"BTCUSDT": series}, ORIGIN_MS, 700, 8)
        self.feed.play_step(start)
        self.price = self.exchange.world.markets["BTCUSDT"].last
        self.account: Account = self.exchange.add_account("1001", api_key="K", secret="S")
        order = {**BTC, "side": "Buy", "positionIdx": 0}
        near, far = str(self.price - 500), str(self.price + 700)
        self.post("/v5/order/create", **order, orderType="Market", qty="0.020", stopLoss=near, takeProfit=far)
        self.post("/v5/order/create", **order, orderType="Limit", qty="0.010", price=near)
        self.post("/v5/order/create", **order, orderType="Market", qty="0.010", triggerPrice=far, triggerDirection=1)
        self.post("/v5/order/create", **{**order, "side": "Sell"}, orderType="Market", qty="0.005", reduceOnly=True)
        self.told = {event.topic: event for event in self.exchange.drain_events("1001")}

    def post(self, path: str, **params: Any) -> None:
        reply = self.exchange.call(self.account, "POST", path, params)
        assert reply.ret_code == 0, reply

    def get(self, path: str, **params: Any) -> Any:
        """The whole answer as it goes over the wire."""
        reply = self.exchange.call(self.account, "GET", path, params)
        return orjson.loads(orjson.dumps(reply.envelope(self.exchange.world.now_ms)))

    def message(self, topic: str) -> Any:
        """A message of the private stream as it goes over the wire."""
        event = self.told[topic]
        return {"id": "1", "topic": topic, "creationTime": event.created_ms, "data": event.data}


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


PRIVATE_READS = [
    ("http_get_account_info", "/v5/account/info", {}),
    ("http_get_executions", "/v5/execution/list", BTC),
    ("http_get_orders_realtime_tp_sl", "/v5/order/realtime", BTC),
    ("http_get_orders_history", "/v5/order/history", BTC),
    ("http_get_orders_history_with_duplicate", "/v5/order/history", BTC),
    ("http_get_order_partially_filled_rejected", "/v5/order/history", BTC),
    ("http_get_positions", "/v5/position/list", BTC),
    ("http_get_user_query_api", "/v5/user/query-api", {}),
    ("http_get_wallet_balance_with_spot_borrow", "/v5/account/wallet-balance", {"accountType": "UNIFIED"}),
    ("http_get_wallet_balance_spot_short", "/v5/account/wallet-balance", {"accountType": "UNIFIED"}),
]


@pytest.mark.parametrize(("name", "path", "params"), PRIVATE_READS)
def test_private_answers_have_the_real_shape(scene: Scene, name: str, path: str, params: dict[str, Any]) -> None:
    assert list(differences(real(name), scene.get(path, **params))) == []


PRIVATE_MESSAGES = [
    ("ws_account_order", "order"),
    ("ws_account_order_buy_stop_market", "order"),
    ("ws_account_order_take_profit", "order"),
    ("ws_account_order_stop_limit", "order"),
    ("ws_account_order_limit_if_touched", "order"),
    ("ws_account_order_market_if_touched", "order"),
    ("ws_account_order_sell_market_if_touched", "order"),
    ("ws_account_order_stop_market", "order"),
    ("ws_account_position_short", "position"),
    ("ws_account_wallet_small_order", "wallet"),
    ("ws_account_wallet_locked_exceeds_total", "wallet"),
]


@pytest.mark.parametrize(("name", "topic"), PRIVATE_MESSAGES)
def test_private_messages_have_the_real_shape(scene: Scene, name: str, topic: str) -> None:
    assert list(differences(real(name), scene.message(topic))) == []


def test_the_position_record_of_the_stream_has_the_real_shape_and_open_time(scene: Scene) -> None:
    assert list(differences(real("ws_account_position_with_open_time"), scene.message("position")["data"][0])) == []


def test_fast_executions_have_the_real_shape(scene: Scene) -> None:
    row = fast_fill_message(scene.account.fills[-1], 1)
    assert list(differences(real("ws_account_execution_fast")["data"][0], row)) == []


def test_an_adl_execution_has_the_real_shape_no_fee_and_no_client_id() -> None:
    scene = Scene()
    position = scene.account.position("BTCUSDT", 0)
    deleverage(scene.exchange.world, scene.account, position, Decimal("0.005"), scene.price)
    event = next(event for event in scene.exchange.drain_events("1001") if event.topic == "execution")
    message = {"topic": "execution", "id": "1", "creationTime": event.created_ms, "data": event.data}
    expected = real("ws_account_execution_adl")
    assert list(differences(expected, message)) == []
    for name in ("execType", "execFee", "feeRate", "orderLinkId", "orderType", "isMaker", "stopOrderType"):
        assert event.data[0][name] == expected["data"][0][name], name


@pytest.mark.parametrize("name", ["http_get_instruments_linear", "http_get_instruments_linear_symbol_type"])
def test_instruments_have_the_real_shape(scene: Scene, name: str) -> None:
    answer = instruments_info(scene.exchange.world, {"category": "linear"}).envelope(1)
    assert list(differences(real(name), answer)) == []


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("http_get_klines_linear", lambda feed: kline_reply(feed, {**BTC, "interval": "5"})),
        ("http_get_trades_recent", lambda feed: recent_trades_reply(feed, BTC)),
        ("http_get_funding_history", lambda feed: funding_history_reply(feed, BTC)),
    ],
)
def test_market_answers_have_the_real_shape(scene: Scene, name: str, reply: Any) -> None:
    assert list(differences(real(name), reply(scene.feed).envelope(1))) == []


def test_the_kline_message_has_the_real_shape(scene: Scene) -> None:
    candles = scene.feed.candles["BTCUSDT"]
    kline = candles.at("5", candle_start("5", candles.forming_start_ms))
    assert kline is not None
    message = kline_message(scene.feed, "BTCUSDT", "5", kline, 1)
    assert list(differences(real("ws_kline"), message)) == []


def test_the_comparison_bites() -> None:
    assert list(differences({"a": "1", "b": True, "c": 1}, {"a": 1, "b": 1})) == [
        "/a: int for str",
        "/b: int for bool",
        "/c is missing",
    ]
