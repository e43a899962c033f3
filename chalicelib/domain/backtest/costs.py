"""Fees and funding (costs of decisions.md: fees on each side's notional, funding at its times)."""

from __future__ import annotations

import numpy as np

from chalicelib.domain.market.bars import Bars, Floats, Ints
from chalicelib.domain.market.funding_series import FundingSeries


class FundingTable:
    """What one unit of a long pays in funding up to a time; a short receives it."""

    def __init__(self, funding: FundingSeries | None, bars: Bars) -> None:
        self._times = np.empty(0, np.int64) if funding is None else funding.time_ms
        self._paid = np.zeros(1)
        if funding is not None and len(bars):
            # The mark price is not in the data: the open of the bar that the funding time falls in stands for it.
            place = np.searchsorted(bars.open_time_ms, funding.time_ms, side="right") - 1
            price = np.where(place >= 0, bars.open[np.maximum(place, 0)], 0.0)
            self._paid = np.concatenate((np.zeros(1), np.cumsum(funding.rate * price)))

    def paid(self, after_ms: Ints, until_ms: Ints) -> Floats:
        """Per unit of a long: funding with after < time <= until."""
        first = np.searchsorted(self._times, after_ms, side="right")
        last = np.searchsorted(self._times, until_ms, side="right")
        return self._paid[last] - self._paid[first]
