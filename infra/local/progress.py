"""What the user sees while the local cloud starts: one line a step, with the time it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Progress:
    """Prints steps as they end. ``quiet`` prints nothing, for tests."""

    def __init__(self, *, quiet: bool = False, out: TextIO | None = None) -> None:
        self._quiet, self._out = quiet, out

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A step with its duration; when it fails, the caller says why."""
        started = time.monotonic()
        yield
        self.say(f"  {what:<44} {time.monotonic() - started:5.1f} s")

    def say(self, line: str) -> None:
        """One line, at once."""
        if not self._quiet:
            print(line, file=self._out or sys.stdout, flush=True)
