"""The bars on which positions are walked: the decision bars themselves, or finer ones inside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.domain.backtest.settings import FillAt
from chalicelib.domain.market.bars import Bars, Floats, Ints
from chalicelib.domain.market.interval import Interval

# How many bars one look ahead takes at most; the arrays are padded by as many that no level can touch.
REACH = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Prices to walk on, padded by ``REACH`` bars that touch no level.

    ``start[k]`` is the track bar with which decision bar k begins (``start[n]`` is the end); ``owner[t]`` is the
    decision bar that track bar t lies in. ``fill_price[k]``, the fill point k, is where a decision of bar k - 1 is
    filled; ``last_fill`` is the last fill point that exists.
    """

    count: int
    opens: Floats
    highs: Floats
    lows: Floats
    start: Ints
    owner: Ints
    open_time_ms: Ints
    fill_price: Floats
    last_fill: int
    is_fine: bool

    def end_time_ms(self, interval: Interval) -> int:
        """When the last decision bar closes."""
        return int(self.open_time_ms[-1]) + interval.milliseconds if self.count else 0


def make_track(bars: Bars, interval: Interval, fill_at: FillAt, fine: Bars | None = None) -> Track:
    """The track of ``bars`` of length ``interval``; ``fine`` are finer bars (say of one minute) to look inside them.

    Decision bars that ``fine`` does not cover are walked on themselves.
    """
    count = len(bars)
    if fill_at is FillAt.CLOSE:
        fill_price = np.concatenate((bars.open[:1], bars.close))
        last_fill = count
    else:
        fill_price = bars.open
        last_fill = count - 1
    walked = bars
    start: Ints = np.arange(count + 1)
    owner: Ints = np.arange(count)
    if fine is not None and len(fine):
        walked, start, owner = _weave(bars, interval, fine)
    return Track(
        count=count,
        opens=np.concatenate((walked.open, np.full(REACH, np.nan))),
        highs=np.concatenate((walked.high, np.full(REACH, -np.inf))),
        lows=np.concatenate((walked.low, np.full(REACH, np.inf))),
        start=start,
        owner=owner,
        open_time_ms=bars.open_time_ms,
        fill_price=fill_price,
        last_fill=last_fill,
        is_fine=walked is not bars,
    )


def _weave(bars: Bars, interval: Interval, fine: Bars) -> tuple[Bars, Ints, Ints]:
    first = np.searchsorted(fine.open_time_ms, bars.open_time_ms)
    after = np.searchsorted(fine.open_time_ms, bars.open_time_ms + interval.milliseconds)
    covered = after > first
    sizes = np.where(covered, after - first, 1)
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    owner = np.repeat(np.arange(len(bars)), sizes)
    within = np.arange(len(owner)) - start[owner]
    inside = covered[owner]
    place = np.where(inside, first[owner] + within, 0)

    def merged(coarse: Floats, detail: Floats) -> Floats:
        return np.where(inside, detail[place], coarse[owner])

    woven = Bars(
        np.where(inside, fine.open_time_ms[place], bars.open_time_ms[owner]),
        merged(bars.open, fine.open),
        merged(bars.high, fine.high),
        merged(bars.low, fine.low),
        merged(bars.close, fine.close),
        merged(bars.volume, fine.volume),
    )
    return woven, start, owner
