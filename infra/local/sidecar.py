"""The sidecar as a process, started again when it dies, as Fargate does with a task."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path

from infra.local.child_process import ChildDied, ChildProcess

RESTARTS_A_MINUTE = 5


class SidecarSupervisor:
    """Keeps one sidecar running."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self._starts: list[float] = []
        self._child = self._start()

    @property
    def pid(self) -> int:
        """The process id of the sidecar that runs now."""
        return self._child.pid

    def check(self) -> str | None:
        """Starts a dead sidecar again and says so. Raises ChildDied when it does not stay alive."""
        if self._child.is_alive():
            return None
        words = self._child.last_words()
        recent = [start for start in self._starts if time.monotonic() - start < 60]
        if len(recent) > RESTARTS_A_MINUTE:
            raise ChildDied(words)
        self._child = self._start()
        return f"{words}; started again"

    def stop(self) -> None:
        """Lets it release its leases and end."""
        self._child.stop(seconds=10)

    def _start(self) -> ChildProcess:
        self._starts.append(time.monotonic())
        command = [sys.executable, "-m", "functions.sidecar"]
        return ChildProcess("the sidecar", command, environment=self._environment, log=self._log)
