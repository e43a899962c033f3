"""Closed bars as arrays: what indicators and the backtest read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from chalicelib.domain.market.candle import Candle
    from chalicelib.domain.market.interval import Interval

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Closed bars, oldest first, strictly rising in time; all arrays have the same length.

    ``open_time_ms`` is int64 milliseconds UTC; prices are float64 in quote currency, ``volume`` as the source gives it.
    """

    open_time_ms: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.close)

    @classmethod
    def from_candles(cls, candles: Sequence[Candle]) -> Bars:
        """The candles as arrays; an empty sequence gives empty arrays."""
        count = len(candles)
        return cls(
            np.fromiter((candle.open_time_ms for candle in candles), np.int64, count),
            np.fromiter((float(candle.open) for candle in candles), np.float64, count),
            np.fromiter((float(candle.high) for candle in candles), np.float64, count),
            np.fromiter((float(candle.low) for candle in candles), np.float64, count),
            np.fromiter((float(candle.close) for candle in candles), np.float64, count),
            np.fromiter((float(candle.volume) for candle in candles), np.float64, count),
        )

    def slice(self, start: int, stop: int) -> Bars:
        """The bars with index start..stop-1, as views."""
        return Bars(
            self.open_time_ms[start:stop],
            self.open[start:stop],
            self.high[start:stop],
            self.low[start:stop],
            self.close[start:stop],
            self.volume[start:stop],
        )

    def closed_before(self, time_ms: int, interval: Interval) -> Bars:
        """The bars whose close (open + interval) is not later than ``time_ms``."""
        stop = int(np.searchsorted(self.open_time_ms, time_ms - interval.milliseconds, side="right"))
        return self.slice(0, stop)

    def aggregate(self, source: Interval, target: Interval) -> Bars:
        """Bars of ``target`` built from these bars of ``source``, aligned to the UTC epoch.

        Only complete ones: a target bar with a missing source bar is left out, never guessed.
        Raises ValueError unless ``target`` is a multiple of ``source``.
        """
        ratio, rest = divmod(target.milliseconds, source.milliseconds)
        if rest or not ratio:
            raise ValueError(f"{target} is not a multiple of {source}")
        opens = self.open_time_ms - self.open_time_ms % target.milliseconds
        starts = np.flatnonzero(np.diff(opens, prepend=np.int64(-1)))
        if not len(starts):
            return self
        counts = np.diff(starts, append=len(opens))
        ends = starts + counts - 1
        highs = np.maximum.reduceat(self.high, starts)
        lows = np.minimum.reduceat(self.low, starts)
        volumes = np.add.reduceat(self.volume, starts)
        whole = counts == ratio
        return Bars(
            opens[starts][whole],
            self.open[starts][whole],
            highs[whole],
            lows[whole],
            self.close[ends][whole],
            volumes[whole],
        )
