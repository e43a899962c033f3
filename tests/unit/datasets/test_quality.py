"""What a dataset is judged by: gaps, repeats, impossible and misplaced rows; and the hash that fixes it."""

from __future__ import annotations

import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.datasets.candle_text import parse_candles
from chalicelib.domain.datasets.dataset import DatasetStatus, Quality
from chalicelib.domain.datasets.quality import judge, months, rows_hash
from chalicelib.domain.datasets.table_text import UnreadableTable, inflated
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval

MINUTE = 60_000
FIRST = 1_643_673_600_000 - 30 * MINUTE  # half an hour before February 2022


def bars(minutes: list[int], close: float = 10.0) -> Bars:
    count = len(minutes)
    prices = np.full(count, close)
    times = FIRST + np.array(minutes, np.int64) * MINUTE
    return Bars(times, prices, prices + 1, prices - 1, prices, np.ones(count))


def joined(*parts: Bars) -> Bars:
    names = ("open_time_ms", "open", "high", "low", "close", "volume")
    return Bars(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def test_whole_rows_are_ready() -> None:
    judged = judge(bars(list(range(100))), Interval.M1)
    assert (judged.status, judged.quality) == (DatasetStatus.READY, Quality())


def test_rows_in_any_order_are_put_in_order() -> None:
    judged = judge(bars([3, 1, 2, 0]), Interval.M1)
    assert judged.bars.open_time_ms.tolist() == bars([0, 1, 2, 3]).open_time_ms.tolist()


def test_gaps_are_counted_and_make_it_partial() -> None:
    judged = judge(bars([0, 1, 5, 6, 9]), Interval.M1)
    assert judged.status is DatasetStatus.PARTIAL
    assert judged.quality == Quality(gaps=2, missing=5, longest_gap_ms=3 * MINUTE)


def test_what_is_missing_at_the_ends_of_an_asked_range_is_a_gap_too() -> None:
    judged = judge(bars([2, 3, 4]), Interval.M1, asked=(FIRST, FIRST + 10 * MINUTE))
    assert (judged.quality.gaps, judged.quality.missing) == (2, 7)


def test_an_exact_repeat_does_no_harm_and_a_different_one_does() -> None:
    same = judge(joined(bars([0, 1, 2]), bars([1])), Interval.M1)
    other = judge(joined(bars([0, 1, 2]), bars([1], close=11)), Interval.M1)
    assert (same.status, same.quality.duplicates) == (DatasetStatus.READY, 1)
    assert (other.status, other.quality.conflicts) == (DatasetStatus.PARTIAL, 1)
    assert other.bars.close.tolist() == [10, 10, 10]


@pytest.mark.parametrize(("column", "value"), [("high", 1.0), ("low", 50.0), ("close", np.nan), ("volume", -1.0)])
def test_impossible_rows_are_left_out(column: str, value: float) -> None:
    rows = bars([0, 1, 2, 3])
    getattr(rows, column)[2] = value
    judged = judge(rows, Interval.M1)
    assert (judged.status, judged.quality.impossible, len(judged.bars)) == (DatasetStatus.PARTIAL, 1, 3)


def test_rows_of_another_interval_are_refused_and_not_thinned() -> None:
    finer = judge(bars(list(range(20))), Interval.M5)
    coarser = judge(bars(list(range(0, 50, 5))), Interval.M1)
    assert (finer.status, coarser.status) == (DatasetStatus.FAILED, DatasetStatus.FAILED)
    assert "begin" in finer.detail
    assert "apart" in coarser.detail


def test_nothing_is_failed() -> None:
    assert judge(bars([]), Interval.M1).detail == "there are no usable candles"


def test_months_are_cut_at_utc_midnight() -> None:
    parts = list(months(bars(list(range(60)))))
    assert [(name, len(part)) for name, part in parts] == [("2022-01", 30), ("2022-02", 30)]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=2, max_size=60, unique=True))
def test_candles_and_missing_ones_fill_the_span(minutes: list[int]) -> None:
    judged = judge(bars(minutes), Interval.M1)
    assert len(judged.bars) + judged.quality.missing == max(minutes) - min(minutes) + 1


def test_the_hash_is_of_symbol_interval_and_rows() -> None:
    one = rows_hash("BTCUSDT", Interval.M1, bars([0, 1]))
    assert one == rows_hash("BTCUSDT", Interval.M1, bars([0, 1]))
    others = {
        rows_hash("ETHUSDT", Interval.M1, bars([0, 1])),
        rows_hash("BTCUSDT", Interval.M5, bars([0, 1])),
        rows_hash("BTCUSDT", Interval.M1, bars([0, 2])),
        rows_hash("BTCUSDT", Interval.M1, bars([0, 1], close=10.5)),
    }
    assert len(others | {one}) == 5


def test_a_compressed_file_is_inflated_up_to_its_limit() -> None:
    packed = gzip.compress(b"x" * 1000)
    assert inflated(packed, 1000) == b"x" * 1000
    assert inflated(b"plain", 1000) == b"plain"
    for broken in (packed[:-9], packed[:3] + b"?" * 20):
        with pytest.raises(UnreadableTable):
            inflated(broken, 1000)
    with pytest.raises(UnreadableTable, match="larger than 999 bytes"):
        inflated(packed, 999)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_candles_or_unreadable(content: bytes) -> None:
    for text in (content, b"timestamp,open,high,low,close,volume\n" + content):
        try:
            judge(parse_candles(inflated(text, 10_000)), Interval.M1)
        except UnreadableTable:
            continue
