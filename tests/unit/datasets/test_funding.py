"""Funding histories: read from text, held against their own rhythm, part of a dataset's hash."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.datasets.dataset import DatasetStatus
from chalicelib.domain.datasets.funding_quality import missing_rates
from chalicelib.domain.datasets.funding_text import parse_funding
from chalicelib.domain.datasets.quality import judge, rows_hash, with_funding
from chalicelib.domain.datasets.table_text import UnreadableTable
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.funding_rate import FundingRate
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.domain.market.interval import Interval

HOUR = 3_600_000
FIRST = 1_640_995_200_000  # 2022-01-01


def series(*hours: int) -> FundingSeries:
    return FundingSeries.of(FundingRate(FIRST + hour * HOUR, Decimal("0.0001")) for hour in hours)


def missing(hours: list[int], span: int, interval: int = 8) -> int:
    return missing_rates(series(*hours), FIRST, FIRST + span * HOUR, interval * HOUR)


@pytest.mark.parametrize(
    ("hours", "span", "lacking"),
    [
        ([0, 8, 16, 24, 32], 40, 0),
        ([0, 8, 24, 32], 40, 1),
        ([8, 16, 24, 32], 40, 1),
        ([0, 8, 16], 40, 2),
        ([0, 16], 24, 1),
        ([8], 24, 2),
        ([], 24, 3),
        ([], 4, 1),
        ([0, 8, 16, 24, 28, 32, 36], 40, 0),
        ([0, 4, 8, 12, 20, 28], 36, 0),
        ([0, 1, 2, 5, 6, 7], 8, 2),
    ],
)
def test_what_is_missing_is_seen_by_the_rhythm_around_it(hours: list[int], span: int, lacking: int) -> None:
    assert missing(hours, span) == lacking


@settings(max_examples=50, deadline=None)
@given(st.integers(5, 60), st.data())
def test_one_settlement_less_inside_is_one_missing(count: int, data: st.DataObject) -> None:
    hours = [8 * number for number in range(count)]
    del hours[data.draw(st.integers(2, count - 3))]
    assert missing(hours, 8 * count) == 1


def test_settlements_are_read_from_text_in_either_unit() -> None:
    read = parse_funding(b"timestamp,rate\n2022-01-01T00:00:00Z,0.0001\n2022-01-01T08:00:00Z,-0.00025\n")
    assert read.time_ms.tolist() == [FIRST, FIRST + 8 * HOUR]
    assert read.rate.tolist() == [0.0001, -0.00025]
    assert parse_funding(f"timestamp,rate\n{FIRST // 1000},0\n".encode()).time_ms.tolist() == [FIRST]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("time,rate\n", "header"),
        ("timestamp,rate\n1,2,3\n", "line 2"),
        ("timestamp,rate\n1640995200,0.01\n1640995200,0.01\n", "rise"),
        ("timestamp,rate\n1640995200,12\n", "fractions"),
        ("timestamp,rate\n1640995200,nan\n", "fractions"),
        ("timestamp,rate\n1640995200,x\n", "convert"),
        ("timestamp,rate\nyesterday,0\n", "neither"),
    ],
)
def test_text_that_is_no_funding_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UnreadableTable, match=why):
        parse_funding(text.encode())


def candles(count: int) -> Bars:
    times = FIRST + np.arange(count, dtype=np.int64) * HOUR
    return Bars(times, *(np.full(count, value) for value in (10.0, 11.0, 9.0, 10.0, 1.0)))


def test_a_dataset_that_lacks_a_settlement_is_partial_and_says_so() -> None:
    judged = judge(candles(24), Interval.H1)
    whole, lacking = with_funding(judged, series(0, 8, 16), 0), with_funding(judged, series(0, 16), 1)
    assert (whole.status, whole.quality.funding_rates) == (DatasetStatus.READY, 3)
    assert (lacking.status, lacking.quality.funding_missing) == (DatasetStatus.PARTIAL, 1)


def test_funding_is_part_of_the_hash_and_candles_alone_keep_theirs() -> None:
    bars, one = candles(3), series(0, 8)
    other = FundingSeries(one.time_ms, one.rate * 2)
    hashes = {rows_hash("BTCUSDT", Interval.H1, bars, funding) for funding in (None, one, other, series(0, 16))}
    assert len(hashes) == 4
    assert rows_hash("BTCUSDT", Interval.H1, bars) in hashes
