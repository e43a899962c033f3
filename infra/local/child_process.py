"""A child process of the local cloud: started with a log file, watched, and stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1


class ChildDied(Exception):
    """A child ended although nobody stopped it; the message names it, its last words and its log."""


class ChildProcess:
    """One running program. Its output goes to ``log``; it lives in its own session, so that Ctrl-C in a terminal
    reaches the supervisor alone, which then stops the children in its order."""

    def __init__(self, name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def require_alive(self) -> None:
        """Raises ChildDied when it does not run any more."""
        if not self.is_alive():
            raise ChildDied(self.last_words())

    def last_words(self) -> str:
        """One line on how it ended: exit code, the last line of its log, where to read more."""
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        last = f": {lines[-1].strip()[:200]}" if lines else ""
        ended = f"{self.name} ended with code {self._process.returncode}{last}"
        return f"{ended} (see {self.log}; nothing is lost, start again)"

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Waits for ``ready`` to hold. Raises ChildDied when the program ends or is not ready in time."""
        end = time.monotonic() + seconds
        while not ready():
            self.require_alive()
            if time.monotonic() > end:
                raise ChildDied(f"{self.name} was not ready within {seconds:.0f} s (see {self.log})")
            time.sleep(0.05)

    def stop(self, *, seconds: float) -> bool:
        """Asks it to end (SIGTERM) and waits; kills it and what it started when it does not. True: it ended by itself
        in time."""
        if self.is_alive():
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            return False
        return True


def _end_with_parent() -> None:
    """Linux: the child gets SIGTERM when the supervisor dies without stopping it, so that no orphan keeps a port."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
