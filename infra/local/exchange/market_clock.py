"""Two clocks: the wall, and the market that may run faster."""

from __future__ import annotations

import time
from dataclasses import dataclass


def wall_ms() -> int:
    """Milliseconds UTC since the epoch."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class MarketClock:
    """Market time = ``anchor_market_ms`` + (wall - ``anchor_wall_ms``) * ``speed``."""

    speed: float
    anchor_wall_ms: int
    anchor_market_ms: int

    def market_ms(self, wall: int) -> int:
        """The market's time at a wall time."""
        return self.anchor_market_ms + int((wall - self.anchor_wall_ms) * self.speed)

    def wall_of(self, market: int) -> float:
        """The wall time, in ms, at which the market's time will be ``market``."""
        return self.anchor_wall_ms + (market - self.anchor_market_ms) / self.speed

    def set_speed(self, speed: float, wall: int) -> None:
        """Changes the speed without a jump of the market's time."""
        self.anchor_market_ms, self.anchor_wall_ms = self.market_ms(wall), wall
        self.speed = speed

    @property
    def steps(self) -> int:
        """How many prices a minute gets: one a second at 1x, at least eight at any speed."""
        minute_wall_ms = 60_000 / self.speed
        return max(8, min(60, int(minute_wall_ms / 100)))
