"""The audit trail."""

from __future__ import annotations

from chalicelib.api.models.audit import (
    AuditEntryView,
    AuditLineView,
    AuditList,
    AuditQuery,
    ExportQuery,
    VerificationView,
)
from chalicelib.api.operation import Call, Ndjson, Routes
from chalicelib.api.request import read_cursor, write_cursor
from chalicelib.audit_ports import AuditFilter

routes = Routes("Audit")


@routes.get("/audit")
def list_audit(call: Call, query: AuditQuery) -> AuditList:
    """The workspace's audit rows, newest first. A page may be short, or empty, and still have a next one."""
    wanted = AuditFilter(query.action, query.actor, query.from_ms, query.to_ms)
    page = call.services.read_audit.page(call.actor, wanted, query.limit, read_cursor(query.cursor))
    return AuditList(
        items=[AuditEntryView.of(entry) for entry in page.items], next_cursor=write_cursor(page.next_after)
    )


@routes.get("/audit/verification")
def verify_audit(call: Call) -> VerificationView:
    """Checks the newest 2,000 links of the chain against their rows and the published head."""
    return VerificationView.of(call.services.read_audit.verify_newest(call.actor))


@routes.get("/audit/export")
def export_audit(call: Call, query: ExportQuery) -> Ndjson[AuditLineView]:
    """Sealed rows in the order of the chain, one JSON document a line."""
    rows = call.services.read_audit.export(call.actor, query.after_seq, query.limit)
    call.note(subject="audit", detail=f"after {query.after_seq}: {len(rows)} rows")
    return Ndjson(tuple(AuditLineView.of(row) for row in rows))
