"""Runs in DynamoDB: every decision of a Tick is one transaction, fenced by the run's version and epoch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb import run_codec as codec
from chalicelib.adapters.dynamodb.conditions import condition_failed, failed_conditions, in_each_others_way
from chalicelib.adapters.dynamodb.kill_switch import switch_slot
from chalicelib.adapters.dynamodb.run_pages import workspace_page
from chalicelib.adapters.dynamodb.run_rows import (
    active_run,
    event_item,
    fill_item,
    intent_item,
    record_of,
    report_item,
    report_of,
    run_item,
    terms_item,
)
from chalicelib.adapters.dynamodb.run_tables import (
    REPORT,
    RUN,
    TERMS,
    EventItem,
    FillItem,
    IntentItem,
    MessageItem,
    RunItem,
    SlotItem,
)
from chalicelib.domain.runtime.events import RunEvent
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.record import ActiveRun, RunRecord
from chalicelib.ports import Clock, Conflict, FenceLost, NotFound
from chalicelib.run_ports import Commit, Fill, KillState, RunPage, StartLimits

_RETRIES = 5


class DynamoRunStore:
    """``RunStore`` on the tables of ``run_tables``; bind them first."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def create(self, record: RunRecord, event: RunEvent, limits: StartLimits) -> RunRecord:
        """See ``RunStore.create``. Slots: one a symbol and connection, one of the workspace's numbered places."""
        terms = record.terms
        symbol_slot = f"symbol#{terms.workspace_id}#{terms.connection_id}#{terms.symbol}"
        for place in range(limits.max_active_runs):
            place_slot = f"place#{terms.workspace_id}#{place}"
            candidate = replace(record, terms=replace(terms, slots=(symbol_slot, place_slot)))
            refused = self._create_at(candidate, event, symbol_slot, place_slot, limits)
            if refused is None:
                return candidate
            if refused != "quota":
                raise Conflict(refused)
        raise Conflict("quota")

    def _create_at(
        self, record: RunRecord, event: RunEvent, symbol_slot: str, place_slot: str, limits: StartLimits
    ) -> str | None:
        terms = record.terms
        start_slot = SlotItem(f"start#{terms.workspace_id}")
        earliest = terms.created_ms - limits.start_cooldown_ms
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(run_item(record), condition=RunItem.run_id.does_not_exist())
                transaction.save(SlotItem(symbol_slot, run_id=terms.run_id), condition=SlotItem.slot.does_not_exist())
                transaction.save(SlotItem(place_slot, run_id=terms.run_id), condition=SlotItem.slot.does_not_exist())
                transaction.save(event_item(terms.run_id, terms.workspace_id, event))
                transaction.save(terms_item(terms))
                transaction.update(
                    start_slot,
                    actions=[SlotItem.last_start_ms.set(terms.created_ms)],
                    condition=SlotItem.last_start_ms.does_not_exist() | (SlotItem.last_start_ms <= earliest),
                )
        except TransactWriteError as error:
            failed = failed_conditions(error)
            for index, what in enumerate(("run", "symbol", "quota", "event", "terms", "cooldown")):
                if index in failed:
                    return what
            raise
        return None

    def get(self, run_id: str) -> RunRecord:
        """See ``RunStore.get``; one consistent read of both rows."""
        rows = {row.item: row for row in RunItem.query(run_id, RunItem.item.between(RUN, TERMS), consistent_read=True)}
        if RUN not in rows:
            raise NotFound(run_id)
        return record_of(rows[RUN], rows.get(TERMS))

    def claim(self, run_id: str, now_ms: int, segment: int) -> RunRecord:
        """See ``RunStore.claim``."""
        item = RunItem(run_id, RUN)
        try:
            item.update(
                actions=[RunItem.epoch.add(1), RunItem.tick_ms.set(now_ms), RunItem.segment.set(segment)],
                condition=RunItem.run_id.exists(),
            )
        except UpdateError as error:
            if condition_failed(error):
                raise NotFound(run_id) from error
            raise
        return record_of(item, _terms(run_id))

    def holds(self, record: RunRecord) -> bool:
        """See ``RunStore.holds``; a consistent read of the epoch alone."""
        item = RunItem.get(record.terms.run_id, RUN, consistent_read=True, attributes_to_get=["epoch"])
        return bool(item.epoch == record.epoch)

    def commit(self, record: RunRecord, commit: Commit) -> RunRecord:
        """See ``RunStore.commit``. Conflicts with other writers of single rows are retried, a lost fence is not."""
        after = replace(record, state=commit.state, version=record.version + 1)
        for attempt in range(_RETRIES):
            try:
                self._write(record, after, commit)
            except (TransactWriteError, UpdateError) as error:
                if attempt + 1 == _RETRIES or not in_each_others_way(error):
                    raise
            else:
                return after
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _write_state(self, before: RunRecord, after: RunRecord) -> None:
        """A decision that changes the state alone needs no transaction, which costs twice as much. A write that was
        sent again because its answer was lost finds what it wrote itself."""
        try:
            RunItem(after.terms.run_id, RUN).update(actions=_moving(before, after), condition=_unmoved(before))
        except UpdateError as error:
            if not condition_failed(error):
                raise
            if self.get(after.terms.run_id) != after:
                raise FenceLost(after.terms.run_id) from error

    def _write(self, before: RunRecord, after: RunRecord, commit: Commit) -> None:
        if commit == Commit(commit.state):
            self._write_state(before, after)
            return
        try:
            self._transact(before, after, commit)
        except TransactWriteError as error:
            if failed_conditions(error):
                raise FenceLost(after.terms.run_id) from error
            raise

    def _transact(self, before: RunRecord, after: RunRecord, commit: Commit) -> None:
        terms = after.terms
        token = hashlib.sha256(f"{terms.run_id}:{before.epoch}:{after.version}".encode()).hexdigest()[:36]
        with TransactWrite(connection=self._connection, client_request_token=token) as transaction:
            transaction.update(RunItem(terms.run_id, RUN), actions=_moving(before, after), condition=_unmoved(before))
            for intent in commit.intents:
                transaction.save(intent_item(terms.run_id, intent))
            for event in commit.events:
                transaction.save(
                    event_item(terms.run_id, terms.workspace_id, event), condition=EventItem.seq.does_not_exist()
                )
            for fill in commit.fills:
                transaction.save(fill_item(terms.run_id, fill), condition=FillItem.exec_id.does_not_exist())
            for message_id in commit.consumed:
                transaction.delete(MessageItem(terms.run_id, message_id))
            for slot in commit.release:
                transaction.delete(SlotItem(slot), condition=SlotItem.run_id == terms.run_id)
            if commit.halt is not None:
                transaction.update(SlotItem(switch_slot(terms.workspace_id)), actions=_engaging(commit.halt))
            if commit.report is not None:
                transaction.save(report_item(terms.run_id, commit.report))

    def known_executions(self, run_id: str, exec_ids: Iterable[str]) -> frozenset[str]:
        """See ``RunStore.known_executions``."""
        keys = [(run_id, exec_id) for exec_id in dict.fromkeys(exec_ids)]
        found = FillItem.batch_get(keys, consistent_read=True, attributes_to_get=["exec_id"])
        return frozenset(item.exec_id for item in found) if keys else frozenset()

    def fills(self, run_id: str) -> tuple[Fill, ...]:
        """See ``RunStore.fills``."""
        items = sorted(FillItem.query(run_id, consistent_read=True), key=lambda item: (item.time_ms, item.exec_id))
        return tuple(
            Fill(codec.EXECUTION.validate_json(item.execution), item.intent_id, item.exit_reason) for item in items
        )

    def intents(self, run_id: str) -> tuple[Intent, ...]:
        """See ``RunStore.intents``."""
        items = IntentItem.query(run_id, consistent_read=True)
        return tuple(codec.INTENT.validate_json(item.intent) for item in items)

    def events(self, run_id: str, after: int, limit: int) -> tuple[dict[str, Any], ...]:
        """See ``RunStore.events``."""
        items = EventItem.query(run_id, EventItem.seq > after, limit=limit, consistent_read=True)
        return tuple(orjson.loads(item.event) for item in items)

    def report(self, run_id: str) -> dict[str, Any] | None:
        """See ``RunStore.report``."""
        try:
            item = RunItem.get(run_id, REPORT, consistent_read=True)
        except DoesNotExist:
            return None
        return report_of(item)

    def active(self) -> tuple[ActiveRun, ...]:
        """See ``RunStore.active``; eventually consistent."""
        return tuple(active_run(item) for item in RunItem.by_active.query("1"))

    def of_workspace(
        self, workspace_id: str, *, bot_id: str | None, active: bool | None, limit: int, cursor: str | None
    ) -> RunPage:
        """See ``RunStore.of_workspace``; the cursor is the creation time and id of the last run found."""
        return workspace_page(
            workspace_id, bot_id=bot_id, active=active, limit=limit, cursor=cursor, now_ms=self._clock.now_ms()
        )


