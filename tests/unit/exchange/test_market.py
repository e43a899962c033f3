"""The market: series, paths, candles, the feed and its clock."""

from __future__ import annotations

import gzip
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.exchange.engine import Exchange
from infra.local.exchange.engine.catalogue import CATALOGUE
from infra.local.exchange.market.bars import Bar
from infra.local.exchange.market.candles import candle_end, candle_start
from infra.local.exchange.market.feed import Feed
from infra.local.exchange.market.path import path
from infra.local.exchange.market.series import MINUTE_MS, Series, read_candles
from infra.local.exchange.market_clock import MarketClock

ORIGIN_MS = 1_640_995_200_000  # 2022-01-01, a Saturday


def feed_of(symbol: str = "BTCUSDT", first_bar: int = 600, steps: int = 8) -> Feed:
    listing = CATALOGUE[symbol]
    series = Series(listing, 7)
    price = series.bar(first_bar).open * listing.instrument.tick_size
    start = ORIGIN_MS + first_bar * MINUTE_MS
    exchange = Exchange(symbols=(symbol,), prices={symbol: price}, market_ms=start)
    return Feed(exchange, {symbol: series}, ORIGIN_MS, first_bar, steps)


@given(
    st.integers(100, 1000),
    st.integers(100, 1000),
    st.integers(0, 80),
    st.integers(0, 80),
    st.integers(4, 60),
    st.integers(0, 99),
)
def test_a_path_opens_closes_and_visits_both_extremes(
    o: int, c: int, up: int, down: int, steps: int, salt: int
) -> None:
    bar = Bar(o, max(o, c) + up, min(o, c) - down, c, 10)
    walked = path(bar, steps, salt)
    assert len(walked) == steps
    assert (walked[0], walked[-1]) == (bar.open, bar.close)
    assert (max(walked), min(walked)) == (bar.high, bar.low)


@pytest.mark.parametrize("symbol", list(CATALOGUE))
def test_generated_bars_are_sound_and_repeat_with_their_seed(symbol: str) -> None:
    first, second, other = Series(CATALOGUE[symbol], 3), Series(CATALOGUE[symbol], 3), Series(CATALOGUE[symbol], 4)
    bars = [first.bar(index) for index in range(500)]
    assert bars == [second.bar(index) for index in range(500)]
    assert bars != [other.bar(index) for index in range(500)]
    for before, bar in pairwise(bars):
        assert bar.open == before.close
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert bar.volume > 0


def test_recorded_candles_are_read_as_ticks_and_base_volume(tmp_path: Path) -> None:
    file = tmp_path / "c.csv.gz"
    with gzip.open(file, "wt") as out:
        out.write(
            "timestamp,open,high,low,close,volume\n"
            "2022-01-01 00:00:00.000000,46319.0,46385.5,46319.0,46377.0,463770.0\n"
        )
    origin, bars = read_candles(file, CATALOGUE["BTCUSDT"].instrument)
    assert origin == ORIGIN_MS
    assert bars[0] == Bar(463190, 463855, 463190, 463770, 10_000)


def test_the_feed_plays_each_bar_of_the_series_exactly() -> None:
    feed = feed_of()
    closed = [feed.play_step(1).closed_minute_ms for _ in range(8 * 5 + 1)]
    assert [minute for minute in closed if minute is not None] == [
        ORIGIN_MS + (600 + number) * MINUTE_MS for number in range(5)
    ]
    candles, series = feed.candles["BTCUSDT"], feed.series["BTCUSDT"]
    for index in range(605):
        assert candles.closed[index][:4] == series.bar(index)[:4]


@pytest.mark.parametrize("interval", ["1", "5", "15", "60", "240", "D", "W", "M"])
def test_every_interval_is_made_of_its_minutes_newest_first_and_the_first_is_unfinished(interval: str) -> None:
    feed = feed_of()
    for _ in range(8 * 7 + 3):
        feed.play_step(1)
    candles = feed.candles["BTCUSDT"]
    found = candles.newest(interval, None, None, 50)
    starts = [kline.start_ms for kline in found]
    assert starts == sorted(starts, reverse=True)
    assert [kline.complete for kline in found] == [False] + [True] * (len(found) - 1)
    assert all(candle_start(interval, start) == start for start in starts)
    newest = found[0]
    assert newest.bar.close == (candles.forming or candles.closed[len(candles.closed) - 1]).close
    if len(found) > 1:
        whole = found[1]
        first = max(0, (whole.start_ms - ORIGIN_MS) // MINUTE_MS)
        minutes = [candles.closed[i] for i in range(first, (whole.end_ms - ORIGIN_MS) // MINUTE_MS)]
        assert whole.bar.high == max(bar.high for bar in minutes)
        assert whole.bar.volume == sum(bar.volume for bar in minutes)


def test_a_query_by_time_returns_the_candles_that_open_within_it() -> None:
    candles = feed_of().candles["BTCUSDT"]
    start = ORIGIN_MS + 100 * MINUTE_MS
    by_start = candles.newest("1", start, start + 9 * MINUTE_MS, 200)
    assert [by_start[-1].start_ms, by_start[0].start_ms, len(by_start)] == [start, start + 9 * MINUTE_MS, 10]
    assert candles.newest("1", None, start, 3)[0].start_ms == start


def test_weeks_open_on_monday_and_months_on_the_first() -> None:
    assert candle_start("W", ORIGIN_MS) == ORIGIN_MS - 5 * 86_400_000
    assert candle_start("M", ORIGIN_MS + 86_400_000) == ORIGIN_MS
    assert candle_end("M", ORIGIN_MS) == ORIGIN_MS + 31 * 86_400_000


def test_a_pushed_price_moves_the_market_and_the_series_goes_on_from_there() -> None:
    feed = feed_of()
    feed.play_step(1)
    market = feed.exchange.world.markets["BTCUSDT"]
    target = market.listing.instrument.round_price(market.last * 2)
    feed.push_price("BTCUSDT", target, 2, None, None)
    assert market.last == target
    for _ in range(20):
        feed.play_step(3)
    assert abs(market.last / target - 1) < Decimal("0.05")


def test_changing_the_number_of_steps_keeps_the_markets_time_from_going_back() -> None:
    feed = feed_of(steps=60)
    for _ in range(30):
        feed.play_step(1)
    before = feed.next_ms
    feed.set_steps(8)
    assert before - MINUTE_MS // 8 <= feed.next_ms <= before


def test_the_market_clock_runs_at_its_speed_and_changes_it_without_a_jump() -> None:
    clock = MarketClock(60, 1_000, 500_000)
    assert clock.market_ms(2_000) == 560_000
    assert clock.wall_of(560_000) == 2_000
    clock.set_speed(600, 2_000)
    assert clock.market_ms(2_000) == 560_000
    assert clock.market_ms(2_100) == 620_000
    assert (MarketClock(1, 0, 0).steps, clock.steps) == (60, 8)
