"""Looks at the exchange's own books while a run goes on: how long a position stood there without a stop."""

from __future__ import annotations

import threading
import time
from types import TracebackType

import httpx

from tests.integration.runs.stage import Stage

EVERY_SECONDS = 0.25


class ProtectionWatch:
    """``longest`` is the longest time, in seconds, that a position of the symbol was seen without a stop loss."""

    def __init__(self, stage: Stage, symbol: str) -> None:
        self._stage, self._symbol = stage, symbol
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, name="protection-watch", daemon=True)
        self.looks = 0
        self.positions = 0
        self.longest = 0.0

    def __enter__(self) -> ProtectionWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join(10)

    def _look(self) -> None:
        since: float | None = None
        while not self._done.wait(EVERY_SECONDS):
            try:
                held = [row for row in self._stage.truth()["positions"] if row["symbol"] == self._symbol]
            except httpx.HTTPError:
                continue  # the exchange is away: the test made it so
            self.looks += 1
            self.positions += len(held)
            if any(row["stopLoss"] in ("", "0") for row in held):
                since = since or time.monotonic()
                self.longest = max(self.longest, time.monotonic() - since)
            else:
                since = None
