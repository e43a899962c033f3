"""Entry point of the streams of run events and manual orders: writes down in the audit trail what changed money."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.audit_ports import AuditWriter
from chalicelib.bootstrap.audit import audit_writer
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.audit.trading import of_manual_order, of_run_event
from chalicelib.observability import entry_point, logger
from chalicelib.ports import PortError
from functions.streams.image_ids import ids_of


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Writes the rows; answers with the record to go on from when one could not be written."""
    failed = audit_records(event["Records"], audit_writer())
    return {"batchItemFailures": [] if failed is None else [{"itemIdentifier": failed}]}


def audit_records(records: list[dict[str, Any]], audit: AuditWriter) -> str | None:
    """Writes the rows of the records in order; returns the sequence number of the first that failed."""
    for record in records:
        if record["eventName"] == "REMOVE":
            continue
        image = record["dynamodb"]["NewImage"]
        entry = entry_of(image)
        if entry is None:
            continue
        try:
            audit.add(entry)
        except (BotoCoreError, ClientError, PynamoDBException, PortError):
            logger.exception("audit row not written", extra={**ids_of(image), "action": entry.action})
            return str(record["dynamodb"]["SequenceNumber"])
    return None


def entry_of(image: dict[str, Any]) -> AuditEntry | None:
    """The audit row of an image of either table."""
    if "run_id" in image:
        event = orjson.loads(image["event"]["S"])
        at_ms = int(datetime.fromisoformat(event["at"]).timestamp() * 1000)
        return of_run_event(image["workspace_id"]["S"], image["run_id"]["S"], event, at_ms)
    return of_manual_order({name: _plain(value) for name, value in image.items()})


def _plain(value: dict[str, Any]) -> Any:
    ((kind, held),) = value.items()
    return None if kind == "NULL" else held
