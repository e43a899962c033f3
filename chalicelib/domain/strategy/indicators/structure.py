"""Price-structure signals, each a series of +1 (bullish), -1 (bearish) and 0 (nothing), on closed bars only.

A swing high of strength k is a high that is above the k highs before and the k highs after it; it is known only k bars
later. A swing low mirrors it. Both indicators below forget: a swing counts for ``4k + 2`` bars, so that a value depends
on ``5k + 3`` bars and is the same in a live window and in a full history.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chalicelib.domain.market.bars import Bars, Floats
from chalicelib.domain.strategy.catalogue import Values
from chalicelib.domain.strategy.indicators.talib_backed import Compute, Outputs


def latest_swing(series: Floats, strength: int) -> Floats:
    """At each bar the latest swing high of ``series`` known before that bar, NaN when there was none recently.

    A swing at bar p is known from bar p + strength on; bar i looks at swings known at bar i - 1 at the latest and not
    older than ``4 * strength + 2`` bars.
    """
    count, width = len(series), 2 * strength + 1
    known = np.full(count, np.nan)
    if count < width:
        return known
    windows = sliding_window_view(series, width)
    middle = windows[:, strength]
    others = np.delete(windows, strength, axis=1).max(axis=1)
    at = np.flatnonzero(middle > others) + strength
    usable_from = at + strength + 1
    usable_until = at + 4 * strength + 2
    place = np.searchsorted(usable_from, np.arange(count), side="right") - 1
    has = place >= 0
    has[has] = np.arange(count)[has] <= usable_until[place[has]]
    known[has] = series[at[place[has]]]
    return known


def _warm(count: int, strength: int, values: Floats) -> Floats:
    values[: min(count, 5 * strength + 2)] = np.nan
    return values


def _liquidity_sweep(bars: Bars, values: Values) -> Outputs:
    """+1: the low went below the latest swing low and the close came back above it; -1 mirrored at a swing high."""
    strength = int(values["lookback"])
    high, low = latest_swing(bars.high, strength), -latest_swing(-bars.low, strength)
    bullish = (bars.low < low) & (bars.close > low)
    bearish = (bars.high > high) & (bars.close < high)
    return {"value": _warm(len(bars), strength, bullish.astype(np.float64) - bearish)}


def _structure_shift(bars: Bars, values: Values) -> Outputs:
    """+1: the close crosses above the latest swing high; -1: it crosses below the latest swing low."""
    strength = int(values["lookback"])
    high, low = latest_swing(bars.high, strength), -latest_swing(-bars.low, strength)
    before = np.concatenate((np.full(min(1, len(bars)), np.nan), bars.close[:-1]))
    bullish = (bars.close > high) & (before <= high)
    bearish = (bars.close < low) & (before >= low)
    return {"value": _warm(len(bars), strength, bullish.astype(np.float64) - bearish)}


def _fair_value_gap(bars: Bars, _values: Values) -> Outputs:
    """+1: this bar's low is above the high two bars ago; -1: this bar's high is below the low two bars ago."""
    value = np.full(len(bars), np.nan)
    up = bars.low[2:] > bars.high[:-2]
    down = bars.high[2:] < bars.low[:-2]
    value[2:] = up.astype(np.float64) - down
    return {"value": value}


STRUCTURE: Mapping[str, Compute] = {
    "liquiditySweep": _liquidity_sweep,
    "structureShift": _structure_shift,
    "fairValueGap": _fair_value_gap,
}
