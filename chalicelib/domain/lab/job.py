"""A job of the lab: a backtest, a sweep or a walk-forward on its way from a request to a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# The function that runs jobs ends after 15 minutes; a job that has not moved for longer has died with it.
DEAD_AFTER_MS = 16 * 60_000


class JobKind(StrEnum):
    """What is computed."""

    BACKTEST = "backtest"
    SWEEP = "sweep"
    WALK_FORWARD = "walk_forward"


class JobStatus(StrEnum):
    """``CANCELLED`` jobs of several steps keep the result of those that were done."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class LabJob:
    """One job. Times are milliseconds UTC, 0 for not yet.

    ``request`` is an ``Experiment`` as JSON. ``parts`` say how many steps each part has made, by its name; a part that
    is tried again overwrites its own count. ``summary`` are the headline figures, ``problem`` why it failed.
    """

    workspace_id: str
    job_id: str
    kind: JobKind
    name: str
    request: Mapping[str, Any]
    status: JobStatus
    total: int
    created_ms: int
    updated_ms: int
    started_ms: int = 0
    ended_ms: int = 0
    cancel_requested: bool = False
    parts: Mapping[str, int] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    problem: Mapping[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Steps made, never more than there are."""
        return self.total if self.status is JobStatus.DONE else min(sum(self.parts.values()), self.total)

    def dead(self, now_ms: int) -> bool:
        """Whether whoever worked on it has not been heard of for too long."""
        return not self.status.ended and now_ms - self.updated_ms > DEAD_AFTER_MS
