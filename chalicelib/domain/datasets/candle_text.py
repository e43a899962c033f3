"""Candles as CSV text: header ``timestamp,open,high,low,close,volume``; the timestamp is the bar's open.

Times are ISO UTC or epoch; epoch seconds and milliseconds are told apart by their size. Nothing is judged here.
"""

from __future__ import annotations

import csv
import io
import zlib
from datetime import UTC, datetime

import numpy as np

from chalicelib.domain.errors import DomainError
from chalicelib.domain.market.bars import Bars, Floats, Ints

COLUMNS = ("open", "high", "low", "close", "volume")
# 10^11 seconds is the year 5138, 10^11 milliseconds is 1973: no candle of ours is near either.
_MILLISECONDS_FROM = 100_000_000_000
_MILLISECONDS_TO = 100_000_000_000_000


class UnreadableCandles(DomainError):
    """The text is not a table of candles; the message says why in one line."""


def inflated(content: bytes, most_bytes: int) -> bytes:
    """The content, decompressed when it is gzip. Raises UnreadableCandles when it is broken or larger than allowed."""
    if content[:2] == b"\x1f\x8b":
        machine = zlib.decompressobj(wbits=31)
        try:
            content = machine.decompress(content, most_bytes + 1)
        except zlib.error as error:
            raise UnreadableCandles(f"not gzip: {error}") from error
        if not machine.eof and len(content) <= most_bytes:
            raise UnreadableCandles("not gzip: it ends too early")
    if len(content) > most_bytes:
        raise UnreadableCandles(f"larger than {most_bytes} bytes")
    return content


def parse_candles(content: bytes) -> Bars:
    """The rows of a CSV in their order, as bars. Raises UnreadableCandles."""
    try:
        reader = csv.reader(io.StringIO(content.decode()))
        header = [name.strip().lower() for name in next(reader, [])]
        rows = [row for row in reader if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableCandles(f"cannot be read: {error}") from error
    if header != ["timestamp", *COLUMNS]:
        raise UnreadableCandles(f"the header must be timestamp,{','.join(COLUMNS)}")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise UnreadableCandles(f"line {line} has {len(row)} fields, not {len(header)}")
    columns = list(zip(*rows, strict=True)) or [()] * len(header)
    try:
        values: list[Floats] = [np.array(column, np.float64) for column in columns[1:]]
    except ValueError as error:
        raise UnreadableCandles(str(error)) from error
    return Bars(parse_times(columns[0]), *values)


def epoch_milliseconds(times: Ints) -> Ints:
    """Epoch seconds or milliseconds as milliseconds. Raises UnreadableCandles for anything larger."""
    if not len(times):
        return times
    if int(times.max()) >= _MILLISECONDS_TO:
        raise UnreadableCandles("timestamps must be epoch seconds or milliseconds")
    return times if int(times.max()) >= _MILLISECONDS_FROM else times * 1000


def parse_times(texts: tuple[str, ...]) -> Ints:
    """Times, ISO UTC or epoch, as milliseconds. Raises UnreadableCandles."""
    if not texts:
        return np.empty(0, np.int64)
    try:
        if texts[0].strip().replace(".", "", 1).isdigit():
            return epoch_milliseconds(np.array(texts, np.float64).astype(np.int64))
        plain = [text.strip().removesuffix("Z").removesuffix("+00:00") for text in texts]
        if not any("+" in text or text.count("-") > 2 for text in plain):
            return np.array(plain, "datetime64[ms]").astype(np.int64)
        return np.array([_milliseconds(text) for text in texts], np.int64)
    except ValueError as error:
        raise UnreadableCandles(f"a timestamp is neither ISO nor epoch: {error}") from error


def _milliseconds(text: str) -> int:
    moment = datetime.fromisoformat(text.strip())
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
