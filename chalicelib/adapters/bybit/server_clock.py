"""The exchange's time, measured (C-08).

The exchange refuses a time stamp that is ahead by a second or more and tolerates one that is behind up to the receive
window, so stamps are sent a little behind on purpose, and only a real offset is corrected: chasing a few milliseconds
would add drift of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import median_low

from chalicelib.ports import ExchangeUnavailable

SAMPLES = 5
BEHIND_MS = 100
CORRECT_ABOVE_MS = 100
ALARM_ABOVE_MS = 500
REMEASURE_AFTER_MS = 600_000
TRY_AGAIN_AFTER_MS = 30_000


class ServerClock:
    """Stamps requests. Measures on first use, every ten minutes, and when told that a stamp was refused."""

    def __init__(self, now_ms: Callable[[], int], server_time_ms: Callable[[], int]) -> None:
        """``server_time_ms`` asks the exchange for its time and may raise ExchangeUnavailable."""
        self._now_ms = now_ms
        self._server_time_ms = server_time_ms
        self._measured_ms: int | None = None
        self.offset_ms = 0

    @property
    def alarming(self) -> bool:
        """Whether this machine's clock is off by more than half a second."""
        return abs(self.offset_ms) > ALARM_ABOVE_MS

    def ensure_measured(self) -> None:
        """Measures when there is no recent measurement. Raises ExchangeUnavailable when there is none at all.

        An old measurement that cannot be renewed just now serves on, and is renewed half a minute later: exits must
        not wait for it. After a refused stamp there is no old one.
        """
        now = self._now_ms()
        if self._measured_ms is not None and now - self._measured_ms < REMEASURE_AFTER_MS:
            return
        try:
            self.measure()
        except ExchangeUnavailable:
            if self._measured_ms is None:
                raise
            self._measured_ms = now - REMEASURE_AFTER_MS + TRY_AGAIN_AFTER_MS

    def measure(self) -> None:
        """Takes the median of five offsets: the server's time less the middle of the request."""
        offsets = []
        for _ in range(SAMPLES):
            before = self._now_ms()
            server = self._server_time_ms()
            offsets.append(server - (before + self._now_ms()) // 2)
        self.offset_ms = median_low(offsets)
        self._measured_ms = self._now_ms()

    def forget(self) -> None:
        """A stamp was refused: the next use measures again."""
        self._measured_ms = None

    def stamp_ms(self) -> int:
        """The time to sign a request with."""
        return self.server_now_ms() - BEHIND_MS

    def server_now_ms(self) -> int:
        """The exchange's time, as well as we know it."""
        correction = self.offset_ms if abs(self.offset_ms) > CORRECT_ABOVE_MS else 0
        return self._now_ms() + correction
