"""``KillSwitch`` and ``AuditTrail`` in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.runtime.halt import Halt, HaltMode
from chalicelib.domain.ulid import ulid_from
from chalicelib.ports import PortError
from chalicelib.run_ports import KillState
from tests.fakes.memory_audit import MemoryAuditLog

UNREADABLE = KillState("kill switch unreadable", 0, "", HaltMode.BLOCK)


@dataclass
class MemoryKillSwitch:
    """The engaged switches by workspace, the platform's under None. ``readable`` False fails every read."""

    engaged_by: dict[str | None, KillState] = field(default_factory=dict)
    readable: bool = True

    def engaged(self, workspace_id: str) -> Halt | None:
        states = [state for state in (self.state(None), self.state(workspace_id)) if state is not None]
        return min((state.halt for state in states), key=lambda halt: halt.mode is HaltMode.BLOCK, default=None)

    def state(self, workspace_id: str | None) -> KillState | None:
        return self.engaged_by.get(workspace_id) if self.readable else UNREADABLE

    def engage(self, workspace_id: str | None, state: KillState) -> None:
        engaged = self.engaged_by.get(workspace_id)
        graver = engaged is not None and engaged.mode is HaltMode.BLOCK and state.mode is HaltMode.FLATTEN
        if engaged is None or graver:
            self.engaged_by[workspace_id] = state

    def release(self, workspace_id: str | None) -> None:
        self.engaged_by.pop(workspace_id, None)


@dataclass
class MemoryAudit:
    """The rows: workspace, action, actor, subject, detail. ``writable`` False fails every one.

    ``log`` holds the same rows for who reads them; each is a millisecond after the one before.
    """

    rows: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    writable: bool = True
    log: MemoryAuditLog = field(default_factory=MemoryAuditLog)

    def record(self, workspace_id: str, action: str, actor: str, subject: str, detail: str) -> None:
        if not self.writable:
            raise PortError("scripted")
        self.rows.append((workspace_id, action, actor, subject, detail))
        at_ms = 1_700_000_000_000 + len(self.rows)
        self.log.add(AuditEntry(workspace_id, ulid_from(at_ms, 0), at_ms, action, actor, subject, detail))
