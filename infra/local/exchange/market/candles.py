"""A symbol's candles as they really happened here, for every interval the exchange offers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from infra.local.exchange.engine.catalogue import Listing
from infra.local.exchange.market.bars import Bar, Bars
from infra.local.exchange.market.series import MINUTE_MS

INTERVALS = {"1": 1, "3": 3, "5": 5, "15": 15, "30": 30, "60": 60, "120": 120, "240": 240, "360": 360, "720": 720}
DAY_MS = 86_400_000
MONDAY_MS = 4 * DAY_MS  # 1970-01-05, the first Monday of the epoch


def candle_start(interval: str, time_ms: int) -> int:
    """Opening time of the candle that contains ``time_ms``; weeks open on Mondays, months on the first (UTC)."""
    if interval == "W":
        return time_ms - (time_ms - MONDAY_MS) % (7 * DAY_MS)
    if interval == "M":
        moment = datetime.fromtimestamp(time_ms / 1000, UTC)
        return int(moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
    length = DAY_MS if interval == "D" else INTERVALS[interval] * MINUTE_MS
    return time_ms - time_ms % length


def candle_end(interval: str, start_ms: int) -> int:
    """Opening time of the candle after the one that opens at ``start_ms``."""
    if interval == "W":
        return start_ms + 7 * DAY_MS
    if interval == "M":
        return candle_start("M", start_ms + 32 * DAY_MS)
    return start_ms + (DAY_MS if interval == "D" else INTERVALS[interval] * MINUTE_MS)


class Kline(NamedTuple):
    """A candle in the market's own numbers; ``complete`` is False for the one still forming."""

    start_ms: int
    end_ms: int
    bar: Bar
    complete: bool


class Candles:
    """Closed minutes since ``origin_ms`` and the minute that is forming."""

    def __init__(self, listing: Listing, origin_ms: int) -> None:
        self.listing = listing
        self.origin_ms = origin_ms
        self.closed = Bars()
        self.forming: Bar | None = None

    @property
    def forming_start_ms(self) -> int:
        """Opening time of the minute that is forming."""
        return self.origin_ms + len(self.closed) * MINUTE_MS

    def trade(self, ticks: int, volume: int) -> None:
        """Takes a trade into the forming minute."""
        bar = self.forming
        if bar is None:
            self.forming = Bar(ticks, ticks, ticks, ticks, volume)
        else:
            self.forming = Bar(bar.open, max(bar.high, ticks), min(bar.low, ticks), ticks, bar.volume + volume)

    def close_minute(self) -> None:
        """Ends the forming minute; one without a trade repeats the last price."""
        last = self.closed.close[-1] if len(self.closed) else 0
        self.closed.append(self.forming or Bar(last, last, last, last, 0))
        self.forming = None

    def at(self, interval: str, start_ms: int) -> Kline | None:
        """The candle that opens at ``start_ms`` (or, before the first minute, what there is of it), None when empty."""
        end_ms = candle_end(interval, start_ms)
        first = max(0, (start_ms - self.origin_ms) // MINUTE_MS)
        end = min(len(self.closed), (end_ms - self.origin_ms) // MINUTE_MS)
        bar = self.closed.merge(first, end) if first < end else None
        complete = (end_ms - self.origin_ms) // MINUTE_MS <= len(self.closed)
        if not complete and self.forming is not None and start_ms <= self.forming_start_ms:
            bar = _join(bar, self.forming)
        return None if bar is None else Kline(start_ms, end_ms, bar, complete)

    def newest(self, interval: str, start_ms: int | None, end_ms: int | None, limit: int) -> list[Kline]:
        """Up to ``limit`` candles that open within the bounds, newest first, the forming one included."""
        latest = self.forming_start_ms if self.forming is not None else self.forming_start_ms - 1
        cursor = candle_start(interval, latest if end_ms is None else min(latest, end_ms))
        if start_ms is not None and end_ms is None:
            cursor = min(cursor, candle_start(interval, start_ms + (limit + 1) * self._length(interval)))
        found: list[Kline] = []
        while len(found) < limit and candle_end(interval, cursor) > self.origin_ms:
            if start_ms is not None and cursor < start_ms:
                break
            kline = self.at(interval, cursor)
            if kline is not None:
                found.append(kline)
            cursor = candle_start(interval, cursor - 1)
        return found

    def _length(self, interval: str) -> int:
        return candle_end(interval, candle_start(interval, self.origin_ms)) - candle_start(interval, self.origin_ms)

    def texts(self, bar: Bar) -> tuple[str, str, str, str, str, str]:
        """(open, high, low, close, volume in base coin, turnover in quote currency) as the wire writes them."""
        instrument, scale = self.listing.instrument, self.listing.price_scale
        prices = [f"{ticks * instrument.tick_size:.{scale}f}" for ticks in bar[:4]]
        volume = bar.volume * instrument.qty_step
        typical = Decimal(bar.open + bar.high + bar.low + bar.close) / 4 * instrument.tick_size
        return (
            prices[0],
            prices[1],
            prices[2],
            prices[3],
            f"{volume:f}",
            f"{(volume * typical).quantize(Decimal('0.0001')):f}",
        )


def _join(bar: Bar | None, forming: Bar) -> Bar:
    if bar is None:
        return forming
    high, low = max(bar.high, forming.high), min(bar.low, forming.low)
    return Bar(bar.open, high, low, forming.close, bar.volume + forming.volume)
