"""Volume profile of a rolling window: point of control and value area."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.strategy.catalogue import Values
from chalicelib.domain.strategy.indicators.talib_backed import Compute, Outputs, highest, lowest


def _volume_profile(bars: Bars, values: Values) -> Outputs:
    """POC, value-area high and low of the last n bars.

    The range from the lowest low to the highest high is cut into equal bins; each bar gives its volume to the bin of
    its typical price. POC is the middle of the fullest bin (the lowest of equals). The value area grows from it, bin
    by bin to the fuller side (up on a tie), until it holds the asked share; VAH and VAL are its outer edges.
    """
    length, bins, share = int(values["length"]), int(values["bins"]), float(values["valueAreaPct"]) / 100
    count = len(bars)
    poc, vah, val = (np.full(count, np.nan) for _ in range(3))
    top, bottom = highest(bars.high, length), lowest(bars.low, length)
    typical = (bars.high + bars.low + bars.close) / 3
    for index in range(length - 1, count):
        low, height = bottom[index], (top[index] - bottom[index]) / bins
        window = slice(index - length + 1, index + 1)
        if not height > 0:
            poc[index] = vah[index] = val[index] = low
            continue
        place = np.minimum((typical[window] - low) / height, bins - 1).astype(np.int64)
        volume = np.bincount(place, bars.volume[window], minlength=bins).tolist()
        if not sum(volume) > 0:
            continue
        centre, first, last = _value_area(volume, share)
        poc[index] = low + (centre + 0.5) * height
        vah[index] = low + (last + 1) * height
        val[index] = low + first * height
    return {"poc": poc, "vah": vah, "val": val}


def _value_area(volume: list[float], share: float) -> tuple[int, int, int]:
    centre = max(range(len(volume)), key=volume.__getitem__)
    first = last = centre
    held, wanted = volume[centre], sum(volume) * share
    while held < wanted and (first > 0 or last < len(volume) - 1):
        above = volume[last + 1] if last < len(volume) - 1 else -1.0
        below = volume[first - 1] if first > 0 else -1.0
        if above >= below:
            last += 1
            held += above
        else:
            first -= 1
            held += below
    return centre, first, last


VOLUME_PROFILE: Mapping[str, Compute] = {"volumeProfile": _volume_profile}
