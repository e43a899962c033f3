"""The audit trail's rows, chain and published heads in memory. Tests tamper with the attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from chalicelib.account_ports import Listing
from chalicelib.audit_ports import AuditFilter
from chalicelib.domain.audit.chain import Head, Link
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.ulid import ulid_from
from chalicelib.ports import Conflict


@dataclass
class MemoryAuditLog:
    """``AuditLog`` and ``AuditWriter``."""

    rows: dict[tuple[str, str], AuditEntry] = field(default_factory=dict)

    def add(self, entry: AuditEntry) -> None:
        self.rows.setdefault((entry.workspace_id, entry.audit_id), entry)

    def page(self, workspace_id: str, wanted: AuditFilter, limit: int, after: str | None) -> Listing[AuditEntry]:
        found = [entry for entry in self._newest_first(workspace_id) if _fits(entry, wanted, after)]
        more = len(found) > limit
        return Listing(tuple(found[:limit]), found[limit - 1].audit_id if more else None)

    def newest(self, workspace_id: str, limit: int) -> tuple[AuditEntry, ...]:
        return tuple(self._newest_first(workspace_id)[:limit])

    def some(self, workspace_id: str, audit_ids: Sequence[str]) -> tuple[AuditEntry, ...]:
        keys = [(workspace_id, audit_id) for audit_id in dict.fromkeys(audit_ids)]
        return tuple(self.rows[key] for key in keys if key in self.rows)

    def all(self, workspace_id: str) -> Iterator[AuditEntry]:
        yield from reversed(self._newest_first(workspace_id))

    def workspaces(self) -> tuple[str, ...]:
        return tuple(sorted({workspace_id for workspace_id, _ in self.rows}))

    def _newest_first(self, workspace_id: str) -> list[AuditEntry]:
        return [self.rows[key] for key in sorted(self.rows, reverse=True) if key[0] == workspace_id]


@dataclass
class MemoryAuditChain:
    """An ``AuditChain``."""

    links: dict[tuple[str, int], Link] = field(default_factory=dict)

    def append(self, link: Link) -> None:
        if (link.workspace_id, link.seq) in self.links:
            raise Conflict("chain")
        self.links[(link.workspace_id, link.seq)] = link

    def newest(self, workspace_id: str, limit: int) -> tuple[Link, ...]:
        return tuple(self._of(workspace_id)[-limit:])

    def after(self, workspace_id: str, seq: int, limit: int) -> tuple[Link, ...]:
        return tuple([link for link in self._of(workspace_id) if link.seq > seq][:limit])

    def _of(self, workspace_id: str) -> list[Link]:
        return [self.links[key] for key in sorted(self.links) if key[0] == workspace_id]


@dataclass
class MemoryHeads:
    """``PublishedHeads``."""

    heads: dict[str, Head] = field(default_factory=dict)

    def publish(self, workspace_id: str, head: Head, now_ms: int) -> None:
        self.heads[workspace_id] = head

    def published(self, workspace_id: str) -> Head | None:
        return self.heads.get(workspace_id)

    def workspaces(self) -> tuple[str, ...]:
        return tuple(sorted(self.heads))


def _fits(entry: AuditEntry, wanted: AuditFilter, after: str | None) -> bool:
    family = wanted.action
    return (
        (after is None or entry.audit_id < after)
        and (family is None or entry.action == family or entry.action.startswith(f"{family}."))
        and (wanted.actor is None or entry.actor == wanted.actor)
        and (wanted.from_ms is None or entry.audit_id >= ulid_from(wanted.from_ms, 0))
        and (wanted.to_ms is None or entry.audit_id < ulid_from(wanted.to_ms, 0))
    )
