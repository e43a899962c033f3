"""The audit trail: rows are added, never changed.

Access patterns: add a row; a workspace's rows by time (the id is a ULID).
"""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.models import Model

from chalicelib.ports import Clock, Ids, PortError


class AuditItem(Model):
    """One act."""

    class Meta:
        table_name = "audit"

    workspace_id = UnicodeAttribute(hash_key=True)
    audit_id = UnicodeAttribute(range_key=True)
    at_ms = NumberAttribute()
    action = UnicodeAttribute()
    actor = UnicodeAttribute()
    subject = UnicodeAttribute()
    detail = UnicodeAttribute()


class DynamoAudit:
    """``AuditTrail`` on the audit table."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def record(self, workspace_id: str, action: str, actor: str, subject: str, detail: str) -> None:
        """Adds a row. Raises PortError when it could not be written: the act must then not happen."""
        item = AuditItem(
            workspace_id,
            self._ids.ulid(),
            at_ms=self._clock.now_ms(),
            action=action,
            actor=actor,
            subject=subject,
            detail=detail,
        )
        try:
            item.save(AuditItem.audit_id.does_not_exist())
        except PutError as error:
            raise PortError(f"the audit row could not be written: {error.cause_response_code}") from error
