"""CSV text as columns: a header that must be as expected, rows of its length, times that are ISO UTC or epoch.

Epoch seconds and milliseconds are told apart by their size. Nothing is judged here.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from chalicelib.domain.errors import DomainError
from chalicelib.domain.market.bars import Floats, Ints

# 10^11 seconds is the year 5138, 10^11 milliseconds is 1973: no candle of ours is near either.
_MILLISECONDS_FROM = 100_000_000_000
_MILLISECONDS_TO = 100_000_000_000_000


class UnreadableTable(DomainError):
    """The text is not the table that it should be; the message says why in one line."""


def inflated(content: bytes, most_bytes: int) -> bytes:
    """The content, decompressed when it is gzip. Raises UnreadableTable when it is broken or larger than allowed."""
    if content[:2] == b"\x1f\x8b":
        machine = zlib.decompressobj(wbits=31)
        try:
            content = machine.decompress(content, most_bytes + 1)
        except zlib.error as error:
            raise UnreadableTable(f"not gzip: {error}") from error
        if not machine.eof and len(content) <= most_bytes:
            raise UnreadableTable("not gzip: it ends too early")
    if len(content) > most_bytes:
        raise UnreadableTable(f"larger than {most_bytes} bytes")
    return content


def columns_of(content: bytes, header: Sequence[str]) -> list[tuple[str, ...]]:
    """The texts of each column of a CSV with this header, in their order. Raises UnreadableTable."""
    try:
        reader = csv.reader(io.StringIO(content.decode()))
        found = [name.strip().lower() for name in next(reader, [])]
        rows = [row for row in reader if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableTable(f"cannot be read: {error}") from error
    if found != list(header):
        raise UnreadableTable(f"the header must be {','.join(header)}")
    for line, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise UnreadableTable(f"line {line} has {len(row)} fields, not {len(header)}")
    return list(zip(*rows, strict=True)) or [()] * len(header)


def parse_numbers(texts: Sequence[str]) -> Floats:
    """A column of numbers. Raises UnreadableTable."""
    try:
        return np.array(texts, np.float64)
    except ValueError as error:
        raise UnreadableTable(str(error)) from error


def epoch_milliseconds(times: Ints) -> Ints:
    """Epoch seconds or milliseconds as milliseconds. Raises UnreadableTable for anything larger."""
    if not len(times):
        return times
    if int(times.max()) >= _MILLISECONDS_TO:
        raise UnreadableTable("timestamps must be epoch seconds or milliseconds")
    return times if int(times.max()) >= _MILLISECONDS_FROM else times * 1000


def parse_times(texts: Sequence[str]) -> Ints:
    """Times, ISO UTC or epoch, as milliseconds. Raises UnreadableTable."""
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
        raise UnreadableTable(f"a timestamp is neither ISO nor epoch: {error}") from error


def _milliseconds(text: str) -> int:
    moment = datetime.fromisoformat(text.strip())
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
