"""What the sidecar's use-cases need of the world, as protocols (errors: see ``ports``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chalicelib.domain.streams.leases import Heartbeat, LeaseView, ShardRow


class LeaseStore(Protocol):
    """Where leases are kept."""

    def beat(self, heartbeat: Heartbeat) -> None:
        """Writes the task's row."""

    def read(self) -> LeaseView:
        """All rows."""

    def claim(self, name: str, expected: ShardRow | None, owner: str) -> ShardRow | None:
        """Takes the shard if its row is still as expected; None when it is not."""

    def release(self, row: ShardRow) -> None:
        """Clears the owner and keeps the epoch, if the row is still this one."""

    def forget(self, task: str) -> None:
        """Removes the task's row: it left in order."""


class DelayedCalls(Protocol):
    """Calls things later, in a thread of its own."""

    def after(self, delay_ms: int, key: str, call: Callable[[], None]) -> None:
        """Calls ``call`` once, about ``delay_ms`` from now; calls of one ``key`` do not overtake each other."""
