"""Volume-weighted average prices: anchored to the UTC day, and rolling with sigma bands."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.strategy.catalogue import Values
from chalicelib.domain.strategy.indicators.talib_backed import Compute, Outputs

_DAY_MS = 86_400_000


def _vwap(bars: Bars, _values: Values) -> Outputs:
    """Sum(typical * volume) / sum(volume) since 00:00 UTC; typical = (H+L+C)/3.

    Undefined before the first midnight in the data (the day's beginning is unknown) and while the day has no volume.
    """
    count = len(bars)
    if not count:
        return {"value": np.empty(0)}
    typical = (bars.high + bars.low + bars.close) / 3
    day = bars.open_time_ms // _DAY_MS
    starts = np.flatnonzero(np.diff(day, prepend=day[0] - 1))
    lengths = np.diff(starts, append=count)
    value = np.full(count, np.nan)
    whole = bars.open_time_ms[starts] % _DAY_MS == 0
    # Sums restart each day, so that a value depends on its own day alone, to the last bit.
    for start, length in zip(starts[whole].tolist(), lengths[whole].tolist(), strict=True):
        stop = start + length
        weight = np.cumsum(bars.volume[start:stop])
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.cumsum(typical[start:stop] * bars.volume[start:stop]) / weight
        value[start:stop] = np.where(weight > 0, mean, np.nan)
    return {"value": value}


def _rolling_vwap(bars: Bars, values: Values) -> Outputs:
    """VWAP of the last n bars and bands at sigma volume-weighted standard deviations of the typical price around it."""
    length, sigma = int(values["length"]), float(values["sigma"])
    count = len(bars)
    mean = np.full(count, np.nan)
    deviation = np.full(count, np.nan)
    typical = (bars.high + bars.low + bars.close) / 3
    # Blocks bound the memory of the windows; window sums, not running ones, keep the values free of drift.
    block = max(1, 2_000_000 // length)
    for first in range(length - 1, count, block):
        last = min(count, first + block)
        prices = sliding_window_view(typical[first - length + 1 : last], length)
        weights = sliding_window_view(bars.volume[first - length + 1 : last], length)
        total = weights.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            average = np.where(total > 0, np.einsum("ij,ij->i", prices, weights) / total, np.nan)
            spread = prices - average[:, None]
            variance = np.einsum("ij,ij,ij->i", spread, spread, weights) / total
        mean[first:last] = average
        deviation[first:last] = np.sqrt(variance)
    return {"vwap": mean, "upper": mean + sigma * deviation, "lower": mean - sigma * deviation}


ANCHORED: Mapping[str, Compute] = {"vwap": _vwap, "rollingVwap": _rolling_vwap}
