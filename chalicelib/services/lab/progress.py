"""Tells the job's row how far a part is, and hears from it whether to stop: one write does both."""

from __future__ import annotations

from chalicelib.domain.lab.job import LabJob
from chalicelib.lab_ports import LabJobRepository
from chalicelib.ports import Clock

_EVERY_MS = 500


class Progress:
    """Progress of one part; called with (done, total) after each step, written at most twice a second."""

    def __init__(self, jobs: LabJobRepository, job: LabJob, part: str, clock: Clock) -> None:
        self._jobs = jobs
        self._job = job
        self._part = part
        self._clock = clock
        self._done = 0
        self._cancelled = job.cancel_requested
        self._said_ms = 0

    def __call__(self, done: int, total: int) -> None:
        """``done`` of the part's ``total`` steps are made."""
        self._done = done
        if done == total:
            self._say()

    def cancelled(self) -> bool:
        """Whether somebody wants the job cancelled, as of half a second ago at most."""
        if self._clock.now_ms() - self._said_ms >= _EVERY_MS:
            self._say()
        return self._cancelled

    def _say(self) -> None:
        self._said_ms = self._clock.now_ms()
        self._cancelled = self._jobs.advance(self._job, self._part, self._done, self._said_ms)
