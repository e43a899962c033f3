"""The DynamoDB units that a sidecar task uses by itself: looking for active runs, heartbeat, leases."""

from __future__ import annotations

import math
import time

from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.run_tables import RunItem
from chalicelib.bootstrap.exchange import shard_holder
from chalicelib.bootstrap.runtime import run_store
from functions.sidecar.supervisor import STEP_SECONDS
from tests.performance.capacity_meter import metered

WATCHED_SECONDS = 12
READ_UNIT_BYTES = 4096


def units_an_hour(runs: int) -> tuple[float, float]:
    """(write, read) units of one task an hour, with so many active runs. One run must be active now."""
    holder = shard_holder("bench-share", lambda shard: None)
    run_store()
    with metered() as meter:
        for _ in range(WATCHED_SECONDS):
            holder.step(())
            time.sleep(STEP_SECONDS)
        leases_read, leases_written = meter.read_units, meter.write_units
        holder.leave()
    hours = 3600 / (WATCHED_SECONDS * STEP_SECONDS)
    steps = 3600 / STEP_SECONDS
    looks = steps * math.ceil(runs * _active_row_bytes() / READ_UNIT_BYTES) / 2  # eventually consistent
    return leases_written * hours, leases_read * hours + looks


def _active_row_bytes() -> int:
    """The size of a row of the index of active runs."""
    found = Connection().client.query(
        TableName=RunItem.Meta.table_name,
        IndexName="active",
        KeyConditionExpression="active = :one",
        ExpressionAttributeValues={":one": {"S": "1"}},
        Limit=1,
    )["Items"]
    return sum(len(name) + len(str(next(iter(value.values())))) for name, value in found[0].items())
