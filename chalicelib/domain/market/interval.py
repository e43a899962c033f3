"""Candle intervals: one canonical enum inside, other spellings at the edges (FR-API-17)."""

from __future__ import annotations

from enum import StrEnum


class Interval(StrEnum):
    """A candle's length, spelled as in the strategy DSL."""

    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"

    @property
    def milliseconds(self) -> int:
        """The candle's length in milliseconds."""
        return _MINUTES[self] * 60_000

    @property
    def bybit(self) -> str:
        """The exchange's spelling: ``1 5 15 30 60 240 D``."""
        return _BYBIT[self]

    @classmethod
    def from_bybit(cls, spelling: str) -> Interval:
        """The interval that the exchange spells so. Raises KeyError for one that we do not use."""
        return _FROM_BYBIT[spelling]

    def open_time(self, time_ms: int) -> int:
        """The opening time, in milliseconds UTC, of the candle that contains ``time_ms`` (epoch floor)."""
        return time_ms - time_ms % self.milliseconds


_MINUTES = {
    Interval.M1: 1,
    Interval.M5: 5,
    Interval.M15: 15,
    Interval.M30: 30,
    Interval.H1: 60,
    Interval.H4: 240,
    Interval.D1: 1440,
}
_BYBIT = {
    Interval.M1: "1",
    Interval.M5: "5",
    Interval.M15: "15",
    Interval.M30: "30",
    Interval.H1: "60",
    Interval.H4: "240",
    Interval.D1: "D",
}
_FROM_BYBIT = {spelling: interval for interval, spelling in _BYBIT.items()}
