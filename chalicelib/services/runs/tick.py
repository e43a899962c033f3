"""A Tick: the only writer of a run, from the moment it claims it until it parks (or loses it to a later Tick).

Claim, drain the inbox, decide, write state + intents + events in one transaction, carry out the commands and reads,
feed their answers back, and park when there is nothing left to do. Every step may be the last one before a crash: what
was decided is written before it is done, and what was done but not written is found again by the next Tick.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Any

from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import (
    Booked,
    CancelOrder,
    Command,
    CommandDone,
    Decision,
    Fact,
    Heard,
    Judged,
    NothingNew,
    OrderResolved,
    PlaceOrder,
    ReadFailed,
    Reads,
    SetLeverage,
    SetProtection,
    Situation,
    SnapshotRead,
)
from chalicelib.domain.runtime.fills import bookable
from chalicelib.domain.runtime.halt import HaltMode
from chalicelib.domain.runtime.messages import ExecutionUpdate, Message
from chalicelib.domain.runtime.orders import Outcome
from chalicelib.domain.runtime.reconcile import executions_since
from chalicelib.domain.runtime.record import RunRecord, RunTerms
from chalicelib.domain.runtime.states import RunStatus
from chalicelib.ports import (
    Clock,
    ConnectionRef,
    Exchange,
    ExchangeRefused,
    ExchangeUnavailable,
    FenceLost,
    MarketData,
    NotFound,
)
from chalicelib.run_ports import Commit, Fill, Inbox, KillState, KillSwitch, RunStore, Workflow
from chalicelib.services.runs.judge import Judge
from chalicelib.services.runs.report import build_report

BUDGET_MS = 38_000
# A decision is one transaction of at most a hundred rows, and each execution makes three of them.
MESSAGES_AT_ONCE = 10
EXECUTIONS_AT_ONCE = 8
TICKS_A_SEGMENT = 2_500
MOST_ROUNDS = 300
POLLS_MS = (50, 100, 150, 250, 400, 600, 800, 1000)
# The exchange stamps executions by its own clock.
CLOCKS_MS = 2_000
RUN_ENDED = "RunEnded"
SEGMENT_ENDED = "SegmentEnded"


@dataclass(frozen=True, slots=True)
class TickResult:
    """How a Tick ended: ``parked`` | ``ended`` | ``lost`` | ``again``, and how many rounds it took."""

    outcome: str
    rounds: int


class TickRun:
    """Runs Ticks."""

    def __init__(
        self,
        *,
        store: RunStore,
        inbox: Inbox,
        workflow: Workflow,
        exchange: Exchange,
        market: MarketData,
        judge: Judge,
        kill_switch: KillSwitch,
        clock: Clock,
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._workflow = workflow
        self._exchange = exchange
        self._market = market
        self._judge = judge
        self._kill_switch = kill_switch
        self._clock = clock

    def __call__(
        self, run_id: str, token: str, segment: int, claimed: Callable[[RunTerms], None] = lambda terms: None
    ) -> TickResult:
        """One Tick. ``claimed`` is told whose run it is. Raises what the store raises when it cannot be reached: the
        state machine retries."""
        started = self._clock.now_ms()
        record = self._store.claim(run_id, started, segment)
        claimed(record.terms)
        if record.state.status.terminal:
            self._workflow.end(token, RUN_ENDED, record.state.status.value)
            return TickResult("ended", 0)
        try:
            return self._rounds(record, token, started)
        except FenceLost:
            return TickResult("lost", 0)

    def _rounds(self, record: RunRecord, token: str, started: int) -> TickResult:
        run_id = record.terms.run_id
        pending = self._inbox.pending(run_id, MESSAGES_AT_ONCE)
        facts = self._unbooked(record, pending.messages)
        consumed: tuple[str, ...] = pending.ids
        polls = 0
        for rounds in count(1):
            record, decision, consumed = self._decide(record, facts, consumed)
            if decision.ended:
                self._workflow.end(token, RUN_ENDED, record.state.status.value)
                return TickResult("ended", rounds)
            facts = (*self._carry_out(record, decision.commands), *self._read(record, decision.reads))
            if facts and rounds < MOST_ROUNDS:
                polls = 0 if decision.commands else polls
                continue
            over = rounds >= MOST_ROUNDS or self._clock.now_ms() - started >= BUDGET_MS
            if decision.waiting and not over and (decision.urgent or polls < len(POLLS_MS)):
                self._clock.sleep(POLLS_MS[min(polls, len(POLLS_MS) - 1)] / 1000)
                polls += 1
                facts = tuple(self._read(record, Reads(snapshot=True)))
            elif facts or (decision.waiting and decision.urgent):
                # Out of time or rounds with something left: a Tick of its own goes on at once, as after a crash.
                record = self._forget(record, decision, consumed)
                if not self._hand_over(record, token):
                    self._workflow.wake(token)
                return TickResult("again", rounds)
            else:
                record = self._forget(record, decision, consumed)
                consumed = ()
                if self._leave(record, token, pending.rings):
                    return TickResult("parked", rounds)
            pending = self._inbox.pending(run_id, MESSAGES_AT_ONCE)
            fresh = tuple(id_ for id_ in pending.ids if id_ not in consumed)
            facts = (*facts, *self._unbooked(record, pending.messages))
            consumed = (*consumed, *fresh)
        raise AssertionError("unreachable: the rounds end by returning")

    def _leave(self, record: RunRecord, token: str, rings: int) -> bool:
        """Parks, or hands over to the next segment."""
        return self._hand_over(record, token) or (rings >= 0 and self._inbox.park(record.terms.run_id, token, rings))

    def _hand_over(self, record: RunRecord, token: str) -> bool:
        """Goes on in the next segment when this execution's history is full."""
        full = record.epoch >= TICKS_A_SEGMENT * (record.segment + 1)
        if full:
            self._workflow.end(token, SEGMENT_ENDED, str(record.segment))
        return full

    def _decide(
        self, record: RunRecord, facts: tuple[Fact, ...], consumed: tuple[str, ...]
    ) -> tuple[RunRecord, Decision, tuple[str, ...]]:
        """One decision, written if it changed anything; what it consumed waits for the next one that does.

        That a reading is due is not written for itself: the reading follows at once, and what it brings is.
        """
        decision = decide(record, facts, self._situation(record))
        if decision.state == record.state and not decision.intents:
            return record, decision, consumed
        if _asks_alone(record, decision):
            return replace(record, state=decision.state), decision, consumed
        report: dict[str, Any] | None = None
        release: tuple[str, ...] = ()
        if decision.ended:
            fills = tuple(_booked(fill) for fill in self._store.fills(record.terms.run_id))
            report = build_report(record, decision.state, (*fills, *decision.fills))
            release = record.terms.slots
        commit = Commit(
            state=decision.state,
            intents=decision.intents,
            events=decision.events,
            fills=tuple(Fill(fill.execution, fill.intent_id, fill.exit_reason) for fill in decision.fills),
            consumed=consumed,
            report=report,
            release=release,
            halt=self._halt(record, decision),
        )
        return self._store.commit(record, commit), decision, ()

    def _halt(self, record: RunRecord, decision: Decision) -> KillState | None:
        """The switch that a finding engages: it blocks, and closes nothing that the run did not open (ADR 9)."""
        if not decision.halt:
            return None
        return KillState(decision.halt, self._clock.now_ms(), f"run:{record.terms.run_id}", HaltMode.BLOCK)

    def _forget(self, record: RunRecord, decision: Decision, consumed: tuple[str, ...]) -> RunRecord:
        """Takes messages that changed nothing out of the inbox."""
        if not consumed:
            return record
        return self._store.commit(record, Commit(state=decision.state, consumed=consumed))

    def _situation(self, record: RunRecord) -> Situation:
        return Situation(
            now_ms=self._clock.now_ms(),
            market_now_ms=self._clock.market_now_ms(),
            spec=self._judge.spec(record.terms),
            instrument=record.terms.instrument,
            halt=self._kill_switch.engaged(record.terms.workspace_id),
        )

    def _carry_out(self, record: RunRecord, commands: Iterable[Command]) -> list[Fact]:
        """Sends each command, as long as the run is still ours."""
        answers: list[Fact] = []
        for command in commands:
            if not self._store.holds(record):
                raise FenceLost(record.terms.run_id)
            answers.append(CommandDone(command, self._send(record, command)))
        return answers

    def _send(self, record: RunRecord, command: Command) -> Outcome:
        terms = record.terms
        ref = ConnectionRef(terms.workspace_id, terms.connection_id)
        match command:
            case PlaceOrder(intent=intent):
                return self._exchange.place_order(ref, intent.request())
            case CancelOrder(order_link_id=link_id):
                return self._exchange.cancel_order(ref, terms.symbol, link_id)
            case SetProtection(protection=protection):
                return self._exchange.set_protection(ref, protection)
            case SetLeverage(leverage=leverage):
                return self._exchange.set_leverage(ref, terms.symbol, leverage)

    def _read(self, record: RunRecord, reads: Reads) -> list[Fact]:
        terms = record.terms
        ref = ConnectionRef(terms.workspace_id, terms.connection_id)
        answers: list[Fact] = []
        try:
            for intent in reads.resolve:
                order = self._exchange.order(ref, terms.symbol, intent.order_link_id)
                answers.append(OrderResolved(intent.intent_id, order))
            if reads.snapshot:
                answers.extend(self._snapshot(record))
            if reads.candles:
                answers.extend(self._judged(record))
        except ExchangeUnavailable as error:
            answers.append(ReadFailed("account", str(error)))
        except ExchangeRefused as error:
            answers.append(ReadFailed("account", str(error), fatal=True))
        return answers

    def _snapshot(self, record: RunRecord) -> list[Fact]:
        """The account as a whole. With more to book than one decision takes, the oldest of it alone: what asked for the
        reading asks again, and finds that booked."""
        terms = record.terms
        ref = ConnectionRef(terms.workspace_id, terms.connection_id)
        snapshot = self._exchange.snapshot(ref, terms.symbol, executions_since(record) - CLOCKS_MS)
        own = [row for row in snapshot.executions if row.time_ms >= terms.created_ms]
        known = self._store.known_executions(terms.run_id, [row.exec_id for row in own])
        fresh = tuple(row for row in own if row.exec_id not in known)
        ours, others = bookable(record, fresh)
        if len(ours) > EXECUTIONS_AT_ONCE:
            return [ExecutionUpdate(row) for row in ours[:EXECUTIONS_AT_ONCE]]
        return [SnapshotRead(snapshot, (*ours, *others))]

    def _judged(self, record: RunRecord) -> list[Fact]:
        """The newest bar, and what it says with the outside signal that waits; with a signal also the price and,
        unless just read, the account it would be traded on."""
        outside, bar = record.state.outside, record.state.bar
        try:
            judgement = self._judge.judge(record.terms)
            heard = None if outside is None else self._judge.judge(record.terms, outside.side)
        except (ExchangeUnavailable, NotFound) as error:
            return [ReadFailed("candles", str(error))]
        if judgement is not None and bar is not None and judgement.open_time_ms <= bar.open_time_ms:
            judgement = None
        facts: list[Fact] = [NothingNew()] if judgement is None else []
        price = None
        if any(said is not None and said.signal is not None for said in (judgement, heard)):
            if record.state.holding is None and record.state.status is RunStatus.RUNNING:
                facts.extend(self._snapshot(record))
            price = self._last_price(record)
        if judgement is not None:
            facts.append(Judged(judgement, None if judgement.signal is None else price))
        if outside is not None and heard is not None:
            facts.append(Heard(outside.event_id, heard, price))
        return facts

    def _last_price(self, record: RunRecord) -> Decimal | None:
        try:
            return self._market.ticker(record.terms.symbol).last_price
        except (ExchangeUnavailable, NotFound):
            return None

    def _unbooked(self, record: RunRecord, messages: tuple[Message, ...]) -> tuple[Fact, ...]:
        """The messages without executions that are booked already."""
        exec_ids = [message.execution.exec_id for message in messages if isinstance(message, ExecutionUpdate)]
        known = self._store.known_executions(record.terms.run_id, exec_ids) if exec_ids else frozenset()
        return tuple(
            message
            for message in messages
            if not (isinstance(message, ExecutionUpdate) and message.execution.exec_id in known)
        )


def _asks_alone(record: RunRecord, decision: Decision) -> bool:
    """Whether all that a decision does is to ask for a reading of the account."""
    asked = replace(record.state, reconcile_due=decision.state.reconcile_due)
    told = (decision.intents, decision.events, decision.fills, decision.halt, decision.commands)
    return decision.state == asked and decision.reads.snapshot and not any(told) and not decision.ended


def _booked(fill: Fill) -> Booked:
    return Booked(fill.execution, fill.intent_id, fill.exit_reason)
