"""Entry point of the audit table's stream: seals each new row into its workspace's chain.

A row that is changed or removed has no business in this stream: nobody has the right. It is reported as what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.bootstrap.audit import seal_audit
from chalicelib.domain.audit.chain import Head
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.observability import entry_point, logger
from chalicelib.ports import PortError

Seal = Callable[[str, list[AuditEntry]], Head | None]


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Seals; answers with the record to go on from when a workspace's rows could not be sealed."""
    failed = seal_records(event["Records"], seal_audit())
    return {"batchItemFailures": [] if failed is None else [{"itemIdentifier": failed}]}


def seal_records(records: list[dict[str, Any]], seal: Seal) -> str | None:
    """Seals the records by workspace; returns the sequence number of the first record that is to come again.

    What comes after it comes again with it; the sealer leaves alone what it has sealed.
    """
    by_workspace: dict[str, list[tuple[str, AuditEntry]]] = {}
    for record in records:
        keys = record["dynamodb"]["Keys"]
        workspace_id, audit_id = keys["workspace_id"]["S"], keys["audit_id"]["S"]
        if record["eventName"] != "INSERT":
            extra = {"workspaceId": workspace_id, "auditId": audit_id, "eventName": record["eventName"]}
            logger.error("audit row tampered with", extra=extra)
            continue
        entry = entry_of(record["dynamodb"]["NewImage"])
        by_workspace.setdefault(workspace_id, []).append((str(record["dynamodb"]["SequenceNumber"]), entry))
    failed: list[str] = []
    for workspace_id, rows in by_workspace.items():
        try:
            head = seal(workspace_id, [entry for _, entry in rows])
        except (BotoCoreError, ClientError, PynamoDBException, PortError):
            logger.exception("audit rows not sealed", extra={"workspaceId": workspace_id, "rows": len(rows)})
            failed.append(rows[0][0])
        else:
            # The log is a second place where heads are kept: see docs/audit.md.
            seen = None if head is None else {"seq": head.seq, "hash": head.hash}
            logger.info("audit rows sealed", extra={"workspaceId": workspace_id, "rows": len(rows), "head": seen})
    return min(failed, key=int, default=None)


def entry_of(image: dict[str, Any]) -> AuditEntry:
    """The row of a stream's image."""
    return AuditEntry(
        workspace_id=image["workspace_id"]["S"],
        audit_id=image["audit_id"]["S"],
        at_ms=int(image["at_ms"]["N"]),
        action=image["action"]["S"],
        actor=image["actor"]["S"],
        subject=image["subject"]["S"],
        detail=image["detail"]["S"],
    )
