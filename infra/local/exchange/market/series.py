"""A symbol's minutes without end: recorded ones first, then a seeded random walk that goes on from the last price."""

from __future__ import annotations

import csv
import gzip
import math
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from chalicelib.domain.market.instrument import Instrument
from infra.local.exchange.engine.catalogue import Listing
from infra.local.exchange.market.bars import Bar, Bars

MINUTE_MS = 60_000


def read_candles(path: Path, instrument: Instrument) -> tuple[int, Bars]:
    """(opening time of the first bar in ms, bars) of a gzipped CSV without gaps.

    Columns: ``timestamp,open,high,low,close,volume``. ``timestamp`` is the bar's opening time in UTC; volume is in
    quote currency and becomes base coin at the close.
    """
    tick, step = float(instrument.tick_size), float(instrument.qty_step)
    bars = Bars()
    origin_ms = 0
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            if not origin_ms:
                opened = datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC)
                origin_ms = int(opened.timestamp() * 1000)
            prices = [round(float(row[name]) / tick) for name in ("open", "high", "low", "close")]
            volume = round(float(row["volume"]) / float(row["close"]) / step)
            bars.append(Bar(prices[0], prices[1], prices[2], prices[3], volume))
    return origin_ms, bars


class Series:
    """Bars by index, generated as far as asked. Deterministic for a seed and a symbol."""

    def __init__(self, listing: Listing, seed: int, recorded: Bars | None = None) -> None:
        self._listing = listing
        self._bars = recorded if recorded is not None else Bars()
        # A market that replays the same from its seed is the purpose; nothing secret depends on it.
        self._random = Random(f"{seed}:{listing.instrument.symbol}")  # noqa: S311
        self._trend = 0.0
        self.recorded = len(self._bars)

    def bar(self, index: int) -> Bar:
        """The bar of the minute ``index``."""
        while len(self._bars) <= index:
            self._bars.append(self._next())
        return self._bars[index]

    def _next(self) -> Bar:
        """A random walk whose trend fades and returns, so that a market generated has both calm and moving hours."""
        draw, listing = self._random, self._listing
        tick = listing.instrument.tick_size
        start = self._bars.close[-1] if len(self._bars) else int(listing.reference_price / tick)
        sigma = listing.volatility
        self._trend = 0.97 * self._trend + draw.gauss(0, sigma * 0.12)
        pull = 0.0002 * math.log(float(listing.reference_price / tick) / start) if not self.recorded else 0.0
        close = max(2, round(start * math.exp(self._trend + pull + draw.gauss(0, sigma))))
        top, bottom = max(start, close), min(start, close)
        high = round(top * (1 + abs(draw.gauss(0, sigma * 0.5))))
        low = max(1, round(bottom * (1 - abs(draw.gauss(0, sigma * 0.5)))))
        typical = listing.base_depth * 20 / listing.instrument.qty_step
        return Bar(start, high, low, close, max(1, int(typical * Decimal(round(math.exp(draw.gauss(0, 0.6)), 3)))))
