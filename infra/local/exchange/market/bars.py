"""One-minute bars as columns of integers: prices in ticks, volume in quantity steps. Small, exact, fast to slice."""

from __future__ import annotations

from array import array
from typing import NamedTuple


class Bar(NamedTuple):
    """One bar: prices in ticks, volume in quantity steps."""

    open: int
    high: int
    low: int
    close: int
    volume: int


class Bars:
    """Bars of consecutive minutes; index 0 is the first."""

    def __init__(self) -> None:
        self.open = array("q")
        self.high = array("q")
        self.low = array("q")
        self.close = array("q")
        self.volume = array("q")

    def append(self, bar: Bar) -> None:
        """Adds the next minute."""
        self.open.append(bar.open)
        self.high.append(bar.high)
        self.low.append(bar.low)
        self.close.append(bar.close)
        self.volume.append(bar.volume)

    def __len__(self) -> int:
        return len(self.open)

    def __getitem__(self, index: int) -> Bar:
        return Bar(self.open[index], self.high[index], self.low[index], self.close[index], self.volume[index])

    def merge(self, first: int, end: int) -> Bar:
        """The bars ``first`` to ``end`` (exclusive, at least one) as one."""
        return Bar(
            self.open[first],
            max(self.high[first:end]),
            min(self.low[first:end]),
            self.close[end - 1],
            sum(self.volume[first:end]),
        )
