"""The audit trail: rows are added, never changed.

Access patterns: add a row; a workspace's rows by time (the id is a ULID); some rows by id; all rows (operators).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.account_ports import Listing
from chalicelib.adapters.dynamodb.conditions import condition_failed, response_code
from chalicelib.adapters.patience import Patient
from chalicelib.audit_ports import AuditFilter
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.ulid import ulid_from
from chalicelib.ports import Clock, Ids, PortError

MOST_EXAMINED = 5_000
"""How many rows one page may look at: a rare filter answers a short page and goes on at the next one."""


class AuditItem(Model):
    """One act."""

    class Meta(Patient):
        table_name = "audit"

    workspace_id = UnicodeAttribute(hash_key=True)
    audit_id = UnicodeAttribute(range_key=True)
    at_ms = NumberAttribute()
    action = UnicodeAttribute()
    actor = UnicodeAttribute()
    subject = UnicodeAttribute()
    detail = UnicodeAttribute()


class DynamoAudit:
    """``AuditTrail`` and ``AuditWriter`` on the audit table."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def record(self, workspace_id: str, action: str, actor: str, subject: str, detail: str) -> None:
        """Adds a row. Raises PortError when it could not be written: the act must then not happen."""
        entry = AuditEntry(workspace_id, self._ids.ulid(), self._clock.now_ms(), action, actor, subject, detail)
        if not self._put(entry):
            raise PortError("the audit row could not be written: its id is taken")

    def add(self, entry: AuditEntry) -> None:
        """See ``AuditWriter.add``."""
        self._put(entry)

    def _put(self, entry: AuditEntry) -> bool:
        """Adds the row; False when there is one of its id already. Raises PortError."""
        item = AuditItem(
            entry.workspace_id,
            entry.audit_id,
            at_ms=entry.at_ms,
            action=entry.action,
            actor=entry.actor,
            subject=entry.subject,
            detail=entry.detail,
        )
        try:
            item.save(AuditItem.audit_id.does_not_exist())
        except PutError as error:
            if condition_failed(error):
                return False
            raise PortError(f"the audit row could not be written: {response_code(error)}") from error
        return True


class DynamoAuditLog:
    """``AuditLog`` on the audit table."""

    def page(self, workspace_id: str, wanted: AuditFilter, limit: int, after: str | None) -> Listing[AuditEntry]:
        """See ``AuditLog.page``. Rows are chosen here: a filter in the query would read, and cost, as much."""
        found: list[AuditEntry] = []
        examined, last = 0, None
        rows = AuditItem.query(
            workspace_id,
            _between(wanted, after),
            consistent_read=True,
            scan_index_forward=False,
            limit=MOST_EXAMINED,
            page_size=min(500, max(50, limit * 2)),
        )
        for row in rows:
            examined, last = examined + 1, row.audit_id
            entry = _entry(row)
            if is_wanted(entry, wanted):
                found.append(entry)
                if len(found) == limit:
                    break
        complete = len(found) < limit and examined < MOST_EXAMINED
        return Listing(tuple(found), None if complete else last)

    def newest(self, workspace_id: str, limit: int) -> tuple[AuditEntry, ...]:
        """See ``AuditLog.newest``."""
        rows = AuditItem.query(workspace_id, consistent_read=True, scan_index_forward=False, limit=limit)
        return tuple(_entry(row) for row in rows)

    def some(self, workspace_id: str, audit_ids: Sequence[str]) -> tuple[AuditEntry, ...]:
        """See ``AuditLog.some``."""
        keys = [(workspace_id, audit_id) for audit_id in dict.fromkeys(audit_ids)]
        return tuple(_entry(row) for row in AuditItem.batch_get(keys, consistent_read=True)) if keys else ()

    def all(self, workspace_id: str) -> Iterator[AuditEntry]:
        """See ``AuditLog.all``."""
        for row in AuditItem.query(workspace_id, consistent_read=True):
            yield _entry(row)

    def workspaces(self) -> tuple[str, ...]:
        """See ``AuditLog.workspaces``."""
        rows = AuditItem.scan(attributes_to_get=["workspace_id"])
        return tuple(sorted({row.workspace_id for row in rows}))


def is_wanted(entry: AuditEntry, wanted: AuditFilter) -> bool:
    """Whether action and actor are those asked for; the time is the key's affair."""
    if wanted.actor is not None and entry.actor != wanted.actor:
        return False
    if wanted.action is None:
        return True
    return entry.action == wanted.action or entry.action.startswith(f"{wanted.action}.")


def _between(wanted: AuditFilter, after: str | None) -> Condition | None:
    """The keys from the first wanted millisecond to the last one, or to the one before ``after``."""
    first = ulid_from(wanted.from_ms or 0, 0)
    end = after if after is not None else None
    if wanted.to_ms is not None:
        end = min(end, ulid_from(wanted.to_ms, 0)) if end is not None else ulid_from(wanted.to_ms, 0)
    if end is None:
        return AuditItem.audit_id >= first
    # Between includes both ends: the last key before ``end`` is at most its predecessor in the alphabet.
    return AuditItem.audit_id.between(first, max(first, _before(end)))


def _before(key: str) -> str:
    """A key that sorts below ``key`` and above every other ULID below it."""
    return key[:-1] + chr(ord(key[-1]) - 1) + "~"


def _entry(row: AuditItem) -> AuditEntry:
    return AuditEntry(row.workspace_id, row.audit_id, int(row.at_ms), row.action, row.actor, row.subject, row.detail)
