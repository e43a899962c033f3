"""Counting requests of a rolling period in windows that many processes share.

A window is one period long (a second, five seconds) and is counted in equal parts. What was spent in the rolling period
that ends now is the current window so far, plus the parts of the window before that are not a whole period old. The
oldest of those parts is counted whole: the sum is never too small, and too large by less than a part's time.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """What one window has counted, by part; ``closed_until_ms`` is when the exchange takes requests again."""

    parts: tuple[int, ...]
    closed_until_ms: int = 0

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class RateWindow:
    """``period_ms`` is a multiple of ``part_count``."""

    period_ms: int
    part_count: int

    @property
    def nothing(self) -> Counted:
        """A window in which nothing was counted."""
        return Counted((0,) * self.part_count)

    def start_ms(self, now_ms: int) -> int:
        """When the window that holds ``now_ms`` began."""
        return now_ms - now_ms % self.period_ms

    def part(self, now_ms: int) -> int:
        """The part of its window in which ``now_ms`` lies, from 0."""
        return now_ms % self.period_ms // self.part_ms

    @property
    def part_ms(self) -> int:
        """How long a part is."""
        return self.period_ms // self.part_count

    def carried(self, before: Counted, now_ms: int) -> int:
        """What the window before still weighs in the rolling period that ends now."""
        return sum(before.parts[self.part(now_ms) :])

    def wait_ms(self, before: Counted, current: Counted, now_ms: int, at_most: int) -> int:
        """How long until the rolling period holds no more than ``at_most``, if nobody spends anything meanwhile.

        Two periods when not even an empty one does (``at_most`` below 0).
        """
        if self.carried(before, now_ms) + current.total <= at_most:
            return 0
        turn = self.start_ms(now_ms) + self.period_ms
        boundary = now_ms - now_ms % self.part_ms + self.part_ms
        while boundary < turn:
            if self.carried(before, boundary) + current.total <= at_most:
                return boundary - now_ms
            boundary += self.part_ms
        while boundary < turn + self.period_ms:
            if self.carried(current, boundary) <= at_most:
                return boundary - now_ms
            boundary += self.part_ms
        return turn + self.period_ms - now_ms
