"""A clock that runs as fast as the simulated market, so that an hour of a run passes in a minute."""

from __future__ import annotations

import time

from chalicelib.ports import Clock


class FastClock:
    """Implements ``Clock`` from the moment it is made; ``market`` tells the market's time."""

    def __init__(self, market: Clock, speed: float) -> None:
        self._market, self.speed = market, speed
        self._began_ms = time.time_ns() // 1_000_000

    def now_ms(self) -> int:
        """The time of the run."""
        passed_ms = time.time_ns() // 1_000_000 - self._began_ms
        return self._began_ms + int(passed_ms * self.speed)

    def of_wall(self, wall_ms: int) -> int:
        """When something happened on this clock that happened at ``wall_ms`` by the wall's."""
        return self._began_ms + int((wall_ms - self._began_ms) * self.speed)

    def to_wall(self, time_ms: int) -> int:
        """The inverse of ``of_wall``."""
        return self._began_ms + int((time_ms - self._began_ms) / self.speed)

    def market_now_ms(self) -> int:
        """The market's time."""
        return self._market.market_now_ms()

    def sleep(self, seconds: float) -> None:
        """Waits as long as it takes on this clock."""
        time.sleep(seconds / self.speed)
