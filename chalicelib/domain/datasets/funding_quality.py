"""How whole a funding history is.

A symbol's funding interval changes now and then, so a place is judged by its neighbours: rates are missing where two of
them are further apart than the two before or the two after. At the ends it is the distance of the nearest two, and the
instrument's present interval where there are not two.
"""

from __future__ import annotations

import numpy as np

from chalicelib.domain.market.funding_series import FundingSeries


def missing_rates(funding: FundingSeries, from_ms: int, to_ms: int, interval_ms: int) -> int:
    """How many settlements of from_ms <= time < to_ms are not in the series (times in milliseconds UTC)."""
    times = funding.time_ms
    if not len(times):
        return max((to_ms - 1) // interval_ms - (from_ms - 1) // interval_ms, 0)
    steps = np.diff(times)
    if not len(steps):
        before, after = int(times[0]) - from_ms, to_ms - 1 - int(times[-1])
        return max(before, 0) // interval_ms + max(after, 0) // interval_ms
    neighbours = np.maximum(np.append(steps[1:], 0), np.insert(steps[:-1], 0, 0))
    usual = np.where(neighbours > 0, neighbours, interval_ms)
    inside = int(np.maximum(np.rint(steps / usual).astype(np.int64) - 1, 0).sum())
    before = max(int(times[0]) - from_ms, 0) // int(min(steps[:2]))
    after = max(to_ms - 1 - int(times[-1]), 0) // int(min(steps[-2:]))
    return inside + before + after
