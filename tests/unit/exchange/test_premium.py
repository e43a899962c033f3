"""The premium over the index makes the funding rate, interval by interval, and the history tells what was charged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from infra.local.exchange.engine import Exchange, Tick
from infra.local.exchange.engine.catalogue import CATALOGUE
from infra.local.exchange.engine.premium import funding_rate
from infra.local.exchange.market.basis import premium_before
from infra.local.exchange.market.feed import Feed
from infra.local.exchange.market.public_records import funding_history_reply, kline_reply
from infra.local.exchange.market.series import Series

HOUR_MS = 3_600_000
CAP = Decimal("0.00375")


@pytest.mark.parametrize(
    ("premium", "minutes", "rate"),
    [
        ("0", 480, "0.0001"),
        ("0.0004", 480, "0.0001"),
        ("0.001", 480, "0.0005"),
        ("-0.001", 480, "-0.0005"),
        ("0.5", 480, "0.00375"),
        ("-0.5", 480, "-0.00375"),
        ("0", 60, "0.0000125"),
    ],
)
def test_the_rate_is_the_premium_damped_towards_the_interest(premium: str, minutes: int, rate: str) -> None:
    assert funding_rate(Decimal(premium), minutes, CAP) == Decimal(rate)


def test_the_average_premium_of_the_interval_is_charged_at_its_end_and_the_next_begins_afresh(desk: Any) -> None:
    market = desk.exchange.world.markets["BTCUSDT"]
    desk.order(qty="0.010")
    desk.move(Tick(Decimal(60_000), index=Decimal(59_940)), Tick(Decimal(60_000), index=Decimal(59_880)))
    expected = funding_rate(market.premium.average, 480, CAP)
    assert expected > Decimal("0.0005")
    before = desk.wallet

    desk.now_ms += 8 * HOUR_MS
    desk.exchange.advance(desk.now_ms)

    assert desk.wallet == before - (Decimal("0.010") * 60_000 * expected).quantize(Decimal("0.00000001"))
    assert [rate for _, rate in market.settled] == [expected]
    assert market.premium.samples == 0


def test_a_fixed_rate_does_not_follow_the_premium(desk: Any) -> None:
    market = desk.exchange.world.markets["BTCUSDT"]
    market.funding_rate, market.funding_fixed = Decimal("0.002"), True
    desk.move(Tick(Decimal(60_000), index=Decimal(59_000)))
    assert market.funding_rate == Decimal("0.002")


def test_a_quoted_premium_widens_the_price_band_on_its_side(desk: Any) -> None:
    market = desk.exchange.world.markets["BTCUSDT"]
    desk.move(*[Tick(Decimal(60_000), mark=Decimal(60_000), index=Decimal(60_000))] * 3)
    plain = market.price_limits()
    desk.move(*[Tick(Decimal(60_100), mark=Decimal(60_000), index=Decimal(60_000))] * 40)
    highest, lowest = market.price_limits()
    assert highest == pytest.approx(plain[0] + 100, abs=1)
    assert lowest == plain[1]


def feed() -> Feed:
    listing = CATALOGUE["BTCUSDT"]
    exchange = Exchange(seed=1, symbols=("BTCUSDT",), now_ms=0, market_ms=3000 * 60_000)
    return Feed(exchange, {"BTCUSDT": Series(listing, 1)}, 0, 3000, 4)


def test_the_history_of_what_was_never_played_follows_from_its_premiums() -> None:
    query = {"category": "linear", "symbol": "BTCUSDT", "endTime": str(48 * HOUR_MS), "startTime": "1"}
    rows = funding_history_reply(feed(), query).result["list"]
    assert [int(row["fundingRateTimestamp"]) for row in rows] == [hour * HOUR_MS for hour in (48, 40, 32, 24, 16, 8)]
    for row in rows:
        premium = premium_before("BTCUSDT", int(row["fundingRateTimestamp"]))
        assert Decimal(row["fundingRate"]) == funding_rate(premium, 480, CAP)


def test_the_history_of_what_was_played_tells_what_was_charged() -> None:
    played = feed()
    market = played.exchange.world.markets["BTCUSDT"]
    market.settled.append((48 * HOUR_MS, Decimal("0.00123")))
    query = {"category": "linear", "symbol": "BTCUSDT", "endTime": str(48 * HOUR_MS), "startTime": str(48 * HOUR_MS)}
    (row,) = funding_history_reply(played, query).result["list"]
    assert row["fundingRate"] == "0.00123"


def test_a_played_market_has_an_index_one_premium_below_its_price() -> None:
    played = feed()
    played.play_step(1)
    market = played.exchange.world.markets["BTCUSDT"]
    premium = premium_before("BTCUSDT", 56 * HOUR_MS)
    assert (market.last - market.index) / market.index == pytest.approx(premium, abs=Decimal("0.00001"))


def test_the_klines_of_index_and_premium_agree_with_the_last_price() -> None:
    played = feed()
    query = {"category": "linear", "symbol": "BTCUSDT", "interval": "60", "limit": "3"}
    last, index, premium = (kline_reply(played, query, of).result["list"][1] for of in ("last", "index", "premium"))
    assert len(index) == len(premium) == 5
    assert Decimal(last[4]) / Decimal(index[4]) - 1 == pytest.approx(Decimal(premium[4]), abs=Decimal("0.00001"))
