"""Who may forbid new exposure, as the run services see it."""

from __future__ import annotations

from typing import Protocol


class KillSwitch(Protocol):
    """Platform and workspace switches. A run's own switch is its stop."""

    def engaged(self, workspace_id: str) -> str:
        """Why trading is off for the workspace, "" when it is on. Unreadable counts as engaged (decision 19)."""
