"""Candles as CSV text: header ``timestamp,open,high,low,close,volume``; the timestamp is the bar's open."""

from __future__ import annotations

from chalicelib.domain.datasets.table_text import columns_of, parse_numbers, parse_times
from chalicelib.domain.market.bars import Bars

COLUMNS = ("open", "high", "low", "close", "volume")


def parse_candles(content: bytes) -> Bars:
    """The rows of a CSV in their order, as bars. Raises UnreadableTable."""
    times, *values = columns_of(content, ("timestamp", *COLUMNS))
    numbers = [parse_numbers(column) for column in values]
    return Bars(parse_times(times), *numbers)
