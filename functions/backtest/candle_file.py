"""Candles from files: CSV (plain or gzip) and npz, checked before anything is computed from them.

CSV has the header ``timestamp,open,high,low,close,volume``; the timestamp is the bar's open, ISO UTC or epoch. npz has
the arrays ``ts, open, high, low, close, volume``. Epoch seconds and milliseconds are told apart by their size.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import numpy as np

from chalicelib.domain.datasets.candle_text import COLUMNS, parse_candles
from chalicelib.domain.datasets.table_text import UnreadableTable, epoch_milliseconds
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval


class CandleFileError(Exception):
    """The file cannot be used; the message says why in one line."""


def read_candles(path: Path, interval: Interval) -> Bars:
    """The bars of ``path``. Raises CandleFileError unless they are sane, rising and spaced by ``interval``.

    Missing bars are allowed (spacing by a multiple), as long as some neighbours are one ``interval`` apart.
    """
    bars = _read_npz(path) if path.suffix == ".npz" else _read_csv(path)
    _check(bars, interval, path)
    return bars


def missing_bars(bars: Bars, interval: Interval) -> int:
    """How many bars are missing between the first and the last."""
    if not len(bars):
        return 0
    span = int(bars.open_time_ms[-1] - bars.open_time_ms[0])
    return span // interval.milliseconds + 1 - len(bars)


def _read_npz(path: Path) -> Bars:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            columns = [arrays[name].astype(np.float64) for name in COLUMNS]
            times = epoch_milliseconds(arrays["ts"].astype(np.int64))
    except (OSError, ValueError, KeyError) as error:
        raise CandleFileError(f"{path}: not an npz of ts, {', '.join(COLUMNS)}: {error}") from error
    except UnreadableTable as error:
        raise CandleFileError(f"{path}: {error}") from error
    return Bars(times, *columns)


def _read_csv(path: Path) -> Bars:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        return parse_candles(content)
    except (OSError, EOFError, zlib.error) as error:
        raise CandleFileError(f"{path}: cannot be read: {error}") from error
    except UnreadableTable as error:
        raise CandleFileError(f"{path}: {error}") from error


def _check(bars: Bars, interval: Interval, path: Path) -> None:
    if not len(bars):
        raise CandleFileError(f"{path}: there are no candles")
    steps = np.diff(bars.open_time_ms)
    if (steps <= 0).any():
        line = int(np.flatnonzero(steps <= 0)[0]) + 2
        raise CandleFileError(f"{path}: candle {line} is not later than the one before it")
    length = interval.milliseconds
    if len(steps) and (int(steps.min()) != length or (steps % length).any()):
        seconds = int(np.bincount(np.unique(steps, return_inverse=True)[1]).argmax())
        usual = int(np.unique(steps)[seconds]) // 1000
        raise CandleFileError(f"{path}: candles are {usual} s apart, the strategy's timeframe is {interval}")
    prices = np.stack((bars.open, bars.high, bars.low, bars.close))
    sane = np.isfinite(prices).all(axis=0) & (prices > 0).all(axis=0) & np.isfinite(bars.volume) & (bars.volume >= 0)
    sane &= (bars.high >= prices.max(axis=0)) & (bars.low <= prices.min(axis=0))
    if not sane.all():
        raise CandleFileError(f"{path}: candle {int(np.flatnonzero(~sane)[0]) + 1} has impossible prices or volume")
