"""Judges candles before they become a dataset, and fixes what they are by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.domain.datasets.dataset import DatasetStatus, Quality
from chalicelib.domain.market.bars import Bars, Bools
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.domain.market.interval import Interval

_ROW = np.dtype([(name, "<i8" if name == "time" else "<f8") for name in ("time", "o", "h", "l", "c", "v")])

_SETTLEMENT = np.dtype([("time", "<i8"), ("rate", "<f8")])


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The usable rows, rising in time, and what was found. ``detail`` says why nothing is usable.

    ``funding`` is that of the candles' time, None when there is none.
    """

    bars: Bars
    quality: Quality
    status: DatasetStatus
    detail: str = ""
    funding: FundingSeries | None = None


def judge(rows: Bars, interval: Interval, asked: tuple[int, int] | None = None) -> Judged:
    """Sorts the rows, leaves out what cannot be used, and says how good the rest is.

    ``asked`` is the range (milliseconds UTC, end excluded) that ought to be covered; without it the rows' own. Rows of
    another interval make the whole FAILED: thinned or spread out they would be other candles under the same name.
    """
    length = interval.milliseconds
    aligned: Bools = rows.open_time_ms % length == 0
    sane = _sane(rows)
    order = np.argsort(rows.open_time_ms, kind="stable")
    bars = _taken(rows, order[(aligned & sane)[order]])
    repeated = np.zeros(len(bars), np.bool_)
    repeated[1:] = np.diff(bars.open_time_ms) == 0
    differs = np.zeros(len(bars), np.bool_)
    for column in (bars.open, bars.high, bars.low, bars.close, bars.volume):
        differs[1:] |= column[1:] != column[:-1]
    conflicts = int((repeated & differs).sum())
    kept = _taken(bars, np.flatnonzero(~repeated))
    gaps, missing, longest = _gaps(kept, length, asked)
    quality = Quality(
        gaps=gaps,
        missing=missing,
        longest_gap_ms=longest,
        duplicates=int(repeated.sum()) - conflicts,
        conflicts=conflicts,
        impossible=int((~sane).sum()),
        misaligned=int((~aligned).sum()),
    )
    detail = _unusable(kept, quality, interval)
    if detail:
        return Judged(kept, quality, DatasetStatus.FAILED, detail)
    return Judged(kept, quality, DatasetStatus.READY if quality.whole else DatasetStatus.PARTIAL)


def with_funding(judged: Judged, funding: FundingSeries, missing: int) -> Judged:
    """The same with what was found of the funding of the candles' time."""
    quality = replace(judged.quality, funding_rates=len(funding), funding_missing=missing)
    status = judged.status
    if status is DatasetStatus.READY and not quality.whole:
        status = DatasetStatus.PARTIAL
    return replace(judged, quality=quality, status=status, funding=funding if len(funding) else None)


def rows_hash(symbol: str, interval: Interval, bars: Bars, funding: FundingSeries | None = None) -> str:
    """SHA-256 over the canonical rows: ``symbol interval newline``, then per candle little-endian int64 milliseconds
    and five little-endian float64 (open, high, low, close, volume); with funding then ``newline funding newline`` and
    per settlement little-endian int64 milliseconds and float64 rate."""
    digest = hashlib.sha256(f"{symbol} {interval}\n".encode() + _row_bytes(bars))
    if funding is not None:
        table = np.empty(len(funding), _SETTLEMENT)
        table["time"], table["rate"] = funding.time_ms, funding.rate
        digest.update(b"\nfunding\n" + table.tobytes())
    return digest.hexdigest()


def months(bars: Bars) -> Iterator[tuple[str, Bars]]:
    """The bars cut at the beginnings of UTC months, oldest first, with the month's name (``2022-01``)."""
    names = bars.open_time_ms.astype("datetime64[ms]").astype("datetime64[M]")
    starts = np.flatnonzero(np.diff(names.astype(np.int64), prepend=np.int64(-1)))
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(bars)], strict=True):
        yield str(names[start]), bars.slice(start, stop)


def _row_bytes(bars: Bars) -> bytes:
    table = np.empty(len(bars), _ROW)
    columns = (bars.open_time_ms, bars.open, bars.high, bars.low, bars.close, bars.volume)
    for name, column in zip(_ROW.names or (), columns, strict=True):
        table[name] = column
    return table.tobytes()


def _taken(bars: Bars, places: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Bars:
    return Bars(
        bars.open_time_ms[places],
        bars.open[places],
        bars.high[places],
        bars.low[places],
        bars.close[places],
        bars.volume[places],
    )


def _sane(bars: Bars) -> Bools:
    prices = np.stack((bars.open, bars.high, bars.low, bars.close))
    rising: Bools = (bars.high >= prices.max(axis=0)) & (bars.low <= prices.min(axis=0))
    positive: Bools = (prices > 0).all(axis=0) & (bars.volume >= 0)
    finite: Bools = np.isfinite(prices).all(axis=0) & np.isfinite(bars.volume)
    return rising & positive & finite


def _gaps(bars: Bars, length: int, asked: tuple[int, int] | None) -> tuple[int, int, int]:
    """Places without candles, candles missing in them, the longest one in milliseconds."""
    if not len(bars):
        return 0, 0, 0
    times = bars.open_time_ms
    steps = np.diff(times) // length - 1
    if asked is not None:
        first, end = -(-asked[0] // length) * length, asked[1] // length * length
        steps = np.concatenate(([max((int(times[0]) - first) // length, 0)], steps))
        steps = np.append(steps, max((end - int(times[-1])) // length - 1, 0))
    return int(np.count_nonzero(steps)), int(steps.sum()), int(steps.max(initial=0)) * length


def _unusable(kept: Bars, quality: Quality, interval: Interval) -> str:
    if not len(kept):
        return "there are no usable candles"
    if quality.misaligned:
        return f"{quality.misaligned} candles do not begin where candles of {interval} begin"
    if len(kept) > 1 and int(np.diff(kept.open_time_ms).min()) != interval.milliseconds:
        return f"no two candles are {interval} apart"
    return ""
