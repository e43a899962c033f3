"""Candles from files: CSV (plain or gzip) and npz, checked before anything is computed from them.

CSV has the header ``timestamp,open,high,low,close,volume``; the timestamp is the bar's open, ISO UTC or epoch. npz has
the arrays ``ts, open, high, low, close, volume``. Epoch seconds and milliseconds are told apart by their size.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from chalicelib.domain.market.bars import Bars, Floats, Ints
from chalicelib.domain.market.interval import Interval

_COLUMNS = ("open", "high", "low", "close", "volume")
# 10^11 seconds is the year 5138, 10^11 milliseconds is 1973: no candle of ours is near either.
_MILLISECONDS_FROM = 100_000_000_000
_MILLISECONDS_TO = 100_000_000_000_000


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
            columns = [arrays[name].astype(np.float64) for name in _COLUMNS]
            times = _epoch(arrays["ts"].astype(np.int64), path)
    except (OSError, ValueError, KeyError) as error:
        raise CandleFileError(f"{path}: not an npz of ts, {', '.join(_COLUMNS)}: {error}") from error
    return Bars(times, *columns)


def _read_csv(path: Path) -> Bars:
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        reader = csv.reader(io.StringIO(content.decode()))
        header = [name.strip().lower() for name in next(reader, [])]
        rows = [row for row in reader if row]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error, zlib.error) as error:
        raise CandleFileError(f"{path}: cannot be read: {error}") from error
    if header != ["timestamp", *_COLUMNS]:
        raise CandleFileError(f"{path}: the header must be timestamp,{','.join(_COLUMNS)}")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise CandleFileError(f"{path}: line {line} has {len(row)} fields, not {len(header)}")
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    try:
        values: list[Floats] = [np.array(column, np.float64) for column in columns[1:]]
    except ValueError as error:
        raise CandleFileError(f"{path}: {error}") from error
    return Bars(_times(columns[0], path), *values)


def _times(texts: tuple[str, ...], path: Path) -> Ints:
    if not texts:
        return np.empty(0, np.int64)
    try:
        if texts[0].strip().replace(".", "", 1).isdigit():
            return _epoch(np.array(texts, np.float64).astype(np.int64), path)
        plain = [text.strip().removesuffix("Z").removesuffix("+00:00") for text in texts]
        if not any("+" in text or text.count("-") > 2 for text in plain):
            return np.array(plain, "datetime64[ms]").astype(np.int64)
        return np.array([_milliseconds(text) for text in texts], np.int64)
    except ValueError as error:
        raise CandleFileError(f"{path}: a timestamp is neither ISO nor epoch: {error}") from error


def _milliseconds(text: str) -> int:
    moment = datetime.fromisoformat(text.strip())
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _epoch(times: Ints, path: Path) -> Ints:
    if not len(times):
        return times
    if int(times.max()) >= _MILLISECONDS_TO:
        raise CandleFileError(f"{path}: timestamps must be epoch seconds or milliseconds")
    return times if int(times.max()) >= _MILLISECONDS_FROM else times * 1000


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
