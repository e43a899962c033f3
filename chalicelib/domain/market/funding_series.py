"""A symbol's funding over a period, as arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from chalicelib.domain.market.bars import Floats, Ints
from chalicelib.domain.market.funding_rate import FundingRate


@dataclass(frozen=True, slots=True, eq=False)
class FundingSeries:
    """Funding times (milliseconds UTC, rising) and rates (fractions; positive: longs pay)."""

    time_ms: Ints
    rate: Floats

    def __len__(self) -> int:
        return len(self.time_ms)

    @classmethod
    def of(cls, rates: Iterable[FundingRate]) -> FundingSeries:
        """The series of these rates, in order of their times; of two at one time the first stays."""
        first: dict[int, Decimal] = {}
        for one in rates:
            first.setdefault(one.time_ms, one.rate)
        times = sorted(first)
        return cls(np.array(times, np.int64), np.array([first[time] for time in times], np.float64))
