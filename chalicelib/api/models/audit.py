"""The audit trail: rows, the chain's verdict, sealed rows to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from chalicelib.api.models.base import PageQuery, RequestModel, Timestamp, View
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.audit.entry import AuditEntry
    from chalicelib.domain.audit.verdict import Verdict
    from chalicelib.services.audit.read import SealedRow

LARGEST_EXPORT = 5_000


class AuditQuery(PageQuery):
    """Which rows. ``action`` may be a family: ``run`` is every ``run.…``. Times in milliseconds UTC."""

    action: str | None = Field(default=None, pattern=r"^[a-z_.]{1,64}$", examples=["connection.added"])
    actor: str | None = Field(default=None, pattern=r"^[0-9A-Za-z_:-]{1,64}$")
    from_ms: int | None = Field(default=None, ge=0, lt=2**47)
    to_ms: int | None = Field(default=None, ge=0, lt=2**47)


class AuditEntryView(View):
    """Who did what to what. ``actor`` is a user's id or the name of a function; ``detail`` is JSON or a sentence."""

    id: str
    at: Timestamp
    action: str
    actor: str
    subject: str
    detail: str

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditEntryView:
        """The view of a row."""
        return cls(
            id=entry.audit_id,
            at=iso(entry.at_ms),
            action=entry.action,
            actor=entry.actor,
            subject=entry.subject,
            detail=entry.detail,
        )


class AuditList(View):
    """A page of rows, newest first."""

    items: list[AuditEntryView]
    next_cursor: str | None


class HeadView(View):
    """The chain's end. Note it: no row up to it can then be changed without notice."""

    seq: int
    hash: str


class VerificationView(View):
    """The verdict over the newest part of the chain. ``unsealed`` rows wait for the sealer, usually for seconds."""

    verdict: str = Field(description="intact or broken", examples=["intact"])
    from_seq: int
    head: HeadView | None
    unsealed: int
    broken_at: int | None = Field(description="sequence number of the first broken place")
    reason: str | None

    @classmethod
    def of(cls, verdict: Verdict) -> VerificationView:
        """The view of a verdict."""
        return cls(
            verdict="intact" if verdict.intact else "broken",
            from_seq=verdict.from_seq,
            head=None if verdict.head is None else HeadView(seq=verdict.head.seq, hash=verdict.head.hash),
            unsealed=verdict.unsealed,
            broken_at=verdict.broken_at,
            reason=None if verdict.reason is None else verdict.reason.value,
        )


class ExportQuery(RequestModel):
    """Which part of the chain. Fewer lines than ``limit`` are the last ones."""

    after_seq: int = Field(default=0, ge=0, lt=2**53)
    limit: int = Field(default=LARGEST_EXPORT, ge=1, le=LARGEST_EXPORT)


class SealedRowView(View):
    """A row as it is hashed."""

    workspace_id: str
    audit_id: str
    at_ms: int
    action: str
    actor: str
    subject: str
    detail: str


class AuditLineView(View):
    """One link with its row: ``hash`` is the SHA-256 of the canonical JSON of the rest (docs/audit.md)."""

    seq: int
    prev_hash: str
    hash: str
    sealed_ms: int
    row: SealedRowView | None = Field(description="null: the row is gone, and the chain is broken here")

    @classmethod
    def of(cls, sealed: SealedRow) -> AuditLineView:
        """The view of a sealed row."""
        link, entry = sealed.link, sealed.entry
        row = None
        if entry is not None:
            row = SealedRowView(
                workspace_id=entry.workspace_id,
                audit_id=entry.audit_id,
                at_ms=entry.at_ms,
                action=entry.action,
                actor=entry.actor,
                subject=entry.subject,
                detail=entry.detail,
            )
        return cls(seq=link.seq, prev_hash=link.prev_hash, hash=link.hash, sealed_ms=link.sealed_ms, row=row)
