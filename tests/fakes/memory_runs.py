"""``RunStore`` in memory, with the conditional and transactional semantics of the DynamoDB one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from chalicelib.adapters.dynamodb.run_codec import event_json
from chalicelib.domain.runtime.events import RunEvent
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.record import ActiveRun, RunRecord
from chalicelib.ports import Conflict, FenceLost, NotFound
from chalicelib.run_ports import Commit, Fill, RunPage, StartLimits
from tests.fakes.memory_switches import MemoryKillSwitch

MOST_ROWS = 100
"""What one DynamoDB transaction takes."""


class TransactionTooLarge(Exception):
    """What DynamoDB answers to a transaction of more rows."""


@dataclass
class MemoryRunStore:
    """Every table is a dictionary; a commit checks all its conditions before it writes anything.

    ``switches`` are the kill switches that a commit may engage.
    ``largest`` is the most rows that one commit had.
    ``ignore_fence``, ``book_again`` and ``ignore_halts`` switch protections off, to show that tests notice.
    """

    records: dict[str, RunRecord] = field(default_factory=dict)
    event_rows: dict[str, dict[int, RunEvent]] = field(default_factory=dict)
    intent_rows: dict[str, dict[str, Intent]] = field(default_factory=dict)
    fill_rows: dict[str, dict[str, Fill]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    consumed: dict[str, set[str]] = field(default_factory=dict)
    switches: MemoryKillSwitch = field(default_factory=MemoryKillSwitch)
    ignore_fence: bool = False
    book_again: bool = False
    ignore_halts: bool = False
    largest: int = 0

    def create(self, record: RunRecord, event: RunEvent, limits: StartLimits) -> RunRecord:
        terms = record.terms
        if terms.run_id in self.records:
            raise Conflict("run")
        symbol = f"symbol#{terms.workspace_id}#{terms.connection_id}#{terms.symbol}"
        if symbol in self.slots:
            raise Conflict("symbol")
        last = self.starts.get(terms.workspace_id)
        places = [f"place#{terms.workspace_id}#{number}" for number in range(limits.max_active_runs)]
        free = next((place for place in places if place not in self.slots), None)
        if free is None:
            raise Conflict("quota")
        if last is not None and last > terms.created_ms - limits.start_cooldown_ms:
            raise Conflict("cooldown")
        stored = replace(record, terms=replace(terms, slots=(symbol, free)))
        self.slots[symbol] = self.slots[free] = terms.run_id
        self.starts[terms.workspace_id] = terms.created_ms
        self.records[terms.run_id] = replace(stored, tick_ms=terms.created_ms)
        self.event_rows[terms.run_id] = {event.seq: event}
        return stored

    def get(self, run_id: str) -> RunRecord:
        if run_id not in self.records:
            raise NotFound(run_id)
        return self.records[run_id]

    def claim(self, run_id: str, now_ms: int, segment: int) -> RunRecord:
        record = self.get(run_id)
        claimed = replace(record, epoch=record.epoch + 1, tick_ms=now_ms, segment=segment)
        self.records[run_id] = claimed
        return claimed

    def holds(self, record: RunRecord) -> bool:
        return self.ignore_fence or self.records[record.terms.run_id].epoch == record.epoch

    def commit(self, record: RunRecord, commit: Commit) -> RunRecord:
        run_id = record.terms.run_id
        stored = self.records[run_id]
        rows = _rows(commit)
        self.largest = max(self.largest, rows)
        if rows > MOST_ROWS:
            raise TransactionTooLarge(f"{rows} rows")
        fenced = (stored.version, stored.epoch) != (record.version, record.epoch)
        events = self.event_rows[run_id]
        fills = self.fill_rows.setdefault(run_id, {})
        if not self.ignore_fence and (
            fenced
            or any(event.seq in events for event in commit.events)
            or (not self.book_again and any(fill.execution.exec_id in fills for fill in commit.fills))
            or any(self.slots.get(slot) != run_id for slot in commit.release)
        ):
            raise FenceLost(run_id)
        after = replace(record, state=commit.state, version=record.version + 1)
        self.records[run_id] = after
        events.update({event.seq: event for event in commit.events})
        self.intent_rows.setdefault(run_id, {}).update({intent.intent_id: intent for intent in commit.intents})
        fills.update({fill.execution.exec_id: fill for fill in commit.fills})
        self.consumed.setdefault(run_id, set()).update(commit.consumed)
        for slot in commit.release:
            self.slots.pop(slot, None)
        if commit.halt is not None and not self.ignore_halts:
            self.switches.engage(record.terms.workspace_id, commit.halt)
        if commit.report is not None:
            self.reports[run_id] = commit.report
        return after

    def known_executions(self, run_id: str, exec_ids: Iterable[str]) -> frozenset[str]:
        if self.book_again:
            return frozenset()
        fills = self.fill_rows.get(run_id, {})
        return frozenset(exec_id for exec_id in exec_ids if exec_id in fills)

    def fills(self, run_id: str) -> tuple[Fill, ...]:
        rows = self.fill_rows.get(run_id, {}).values()
        return tuple(sorted(rows, key=lambda fill: (fill.execution.time_ms, fill.execution.exec_id)))

    def intents(self, run_id: str) -> tuple[Intent, ...]:
        return tuple(intent for _, intent in sorted(self.intent_rows.get(run_id, {}).items()))

    def events(self, run_id: str, after: int, limit: int) -> tuple[dict[str, Any], ...]:
        rows = sorted(seq for seq in self.event_rows.get(run_id, {}) if seq > after)[:limit]
        return tuple(orjson.loads(event_json(self.event_rows[run_id][seq])) for seq in rows)

    def report(self, run_id: str) -> dict[str, Any] | None:
        return self.reports.get(run_id)

    def active(self) -> tuple[ActiveRun, ...]:
        living = [record for record in self.records.values() if not record.state.status.terminal]
        return tuple(
            ActiveRun(
                record.terms.run_id,
                record.terms.workspace_id,
                record.terms.connection_id,
                record.terms.symbol,
                record.terms.intervals,
                record.state.look_ms,
            )
            for record in living
        )

    def of_workspace(
        self, workspace_id: str, *, bot_id: str | None, active: bool | None, limit: int, cursor: str | None
    ) -> RunPage:
        found = [
            record
            for record in self.records.values()
            if record.terms.workspace_id == workspace_id
            and (bot_id is None or record.terms.bot_id == bot_id)
            and (active is None or active != record.state.status.terminal)
        ]
        found.sort(key=_place, reverse=True)
        if cursor is not None:
            created, _, run_id = cursor.partition(".")
            found = [record for record in found if _place(record) < (int(created), run_id)]
        page = tuple(found[:limit])
        more = len(found) > limit
        return RunPage(page, f"{page[-1].terms.created_ms}.{page[-1].terms.run_id}" if more else None)


def _place(record: RunRecord) -> tuple[int, str]:
    return record.terms.created_ms, record.terms.run_id


def _rows(commit: Commit) -> int:
    parts = (commit.intents, commit.events, commit.fills, commit.consumed, commit.release)
    return 1 + sum(map(len, parts)) + (commit.halt is not None) + (commit.report is not None)
