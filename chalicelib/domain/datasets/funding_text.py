"""Funding as CSV text, header ``timestamp,rate``: when it was settled (ISO UTC or epoch) and the rate as a fraction."""

from __future__ import annotations

import numpy as np

from chalicelib.domain.datasets.table_text import UnreadableTable, columns_of, parse_numbers, parse_times
from chalicelib.domain.market.funding_series import FundingSeries

_LEAST_DIVISOR = 10


def parse_funding(content: bytes) -> FundingSeries:
    """The settlements of a CSV. Raises UnreadableTable unless they rise in time and are fractions."""
    settled, fractions = columns_of(content, ("timestamp", "rate"))
    times, rates = parse_times(settled), parse_numbers(fractions)
    if (np.diff(times) <= 0).any():
        raise UnreadableTable("settlements must rise in time")
    if not (np.abs(rates) * _LEAST_DIVISOR <= 1).all():
        raise UnreadableTable("rates are fractions (0.0001 is 0.01 %)")
    return FundingSeries(times, rates)
