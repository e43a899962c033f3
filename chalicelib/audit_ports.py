"""What the audit trail's readers and its sealer need, as protocols. Part of the ports layer beside ``ports``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.account_ports import Listing
    from chalicelib.domain.audit.chain import Head, Link
    from chalicelib.domain.audit.entry import AuditEntry


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are wanted; None does not care. ``action`` may be a family ("run" is every "run.…"); times include
    their first millisecond and exclude their last."""

    action: str | None = None
    actor: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


class AuditLog(Protocol):
    """The rows, to read."""

    def page(self, workspace_id: str, wanted: AuditFilter, limit: int, after: str | None) -> Listing[AuditEntry]:
        """Rows, newest first; a page may be shorter than ``limit`` and still have a next one."""

    def newest(self, workspace_id: str, limit: int) -> tuple[AuditEntry, ...]:
        """The newest rows, newest first."""

    def some(self, workspace_id: str, audit_ids: Sequence[str]) -> tuple[AuditEntry, ...]:
        """Those of these rows that exist, in no order."""

    def all(self, workspace_id: str) -> Iterator[AuditEntry]:
        """Every row, oldest first."""

    def workspaces(self) -> tuple[str, ...]:
        """Whose rows there are. Reads the whole table: for operators only."""


class AuditWriter(Protocol):
    """Adds rows that were made elsewhere."""

    def add(self, entry: AuditEntry) -> None:
        """Adds the row; the same row again is fine. Raises PortError."""


class AuditChain(Protocol):
    """The chain. Only the sealer may append."""

    def append(self, link: Link) -> None:
        """Adds the link. Raises Conflict("chain") when its place is taken."""

    def newest(self, workspace_id: str, limit: int) -> tuple[Link, ...]:
        """The newest links, oldest of them first."""

    def after(self, workspace_id: str, seq: int, limit: int) -> tuple[Link, ...]:
        """The links that follow ``seq``, in order."""


class PublishedHeads(Protocol):
    """Where heads are published: a store of its own that keeps what it is given."""

    def publish(self, workspace_id: str, head: Head, now_ms: int) -> None:
        """Publishes a head."""

    def published(self, workspace_id: str) -> Head | None:
        """The head that was published last."""

    def workspaces(self) -> tuple[str, ...]:
        """Whose heads have been published. For operators only."""
