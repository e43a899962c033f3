"""What a workspace may use (decision 16, NFR-SEC-7)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkspaceLimits:
    """Durations in minutes, the cooldown between two starts in seconds."""

    max_active_runs: int = 1
    max_duration_minutes: int = 1440
    default_duration_minutes: int = 60
    start_cooldown_seconds: int = 60
