"""Funding as CSV text, header ``timestamp,rate``: when it was settled (ISO UTC or epoch) and the rate as a fraction."""

from __future__ import annotations

import csv
import io

import numpy as np

from chalicelib.domain.datasets.candle_text import UnreadableCandles, parse_times
from chalicelib.domain.market.funding_series import FundingSeries

_HEADER = ["timestamp", "rate"]
_LEAST_DIVISOR = 10


def parse_funding(content: bytes) -> FundingSeries:
    """The settlements of a CSV. Raises UnreadableCandles unless they rise in time and are fractions."""
    try:
        reader = csv.reader(io.StringIO(content.decode()))
        header = [name.strip().lower() for name in next(reader, [])]
        rows = [row for row in reader if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableCandles(f"cannot be read: {error}") from error
    if header != _HEADER:
        raise UnreadableCandles(f"the header must be {','.join(_HEADER)}")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(_HEADER):
            raise UnreadableCandles(f"line {line} has {len(row)} fields, not {len(_HEADER)}")
    times = parse_times(tuple(row[0] for row in rows))
    try:
        rates = np.array([row[1] for row in rows], np.float64)
    except ValueError as error:
        raise UnreadableCandles(str(error)) from error
    if (np.diff(times) <= 0).any():
        raise UnreadableCandles("settlements must rise in time")
    if not (np.abs(rates) * _LEAST_DIVISOR <= 1).all():
        raise UnreadableCandles("rates are fractions (0.0001 is 0.01 %)")
    return FundingSeries(times, rates)
