"""A workspace's runs, page by page, newest first."""

from __future__ import annotations

from chalicelib.adapters.dynamodb.run_rows import record_of
from chalicelib.adapters.dynamodb.run_tables import RUN, TERMS, RunItem
from chalicelib.ports import NotFound
from chalicelib.run_ports import RunPage

LONGEST_MS = 2 * 86_400_000


def workspace_page(
    workspace_id: str, *, bot_id: str | None, active: bool | None, limit: int, cursor: str | None, now_ms: int
) -> RunPage:
    """One page of ``RunStore.of_workspace``. Raises NotFound for a cursor that is none of ours."""
    condition = RunItem.item == RUN
    if bot_id is not None:
        condition &= RunItem.bot_id == bot_id
    if active is not None:
        condition &= RunItem.active.exists() if active else RunItem.active.does_not_exist()
    start = _start_key(workspace_id, cursor)
    # A run lasts a day at most, so what is active is among the newest: years of ended runs are not read for it.
    oldest = now_ms - LONGEST_MS if active else 0
    if start is not None and int(start["created_ms"]["N"]) < oldest:
        return RunPage((), None)  # the table refuses to go on from a key outside the condition
    recent = RunItem.created_ms >= oldest if active else None
    found = list(
        RunItem.by_workspace.query(
            workspace_id,
            range_key_condition=recent,
            filter_condition=condition,
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=start,
        )
    )
    run_ids = [item.run_id for item in found]
    keys = [(run_id, part) for run_id in run_ids for part in (RUN, TERMS)]
    rows = {(row.run_id, row.item): row for row in RunItem.batch_get(keys, consistent_read=True)} if keys else {}
    records = tuple(
        record_of(rows[run_id, RUN], rows.get((run_id, TERMS))) for run_id in run_ids if (run_id, RUN) in rows
    )
    more = len(found) == limit
    return RunPage(records, f"{int(found[-1].created_ms)}.{found[-1].run_id}" if more else None)


def _start_key(workspace_id: str, cursor: str | None) -> dict[str, dict[str, str]] | None:
    if cursor is None:
        return None
    created, _, run_id = cursor.partition(".")
    if not created.isdigit() or not run_id:
        raise NotFound(cursor)
    return {
        "workspace_id": {"S": workspace_id},
        "created_ms": {"N": created},
        "run_id": {"S": run_id},
        "item": {"S": RUN},
    }
