"""pybit drives the simulator with nothing but its address changed: HTTP and both of its WebSocket classes."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pybit.unified_trading as unified
import pytest
from pybit.exceptions import InvalidRequestError
from pybit.unified_trading import HTTP, WebSocket

from tests.contract.exchange_server import ExchangeServer

LINEAR = {"category": "linear", "symbol": "BTCUSDT"}


class NotedInTime(dict[str, str]):
    """pybit sends a subscription before it notes it. An answer from the same machine can be quicker than that: pybit's
    reading thread would find nothing, and end. It waits here for the other thread's next line."""

    def __missing__(self, request_id: str) -> str:
        end = time.monotonic() + 5
        while request_id not in self:
            if time.monotonic() > end:
                raise KeyError(request_id)
            time.sleep(0.001)
        return self[request_id]


def connected(channel_type: str, **credentials: str) -> WebSocket:
    """pybit's own client of the simulator's streams."""
    stream = WebSocket(testnet=False, channel_type=channel_type, **credentials)
    stream.subscriptions = NotedInTime(stream.subscriptions)
    return stream


@pytest.fixture(scope="module")
def server() -> Iterator[ExchangeServer]:
    with ExchangeServer("--speed", "60", "--rate-factor", "10") as running:
        yield running


@pytest.fixture(scope="module")
def rest(server: ExchangeServer) -> HTTP:
    session = HTTP(api_key="TESTKEY", api_secret="TESTSECRET")
    session.endpoint = server.url
    return session


@pytest.fixture
def addresses(server: ExchangeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unified, "PRIVATE_WSS", f"{server.ws}/v5/private")
    monkeypatch.setattr(unified, "PUBLIC_WSS", f"{server.ws}/v5/public/{{CHANNEL_TYPE}}")


def last_price(rest: HTTP) -> float:
    return float(rest.get_tickers(**LINEAR)["result"]["list"][0]["lastPrice"])


def test_http_reads_the_market(rest: HTTP) -> None:
    assert abs(int(rest.get_server_time()["result"]["timeSecond"]) - time.time()) < 5
    assert rest.get_instruments_info(**LINEAR)["result"]["list"][0]["priceFilter"]["tickSize"] == "0.1"
    klines = rest.get_kline(**LINEAR, interval="5", limit=10)["result"]["list"]
    assert len(klines) == 10
    assert len(klines[0]) == 7
    assert len(rest.get_orderbook(**LINEAR, limit=50)["result"]["b"]) == 50


def test_http_and_private_stream_tell_one_story_of_a_round_trip(
    server: ExchangeServer, rest: HTTP, addresses: None
) -> None:
    told: queue.Queue[tuple[str, dict[str, Any]]] = queue.Queue()
    stream = connected("private", api_key="TESTKEY", api_secret="TESTSECRET")
    for subscribe in (stream.order_stream, stream.execution_stream, stream.position_stream, stream.wallet_stream):
        subscribe(lambda message: told.put((message["topic"], message)))
    time.sleep(0.3)
    price = last_price(rest)
    rest.place_order(
        **LINEAR,
        side="Buy",
        orderType="Market",
        qty="0.010",
        orderLinkId="round-1",
        stopLoss=str(round(price * 0.95, 1)),
        takeProfit=str(round(price * 1.05, 1)),
    )
    seen: dict[str, list[dict[str, Any]]] = {"order": [], "execution": [], "position": [], "wallet": []}
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not (all(seen.values()) and len(seen["order"]) >= 3):
        try:
            topic, message = told.get(timeout=0.5)
        except queue.Empty:
            continue
        seen[topic].extend(message["data"])
    ours = [row for row in seen["order"] if row["orderLinkId"] == "round-1"]
    assert ours[-1]["orderStatus"] == "Filled"
    assert {row["stopOrderType"] for row in seen["order"]} == {"", "TakeProfit", "StopLoss"}
    assert sum(float(row["execQty"]) for row in seen["execution"]) == pytest.approx(0.010)
    position = rest.get_positions(**LINEAR)["result"]["list"][0]
    assert (position["side"], float(position["size"])) == ("Buy", 0.010)
    rest.place_order(**LINEAR, side="Sell", orderType="Market", qty="0", reduceOnly=True, closeOnTrigger=True)
    time.sleep(0.2)
    closed = rest.get_closed_pnl(**LINEAR)["result"]["list"][0]
    wallet = rest.get_wallet_balance(accountType="UNIFIED")["result"]["list"][0]["coin"][0]["walletBalance"]
    assert float(wallet) == pytest.approx(10_000 + float(closed["closedPnl"]))
    assert rest.get_open_orders(**LINEAR)["result"]["list"] == []
    stream.exit()


def test_http_pages_with_the_cursor_verbatim(rest: HTTP) -> None:
    price = round(last_price(rest) * 0.9, 1)
    for _ in range(5):
        rest.place_order(**LINEAR, side="Buy", orderType="Limit", qty="0.001", price=str(price))
    first = rest.get_open_orders(**LINEAR, limit=2)["result"]
    second = rest.get_open_orders(**LINEAR, limit=2, cursor=first["nextPageCursor"])["result"]
    ids = [row["orderId"] for row in first["list"] + second["list"]]
    assert len(set(ids)) == 4
    assert len(rest.cancel_all_orders(**LINEAR)["result"]["list"]) == 5


def test_refusals_arrive_as_pybits_errors(rest: HTTP) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        rest.place_order(**LINEAR, side="Sell", orderType="Market", qty="0.001", reduceOnly=True)
    assert refused.value.status_code == 110017


def test_the_public_stream_confirms_each_candle_once_and_at_its_boundary(addresses: None) -> None:
    confirmed: queue.Queue[dict[str, Any]] = queue.Queue()
    arrived: list[float] = []

    def on_candle(message: dict[str, Any]) -> None:
        if message["data"][0]["confirm"]:
            arrived.append(time.monotonic())
            confirmed.put(message["data"][0])

    stream = connected("linear")
    stream.kline_stream(interval=1, symbol="BTCUSDT", callback=on_candle)
    candles = [confirmed.get(timeout=5) for _ in range(4)]
    stream.exit()
    starts = [candle["start"] for candle in candles]
    assert starts == [starts[0] + 60_000 * number for number in range(4)]
    gaps = [after - before for before, after in pairwise(arrived)]
    assert all(0.5 < gap < 1.7 for gap in gaps), gaps


def test_pybits_own_book_follows_the_stream(addresses: None) -> None:
    books: queue.Queue[dict[str, Any]] = queue.Queue()
    stream = connected("linear")
    stream.orderbook_stream(50, "BTCUSDT", books.put)
    last = [books.get(timeout=5) for _ in range(5)][-1]["data"]
    stream.exit()
    assert float(last["b"][0][0]) < float(last["a"][0][0])
