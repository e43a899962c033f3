"""Keeps connection attempts apart: a burst at start, then one a second; the exchange allows 500 in five minutes."""

from __future__ import annotations

import threading
from time import monotonic

BURST = 10
EVERY_SECONDS = 1.0


class Gate:
    """A token bucket that all streams of the process share."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens = float(BURST)
        self._at = monotonic()

    def wait(self, stop: threading.Event) -> None:
        """Returns when an attempt may be made, or ``stop`` is set."""
        while not stop.is_set():
            missing = self._take()
            if missing <= 0:
                return
            stop.wait(missing)

    def _take(self) -> float:
        with self._lock:
            now = monotonic()
            self._tokens = min(float(BURST), self._tokens + (now - self._at) / EVERY_SECONDS)
            self._at = now
            if self._tokens >= 1:
                self._tokens -= 1
                return 0.0
            return (1 - self._tokens) * EVERY_SECONDS
