from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest

from chalicelib.adapters.bybit.market_data import INSTRUMENTS_TTL_MS, BybitMarketData
from chalicelib.domain.market.interval import Interval
from chalicelib.ports import ExchangeUnavailable, NotFound
from tests.unit.bybit.fakes import FakeClock
from tests.unit.bybit.scripted_server import Answer, ScriptedServer, envelope

MINUTE_MS = 60_000
# In the middle of a minute: the candle that began at FORMING has not ended.
NOW_MS = 1_700_000_010_000
FORMING = NOW_MS - NOW_MS % MINUTE_MS


def bar(start: int, close: str = "100") -> list[str]:
    return [str(start), "100", "101", "99", close, "1.5", "150"]


def bars(newest: int, count: int) -> Answer:
    """``count`` one-minute candles, newest first, as the exchange lists them."""
    return envelope({"list": [bar(newest - number * MINUTE_MS) for number in range(count)]})


def rules(symbol: str = "BTCUSDT", **more: Any) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": symbol.removesuffix("USDT"),
        "quoteCoin": "USDT",
        "settleCoin": "USDT",
        "leverageFilter": {"maxLeverage": "100.00"},
        "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
        "lotSizeFilter": {
            "minOrderQty": "0.001",
            "maxOrderQty": "1190",
            "maxMktOrderQty": "500",
            "qtyStep": "0.001",
            "minNotionalValue": "5",
        },
        "fundingInterval": 480,
        **more,
    }


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW_MS)


@pytest.fixture
def market(server: ScriptedServer, clock: FakeClock) -> BybitMarketData:
    return BybitMarketData(server.url, clock)


def test_the_forming_candle_is_dropped_and_the_rest_come_oldest_first(
    server: ScriptedServer, market: BybitMarketData
) -> None:
    server.script(bars(FORMING, 4))

    found = market.candles("BTCUSDT", Interval.M1, 3)

    assert [candle.open_time_ms for candle in found] == [FORMING - number * MINUTE_MS for number in (3, 2, 1)]


def test_the_newest_candle_counts_when_its_minute_is_over(
    server: ScriptedServer, market: BybitMarketData, clock: FakeClock
) -> None:
    clock.time_ms = FORMING + MINUTE_MS
    server.script(bars(FORMING, 4))

    found = market.candles("BTCUSDT", Interval.M1, 3)

    assert found[-1].open_time_ms == FORMING
    assert len(found) == 3


@pytest.mark.parametrize(("passed_ms", "forming"), [(0, FORMING), (MINUTE_MS, None)])
def test_for_looking_at_the_forming_candle_is_beside_the_closed_ones(
    server: ScriptedServer, market: BybitMarketData, clock: FakeClock, passed_ms: int, forming: int | None
) -> None:
    clock.time_ms = NOW_MS if not passed_ms else FORMING + passed_ms
    server.script(bars(FORMING, 4))

    closed, newest = market.candles_and_forming("BTCUSDT", Interval.M1, 3)

    assert len(closed) == 3
    assert (newest.open_time_ms if newest is not None else None) == forming


def test_up_to_999_candles_are_one_request(server: ScriptedServer, market: BybitMarketData) -> None:
    server.script(bars(FORMING, 1_000))

    found = market.candles("BTCUSDT", Interval.M1, 999)

    assert len(found) == 999
    assert len(server.received) == 1


def test_more_candles_are_read_page_by_page(server: ScriptedServer, market: BybitMarketData) -> None:
    server.script(bars(FORMING, 1_000), bars(FORMING - 1_000 * MINUTE_MS, 201))

    found = market.candles("BTCUSDT", Interval.M1, 1_200)

    assert len(found) == 1_200
    assert found[0].open_time_ms == FORMING - 1_200 * MINUTE_MS
    second = parse_qs(server.received[1].query)
    assert second["end"] == [str(FORMING - 999 * MINUTE_MS - 1)]


def test_a_young_symbol_gives_the_candles_that_it_has(server: ScriptedServer, market: BybitMarketData) -> None:
    server.script(bars(FORMING, 5))

    assert len(market.candles("NEWUSDT", Interval.M1, 100)) == 4


def test_an_impossible_candle_is_unknown_not_skipped(server: ScriptedServer, market: BybitMarketData) -> None:
    server.script(envelope({"list": [bar(FORMING - MINUTE_MS, close="102")]}))

    with pytest.raises(ExchangeUnavailable):
        market.candles("BTCUSDT", Interval.M1, 1)


def test_an_instrument_is_remembered_for_ten_minutes(
    server: ScriptedServer, market: BybitMarketData, clock: FakeClock
) -> None:
    server.script(envelope({"list": [rules()]}))
    market.instrument("BTCUSDT")
    market.instrument("BTCUSDT")
    within = len(server.received)
    clock.time_ms += INSTRUMENTS_TTL_MS

    found = market.instrument("BTCUSDT")

    assert (within, len(server.received)) == (1, 2)
    assert (found.tick_size, found.qty_step) == (Decimal("0.10"), Decimal("0.001"))


