"""First passage: which of a stop and a target a position meets first, for many positions at once.

The look ahead goes in windows of growing width; positions that met a level drop out, so that the work is about the sum
of the holding times, in array operations. On one bar the stop comes first (pessimistic); a bar that opens beyond a
level fills at its open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from chalicelib.domain.backtest.track import REACH, Track
from chalicelib.domain.market.bars import Bools, Floats, Ints

_FIRST_WIDTH = 16
# Rows times width of one window matrix: bounds the memory to a few megabytes.
_CELLS = 1 << 19


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """Per position: the track bar where it ended (the given end where it did not) and what ended it."""

    bar: Ints
    stopped: Bools
    reached: Bools


def first_passages(track: Track, begin: Ints, end: Ints, sign: Ints, stop: Floats, target: Floats) -> Passages:
    """Walks positions over track bars ``begin`` <= t < ``end``; ``sign`` is +1 for longs, -1 for shorts."""
    count = len(begin)
    bar = end.copy()
    stopped = np.zeros(count, np.bool_)
    reached = np.zeros(count, np.bool_)
    is_long = sign > 0
    for side in (True, False):
        rows = np.flatnonzero(is_long == side)
        # A long's stop is touched by lows and its target by highs; a short's the other way round.
        under, over = (stop, target) if side else (target, stop)
        _walk(track, rows, begin, end, under, over, side, bar, stopped, reached)
    return Passages(bar, stopped, reached)


def _walk(
    track: Track,
    rows: Ints,
    begin: Ints,
    end: Ints,
    under: Floats,
    over: Floats,
    stop_is_under: bool,
    bar: Ints,
    stopped: Bools,
    reached: Bools,
) -> None:
    at = begin[rows]
    width = _FIRST_WIDTH
    while len(rows):
        lows = sliding_window_view(track.lows, width)
        highs = sliding_window_view(track.highs, width)
        step = max(1, _CELLS // width)
        kept_rows, kept_at = [], []
        for first in range(0, len(rows), step):
            part, here = rows[first : first + step], at[first : first + step]
            fell = lows[here] <= under[part, None]
            rose = highs[here] >= over[part, None]
            hit = fell | rose
            place = hit.argmax(axis=1)
            line = np.arange(len(part))
            found = hit[line, place] & (here + place < end[part])
            winners, where = part[found], place[found]
            bar[winners] = here[found] + where
            by_stop = (fell if stop_is_under else rose)[line[found], where]
            stopped[winners] = by_stop
            reached[winners] = ~by_stop
            going_on = ~found & (here + width < end[part])
            kept_rows.append(part[going_on])
            kept_at.append(here[going_on] + width)
        rows, at = np.concatenate(kept_rows), np.concatenate(kept_at)
        width = min(2 * width, REACH)


def passage_prices(track: Track, passages: Passages, sign: Ints, stop: Floats, target: Floats) -> Floats:
    """The price at which each ended passage fills: the level, or the bar's open when that lies beyond it.

    Undefined (NaN) for positions that met neither level.
    """
    opens = track.opens[np.minimum(passages.bar, len(track.opens) - 1)]
    worse = np.where(sign > 0, np.minimum(stop, opens), np.maximum(stop, opens))
    better = np.where(sign > 0, np.maximum(target, opens), np.minimum(target, opens))
    return np.where(passages.stopped, worse, np.where(passages.reached, better, np.nan))
