"""Entry point of the run-events stream: one record, one message to every browser of the run's workspace.

A stream is not atomic over records, so a message is made from its record alone. The first record that cannot be
delivered for our own reasons is reported, and the stream goes on from there; a browser that is gone is none of them.
"""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.bootstrap.sockets import event_push
from chalicelib.observability import entry_point, logger
from chalicelib.services.accounts.sockets import EventPush
from functions.streams.image_ids import ids_of

LARGEST_FRAME = 32_000


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Pushes every new event; answers with the record to go on from when one failed."""
    failed = push_records(event["Records"], event_push())
    return {"batchItemFailures": [] if failed is None else [{"itemIdentifier": failed}]}


def push_records(records: list[dict[str, Any]], events: EventPush) -> str | None:
    """Pushes the records in order; returns the sequence number of the first that failed, None when all went out."""
    for record in records:
        if record["eventName"] != "INSERT":
            continue
        image = record["dynamodb"]["NewImage"]
        try:
            events.push(image["workspace_id"]["S"], message_of(image))
        except (BotoCoreError, ClientError, PynamoDBException):
            logger.exception("event not pushed", extra=ids_of(image))
            return str(record["dynamodb"]["SequenceNumber"])
    return None


def message_of(image: dict[str, Any]) -> bytes:
    """The message of a stored event; one too large for a frame becomes a hint to read the run's events again."""
    run_id = image["run_id"]["S"]
    message = f'{{"type":"event","runId":"{run_id}","event":{image["event"]["S"]}}}'.encode()
    if len(message) > LARGEST_FRAME:
        return f'{{"type":"refetch","runId":"{run_id}"}}'.encode()
    return message