def test_only_open_usdt_perpetuals_are_listed_from_all_pages(server: ScriptedServer, market: BybitMarketData) -> None:
    others = [rules("A", status="PreLaunch"), rules("B", settleCoin="USDC"), rules("C", contractType="LinearFutures")]
    server.script(
        envelope({"list": [rules("ETHUSDT"), *others], "nextPageCursor": "page%3D2"}),
        envelope({"list": [rules("BTCUSDT")], "nextPageCursor": ""}),
    )

    found = market.instruments()

    assert [instrument.symbol for instrument in found] == ["BTCUSDT", "ETHUSDT"]
    assert server.received[1].query.endswith("cursor=page%3D2")


@pytest.mark.parametrize(
    "answer", [envelope({"list": []}), envelope({}, 10001, "params error: symbol invalid")], ids=["empty", "refused"]
)
def test_a_symbol_that_does_not_exist_is_not_found(
    server: ScriptedServer, market: BybitMarketData, answer: Answer
) -> None:
    server.script(answer)

    with pytest.raises(NotFound):
        market.instrument("NOSUCHUSDT")


def test_a_read_that_failed_once_is_tried_again(server: ScriptedServer, market: BybitMarketData) -> None:
    server.script(Answer(b"", status=502), bars(FORMING, 2))

    assert len(market.candles("BTCUSDT", Interval.M1, 1)) == 1


@pytest.mark.parametrize("answer", [Answer(b"", status=503), Answer(b"<html>"), Answer(b"", drop=True)])
def test_an_exchange_that_does_not_answer_is_unavailable(
    server: ScriptedServer, market: BybitMarketData, answer: Answer
) -> None:
    server.script(answer)

    with pytest.raises(ExchangeUnavailable):
        market.ticker("BTCUSDT")

    assert len(server.received) == 3


def test_a_banned_address_asks_nothing_for_ten_minutes(
    server: ScriptedServer, market: BybitMarketData, clock: FakeClock
) -> None:
    server.script(Answer(b"access too frequent", status=403))
    for _ in range(3):
        with pytest.raises(ExchangeUnavailable):
            market.ticker("BTCUSDT")
    during = len(server.received)
    clock.time_ms += 600_000

    with pytest.raises(ExchangeUnavailable):
        market.ticker("BTCUSDT")

    assert (during, len(server.received)) == (1, 2)


def test_candles_between_two_times_are_those_that_open_there_and_have_closed(
    server: ScriptedServer, market: BybitMarketData
) -> None:
    server.script(bars(FORMING, 6))

    found = market.candles_between("BTCUSDT", Interval.M1, FORMING - 3 * MINUTE_MS, FORMING + MINUTE_MS)

    assert [candle.open_time_ms for candle in found] == [FORMING - number * MINUTE_MS for number in (3, 2, 1)]


def test_more_candles_than_one_page_are_not_asked_for_between_two_times(market: BybitMarketData) -> None:
    with pytest.raises(ValueError, match="1000"):
        market.candles_between("BTCUSDT", Interval.M1, 0, 1_001 * MINUTE_MS)


HOUR_MS = 3_600_000


def settlements(newest: int, count: int) -> Answer:
    """``count`` settlements of funding, newest first, eight hours apart."""
    rows = [
        {"symbol": "BTCUSDT", "fundingRate": "-0.00025", "fundingRateTimestamp": str(newest - number * 8 * HOUR_MS)}
        for number in range(count)
    ]
    return envelope({"category": "linear", "list": rows})


def test_funding_is_read_back_page_by_page_until_nothing_older_comes(
    server: ScriptedServer, market: BybitMarketData
) -> None:
    newest = NOW_MS - NOW_MS % (8 * HOUR_MS)
    server.script(settlements(newest, 200), settlements(newest - 200 * 8 * HOUR_MS, 30))

    found = market.funding_between("BTCUSDT", newest - 1_000 * 8 * HOUR_MS, newest + 1)

    times = [one.time_ms for one in found]
    assert times == [newest - number * 8 * HOUR_MS for number in range(229, -1, -1)]
    assert found[0].rate == Decimal("-0.00025")
    asked = [parse_qs(request.query) for request in server.received]
    assert [query["endTime"] for query in asked] == [[str(newest)], [str(newest - 199 * 8 * HOUR_MS - 1)]]
    assert all("startTime" in query for query in asked)


def test_a_settlement_that_cannot_be_read_makes_the_history_unavailable(
    server: ScriptedServer, market: BybitMarketData
) -> None:
    server.script(envelope({"list": [{"symbol": "BTCUSDT", "fundingRate": "x", "fundingRateTimestamp": "1"}]}))

    with pytest.raises(ExchangeUnavailable):
        market.funding_between("BTCUSDT", 0, NOW_MS)
