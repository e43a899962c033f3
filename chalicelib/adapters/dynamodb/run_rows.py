"""Rows of the run tables, from what the domain knows and back."""

from __future__ import annotations

from typing import Any

from pynamodb.models import Model

from chalicelib.adapters.dynamodb import run_codec as codec
from chalicelib.adapters.dynamodb.run_tables import REPORT, RUN, TERMS, EventItem, FillItem, IntentItem, RunItem
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.events import RunEvent
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.record import ActiveRun, RunRecord, RunTerms
from chalicelib.run_ports import Fill


def run_item(record: RunRecord) -> RunItem:
    """The stored row of a new run, without its terms."""
    terms = record.terms
    return RunItem(
        terms.run_id,
        RUN,
        workspace_id=terms.workspace_id,
        created_ms=terms.created_ms,
        active="1",
        bot_id=terms.bot_id,
        connection_id=terms.connection_id,
        symbol=terms.symbol,
        intervals=",".join(interval.value for interval in terms.intervals),
        status=record.state.status.value,
        packed_state=codec.pack_state(record.state),
        version=record.version,
        epoch=record.epoch,
        tick_ms=terms.created_ms,
        segment=record.segment,
    )


def terms_item(terms: RunTerms) -> RunItem:
    """The stored row of a run's terms."""
    return RunItem(terms.run_id, TERMS, terms=codec.dump(codec.TERMS, terms))


def record_of(item: RunItem, terms: RunItem | None) -> RunRecord:
    """The run that two rows hold; in one from before they were parted, the first holds the terms too."""
    return RunRecord(
        terms=codec.TERMS.validate_json((terms or item).terms),
        state=codec.unpack_state(item.packed_state) if item.packed_state else codec.read_state(item.state.encode()),
        version=int(item.version),
        epoch=int(item.epoch),
        tick_ms=int(item.tick_ms),
        segment=int(item.segment),
    )


def report_item(run_id: str, report: dict[str, Any]) -> RunItem:
    """The row of an ended run's report."""
    return RunItem(run_id, REPORT, packed_report=codec.pack_report(report))


def report_of(item: RunItem) -> dict[str, Any]:
    """The report that a row holds, also in the clear as it was stored before."""
    return codec.unpack_report(item.packed_report) if item.packed_report else codec.read_report(item.report.encode())


def active_run(item: RunItem) -> ActiveRun:
    """What routes messages to a run, from a row of its index."""
    return ActiveRun(
        run_id=item.run_id,
        workspace_id=item.workspace_id,
        connection_id=item.connection_id,
        symbol=item.symbol,
        intervals=tuple(Interval(name) for name in item.intervals.split(",")),
        look_ms=int(item.look_ms or 0),
    )


def event_item(run_id: str, workspace_id: str, event: RunEvent) -> Model:
    """The row of an event."""
    return EventItem(run_id, event.seq, workspace_id=workspace_id, event=codec.event_json(event))


def intent_item(run_id: str, intent: Intent) -> Model:
    """The row of an intent."""
    body = codec.dump(codec.INTENT, intent)
    return IntentItem(run_id, intent.intent_id, order_link_id=intent.order_link_id, intent=body)


def fill_item(run_id: str, fill: Fill) -> Model:
    """The row of a booked execution."""
    execution = fill.execution
    return FillItem(
        run_id,
        execution.exec_id,
        time_ms=execution.time_ms,
        intent_id=fill.intent_id,
        exit_reason=fill.exit_reason,
        execution=codec.dump(codec.EXECUTION, execution),
    )
