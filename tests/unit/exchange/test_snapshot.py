"""What survives a restart, and the book streams' memory."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import orjson

from infra.local.exchange.engine import Exchange
from infra.local.exchange.engine.snapshot import dump_exchange, load_exchange
from infra.local.exchange.simulator import Options, start
from infra.local.exchange.ws.book_streams import BookStreams


def test_a_restored_exchange_says_what_the_first_one_said_and_goes_on(desk: Any) -> None:
    desk.order(stopLoss="58000", takeProfit="62000", orderLinkId="kept")
    desk.order(price="59000", qty="0.002")
    desk.order(triggerPrice="61000", triggerDirection=1)
    desk.order("Sell", qty="0.004", reduceOnly=True)
    desk.stop(trailingStop="500")
    data = orjson.loads(orjson.dumps(dump_exchange(desk.exchange)))
    second = Exchange(seed=1, symbols=("BTCUSDT",), now_ms=desk.now_ms)
    load_exchange(second, data)
    account = second.world.accounts["1001"]
    for path, params in (
        ("/v5/order/realtime", {"symbol": "BTCUSDT"}),
        ("/v5/order/history", {}),
        ("/v5/execution/list", {}),
        ("/v5/position/list", {"symbol": "BTCUSDT"}),
        ("/v5/position/closed-pnl", {}),
        ("/v5/account/wallet-balance", {"accountType": "UNIFIED"}),
    ):
        query = {"category": "linear", **params}
        before, after = desk.exchange.call(desk.account, "GET", path, query), second.call(account, "GET", path, query)
        assert after.result == before.result, path
    second.advance(desk.now_ms + 1000, {"BTCUSDT": Decimal("57900")})
    assert account.position("BTCUSDT", 0).size == 0 or account.open_orders == {}
    assert second.conserved("1001") == 0


def test_the_deltas_of_a_book_lead_from_its_snapshot_to_the_present_book() -> None:
    simulator = start(Options(symbols=("BTCUSDT",)))
    for topic in ("orderbook.50.BTCUSDT", "orderbook.200.BTCUSDT"):
        streams = BookStreams(simulator)
        first = streams.snapshot(topic, 0)["data"]
        book = {side: dict(first[side]) for side in ("b", "a")}
        update = first["u"]
        assert update == 1
        for number in range(1, 40):
            simulator.feed.play_step(number * 1000)
            for message in streams.step(topic, number * 1000):
                assert message["type"] == "delta"
                assert message["data"]["u"] == update + 1
                update += 1
                for side in ("b", "a"):
                    for price, size in message["data"][side]:
                        if size == "0":
                            book[side].pop(price, None)
                        else:
                            book[side][price] = size
        present = streams.snapshot(topic, 99_999)["data"]
        for side in ("b", "a"):
            assert book[side] == dict(present[side])
        assert max(map(Decimal, book["b"])) < min(map(Decimal, book["a"]))


def test_level_one_sends_snapshots_only_and_repeats_the_same_u_after_three_seconds_of_silence() -> None:
    simulator = start(Options(symbols=("BTCUSDT",)))
    streams = BookStreams(simulator)
    topic = "orderbook.1.BTCUSDT"
    first = streams.snapshot(topic, 0)
    assert streams.step(topic, 2999) == []
    repeated = streams.step(topic, 3000)
    assert [message["type"] for message in repeated] == ["snapshot"]
    assert repeated[0]["data"]["u"] == first["data"]["u"]
    simulator.feed.push_price("BTCUSDT", Decimal("61234.5"), 3100, None, None)
    moved = streams.step(topic, 3200)
    assert [message["type"] for message in moved] == ["snapshot"]
    assert moved[0]["data"]["u"] == first["data"]["u"] + 1


def test_lost_deltas_leave_a_gap_in_u() -> None:
    simulator = start(Options(symbols=("BTCUSDT",)))
    streams = BookStreams(simulator)
    topic = "orderbook.50.BTCUSDT"
    streams.snapshot(topic, 0)
    streams.lose(topic, 1)
    heard = []
    for number in range(1, 6):
        simulator.feed.push_price("BTCUSDT", Decimal(61000 + number), number * 1000, None, None)
        heard += [message["data"]["u"] for message in streams.step(topic, number * 1000)]
    assert heard == [3, 4, 5, 6]
