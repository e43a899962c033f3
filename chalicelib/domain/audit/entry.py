"""One row of the audit trail: who did what to what, and when. It names people by their id alone."""

from __future__ import annotations

import json
from dataclasses import dataclass

PLATFORM = "platform"
"""Whose rows those of no workspace are: no workspace has this name."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A row. ``audit_id`` is a ULID (or 26 characters that sort as one); ``actor`` is a user's id or a function's name.

    An address or a name of a person never stands in a row, so erasing a person changes none.
    """

    workspace_id: str
    audit_id: str
    at_ms: int
    action: str
    actor: str
    subject: str
    detail: str

    def canonical(self) -> dict[str, str | int]:
        """The row as it is hashed and exported."""
        return {
            "workspaceId": self.workspace_id,
            "auditId": self.audit_id,
            "atMs": self.at_ms,
            "action": self.action,
            "actor": self.actor,
            "subject": self.subject,
            "detail": self.detail,
        }


def canonical_json(document: dict[str, object]) -> bytes:
    """The one spelling of a document that is hashed: names sorted, no spaces, ASCII only."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