def _moving(before: RunRecord, after: RunRecord) -> list[Action]:
    """What a decision changes of the run's own row."""
    state = after.state
    actions: list[Action] = [
        RunItem.packed_state.set(codec.pack_state(state)),
        RunItem.status.set(state.status.value),
        RunItem.version.set(after.version),
    ]
    if state.look_ms != before.state.look_ms:
        actions.append(RunItem.look_ms.set(state.look_ms) if state.look_ms else RunItem.look_ms.remove())
    if state.status.terminal:
        actions.append(RunItem.active.remove())
    return actions


def _unmoved(before: RunRecord) -> Condition:
    """The fence: nobody has claimed the run or written since."""
    fence: Condition = (RunItem.version == before.version) & (RunItem.epoch == before.epoch)
    return fence


def _terms(run_id: str) -> RunItem | None:
    try:
        return RunItem.get(run_id, TERMS, consistent_read=True)
    except DoesNotExist:
        return None


def _engaging(halt: KillState) -> list[Action]:
    """Engages a switch, or leaves it as it is: a condition would make the run's decision depend on it."""
    return [
        SlotItem.reason.set(SlotItem.reason | halt.reason),
        SlotItem.engaged_ms.set(SlotItem.engaged_ms | halt.engaged_ms),
        SlotItem.actor.set(SlotItem.actor | halt.actor),
        SlotItem.mode.set(SlotItem.mode | halt.mode.value),
    ]
