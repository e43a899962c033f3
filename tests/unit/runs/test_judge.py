"""How the Judge reads candles: as many as the strategy needs, and each only once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.record import RunTerms
from chalicelib.domain.strategy.normalise import hash_of
from chalicelib.domain.strategy.parse import normalise
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion
from chalicelib.ports import ExchangeUnavailable
from chalicelib.services.runs.judge import Judge, continued
from tests.fakes.memory_workspace import MemoryStrategies
from tests.fakes.scripted_exchange import instrument
from tests.unit.api.gateway import strategy_document

STEP = Interval.M1.milliseconds


def candle(number: int, close: int = 0) -> Candle:
    price = Decimal(close or 40_000 + number % 50)
    return Candle(number * STEP, price, price, price, price, Decimal(1))


def candles(first: int, last: int) -> tuple[Candle, ...]:
    return tuple(candle(number) for number in range(first, last + 1))


@dataclass
class GrowingMarket:
    """Candles up to ``last``; remembers how many were asked for."""

    last: int = 10_000
    changed: dict[int, Candle] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    def candles(self, symbol: str, interval: Interval, limit: int) -> tuple[Candle, ...]:
        self.asked.append(limit)
        numbers = (
            number for number in range(max(self.last - limit + 1, 0), self.last + 1) if number not in self.missing
        )
        return tuple(self.changed.get(number, candle(number)) for number in numbers)


def judge_of(market: Any, slow: int = 200, **entry: Any) -> tuple[Judge, RunTerms]:
    document = strategy_document()
    document["entry"]["long"]["b"]["params"]["length"] = slow
    document["entry"] |= entry
    whole = normalise(document)
    strategies = MemoryStrategies()
    head = StrategyHead("w", "s", "S", 1, hash_of(whole), enabled=True, created_ms=1, updated_ms=1)
    strategies.create(head, StrategyVersion("w", "s", 1, "S", document, whole, hash_of(whole), 1))
    terms = RunTerms(
        run_id="r",
        workspace_id="w",
        user_id="u",
        bot_id="b",
        bot_name="B",
        strategy_id="s",
        strategy_version=1,
        connection_id="c",
        symbol="BTCUSDT",
        timeframe=Interval.M1,
        intervals=(Interval.M1,),
        env="demo",
        duration_minutes=5,
        created_ms=1,
        deadline_ms=2,
        prefix="bm",
        leverage=Decimal(1),
        instrument=instrument("BTCUSDT"),
        net_today=Decimal(0),
        slots=(),
    )
    return Judge(strategies, market), terms


def test_the_first_judgement_reads_all_that_a_long_average_needs() -> None:
    market = GrowingMarket()
    judge, terms = judge_of(market)
    judgement = judge.judge(terms)
    assert judgement is not None
    assert judgement.open_time_ms == market.last * STEP
    assert market.asked[0] > 2_000


def test_later_judgements_read_the_newest_few_and_decide_as_a_fresh_one_would() -> None:
    market = GrowingMarket()
    judge, terms = judge_of(market)
    judge.judge(terms)
    for _ in range(3):
        market.last += 1
        assert judge.judge(terms) == judge_of(market)[0].judge(terms)
    assert [asked for asked in market.asked if asked < 100] == [5, 5, 5]


def test_an_outside_signal_stands_on_the_newest_bar_of_its_judgement_alone() -> None:
    judge, terms = judge_of(GrowingMarket(), long={"type": "external"})
    said = [judge.judge(terms, external) for external in (Side.BUY, Side.SELL, None)]
    assert [judgement and judgement.signal for judgement in said] == [Side.BUY, None, None]


def test_a_gap_between_what_is_known_and_what_is_new_is_read_again_whole() -> None:
    market = GrowingMarket()
    judge, terms = judge_of(market)
    judge.judge(terms)
    market.last += 50
    judge.judge(terms)
    assert market.asked[1:] == [5, market.asked[0]]


def test_a_candle_that_the_exchange_corrected_is_read_again_whole() -> None:
    market = GrowingMarket()
    judge, terms = judge_of(market)
    judge.judge(terms)
    market.changed[market.last] = candle(market.last, close=50_000)
    judgement = judge.judge(terms)
    assert judgement is not None
    assert judgement.close == 50_000


def test_a_young_symbol_with_few_candles_is_not_asked_for_more_each_time() -> None:
    market = GrowingMarket(last=60)
    judge, terms = judge_of(market)
    judge.judge(terms)
    market.last += 1
    judge.judge(terms)
    assert market.asked[1:] == [5]


def test_a_candle_that_is_late_among_the_newest_is_waited_for() -> None:
    market = GrowingMarket()
    judge, terms = judge_of(market)
    judge.judge(terms)
    market.last += 3
    market.missing = {market.last - 1}
    with pytest.raises(ExchangeUnavailable, match="are missing"):
        judge.judge(terms)

    market.missing = set()
    judgement = judge.judge(terms)

    assert judgement is not None
    assert judgement.open_time_ms == market.last * STEP


def test_a_gap_that_will_not_be_filled_any_more_is_judged_across() -> None:
    market = GrowingMarket(missing={9_900, 9_901})
    judge, terms = judge_of(market)
    assert judge.judge(terms) is not None


def test_candles_join_when_they_touch_or_overlap() -> None:
    assert continued(candles(1, 5), candles(6, 7), Interval.M1) == candles(1, 7)
    assert continued(candles(1, 5), candles(4, 7), Interval.M1) == candles(1, 7)
    assert continued(candles(1, 5), candles(3, 5), Interval.M1) == candles(1, 5)


def test_an_older_reading_takes_nothing_away() -> None:
    assert continued(candles(1, 9), candles(4, 7), Interval.M1) == candles(1, 9)


def test_candles_that_do_not_join_are_refused() -> None:
    other = (replace(candle(5), close=Decimal(1)), candle(6))
    assert continued(candles(1, 5), candles(7, 8), Interval.M1) is None
    assert continued(candles(5, 9), candles(1, 6), Interval.M1) is None
    assert continued(candles(1, 5), other, Interval.M1) is None
    assert continued(candles(1, 5), (candle(5), candle(7)), Interval.M1) is None
    assert continued((), candles(1, 2), Interval.M1) is None
    assert continued(candles(1, 5), (), Interval.M1) is None
