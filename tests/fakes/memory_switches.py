"""``KillSwitch`` and ``AuditTrail`` in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.ports import PortError
from chalicelib.run_ports import KillState

UNREADABLE = KillState("kill switch unreadable", 0, "")


@dataclass
class MemoryKillSwitch:
    """The engaged switches by workspace, the platform's under None. ``readable`` False fails every read."""

    engaged_by: dict[str | None, KillState] = field(default_factory=dict)
    readable: bool = True

    def engaged(self, workspace_id: str) -> str:
        state = self.state(None) or self.state(workspace_id)
        return "" if state is None else state.reason

    def state(self, workspace_id: str | None) -> KillState | None:
        return self.engaged_by.get(workspace_id) if self.readable else UNREADABLE

    def engage(self, workspace_id: str | None, state: KillState) -> None:
        self.engaged_by.setdefault(workspace_id, state)

    def release(self, workspace_id: str | None) -> None:
        self.engaged_by.pop(workspace_id, None)


@dataclass
class MemoryAudit:
    """The rows: workspace, action, actor, subject, detail. ``writable`` False fails every one."""

    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    writable: bool = True

    def record(self, workspace_id: str, action: str, actor: str, subject: str, detail: str) -> None:
        if not self.writable:
            raise PortError("scripted")
        self.rows.append((workspace_id, action, actor, subject, detail))
