"""One hour of a run, with all it writes and calls counted.

The product's own Tick runs here instead of in Lambda, against the local cloud's tables, execution function, sidecar and
exchange; run and market go sixty times as fast as the wall, and this loop stands in for the state machine: it ticks
when the run's token was taken, and after 90 s without.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.inbox import DynamoInbox
from chalicelib.adapters.dynamodb.kill_switch import DynamoKillSwitch
from chalicelib.adapters.dynamodb.run_tables import RUN, WAKE, RunItem
from chalicelib.adapters.dynamodb.runs import DynamoRunStore
from chalicelib.bootstrap import clock, settings
from chalicelib.bootstrap.exchange import exchange, market_data
from chalicelib.bootstrap.runtime import judge, run_store
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.audit.trading import of_run_event
from chalicelib.domain.runtime.facts import AccountSnapshot, ExecutionFact, PositionFact
from chalicelib.domain.runtime.messages import ExecutionUpdate, Message, PositionUpdate, StopRequested
from chalicelib.domain.runtime.record import ActiveRun, RunTerms
from chalicelib.domain.runtime.states import StopReason
from chalicelib.ports import ConnectionRef
from chalicelib.run_ports import Pending
from chalicelib.services.runs.start import StartRun
from chalicelib.services.runs.tick import TickRun
from chalicelib.services.sidecar.deliver import spread_ms
from chalicelib.services.sidecar.look_again import LookAgain
from tests.performance.capacity_meter import Meter, metered
from tests.performance.fast_clock import FastClock

MINUTES = 60
SUPERVISION_SECONDS = 90.0
TOKEN = "counted-hour"
MOST_EVENTS = 10_000
# StartExecution enters Parallel and the two branches' first states; at the end come Wake, its Succeed, Finalize, Ended.
TRANSITIONS_AROUND = 7


class NoExecution:
    """A ``Workflow`` that starts nothing: the loop below is the state machine."""

    def start(self, run_id: str, segment: int, deadline_ms: int) -> None:
        """Nothing to start."""

    def wake(self, token: str) -> bool:
        """The loop looks at the doorbell itself."""
        return True

    def end(self, token: str, error: str, cause: str) -> None:
        """The loop sees the end in the Tick's result."""


class CountedCalls:
    """An ``Exchange`` that counts how often each of its methods is called.

    The exchange stamps executions and positions by the wall: a run that began ahead of it would take its own for those
    of before.
    """

    def __init__(self, target: Any, clock: FastClock) -> None:
        self._target = target
        self._clock = clock
        self.calls: Counter[str] = Counter()

    def snapshot(self, ref: ConnectionRef, symbol: str, executions_since_ms: int) -> AccountSnapshot:
        """The reading, its executions and its position stamped by the run's clock."""
        self.calls["snapshot"] += 1
        read: AccountSnapshot = self._target.snapshot(ref, symbol, self._clock.to_wall(executions_since_ms))
        return replace(
            read,
            position=shown_at(read.position, self._clock),
            executions=tuple(stamped(row, self._clock) for row in read.executions),
        )

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._target, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            self.calls[name] += 1
            return method(*arguments, **named)

        return counted


class StampedInbox(DynamoInbox):
    """The inbox; executions and positions in it are stamped by the run's clock."""

    def __init__(self, clock: FastClock) -> None:
        super().__init__(NoExecution(), clock)
        self._fast = clock

    def pending(self, run_id: str, limit: int) -> Pending:
        """See ``Inbox.pending``."""
        found = super().pending(run_id, limit)
        return replace(found, messages=tuple(self._stamped(message) for message in found.messages))

    def _stamped(self, message: Message) -> Message:
        match message:
            case ExecutionUpdate(execution=execution):
                return replace(message, execution=stamped(execution, self._fast))
            case PositionUpdate(position=position):
                return PositionUpdate(shown_at(position, self._fast))
            case _:
                return message


def stamped(execution: ExecutionFact, clock: FastClock) -> ExecutionFact:
    """The execution at the run's time."""
    return replace(execution, time_ms=clock.of_wall(execution.time_ms))


def shown_at(position: PositionFact, clock: FastClock) -> PositionFact:
    """The position as of the run's time."""
    return replace(position, updated_ms=clock.of_wall(position.updated_ms))


@dataclass(slots=True)
class Hour:
    """What was counted in an hour of a run; ``audited`` are the events that the audit trail has a row for."""

    ticks: int = 0
    supervised: int = 0
    trades: int = 0
    audited: int = 0
    executions: Counter[str] = field(default_factory=Counter)
    meter: Meter = field(default_factory=Meter)
    minutes: int = MINUTES

    @property
    def transitions(self) -> int:
        """State transitions of its execution: one for each Tick, and those around them."""
        return self.ticks + TRANSITIONS_AROUND


def measured_hour(start: StartRun, session: dict[str, Any], bot_id: str, fast: FastClock) -> Hour:
    """Plays an hour of the bot's run. The environment must be that of the local cloud. Hours that follow each other
    share a clock: on one that began anew, the last start would lie ahead."""
    run_store()  # binds the tables
    store = DynamoRunStore(Connection(), fast)
    inbox = StampedInbox(fast)
    calls = CountedCalls(exchange("bench"), fast)
    begin = replace(start, store=store, workflow=NoExecution(), clock=fast)
    actor = Actor(session["user"]["id"], session["workspace"]["id"], Role(session["workspace"]["role"]))
    record = begin(actor, bot_id, MINUTES, None)
    terms = record.terms
    run_id = terms.run_id
    spread = settings().candle_wake_spread_ms
    look_again = LookAgain(inbox, fast, lambda of_run: int(spread_ms(of_run, spread) * fast.speed))
    row = Uncounted(run_id)
    hour = Hour()
    with metered() as hour.meter:
        deadline_told = False
        while True:
            tick = TickRun(
                store=store,
                inbox=inbox,
                workflow=NoExecution(),
                exchange=calls,
                market=market_data(),
                judge=judge(),
                # Read once a Tick: what is read is good for a second, which on the fast clock would be over at once.
                kill_switch=DynamoKillSwitch(clock()),
                clock=fast,
            )
            outcome = tick(run_id, TOKEN, 0).outcome
            hour.ticks += 1
            if outcome == "ended":
                break
            if outcome == "parked":
                hour.supervised += not _rung(row, terms, look_again, fast)
            if not deadline_told and fast.now_ms() >= terms.deadline_ms:
                deadline_told = True
                inbox.post(run_id, StopRequested(StopReason.TIMEOUT, None, "deadline"))
    hour.executions = calls.calls
    hour.trades = store.get(run_id).state.counts.trades
    events = store.events(run_id, 0, MOST_EVENTS)
    hour.audited = sum(of_run_event(actor.workspace_id, run_id, event, 0) is not None for event in events)
    return hour


class Uncounted:
    """Reads rows of one run past what is counted, as often as it likes."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._client = Connection().client

    @property
    def look_ms(self) -> int:
        """When the run must look at its account again, 0 when it need not."""
        return int(self._row(RUN).get("look_ms", {"N": "0"})["N"])

    @property
    def parked(self) -> bool:
        """Whether the run has left its token with the doorbell, and nobody has taken it."""
        return "token" in self._row(WAKE)

    def _row(self, item: str) -> dict[str, Any]:
        key = {"run_id": {"S": self._run_id}, "item": {"S": item}}
        answer = self._client.get_item(TableName=RunItem.Meta.table_name, Key=key, ConsistentRead=True)
        row: dict[str, Any] = answer.get("Item", {})
        return row


def _rung(row: Uncounted, terms: RunTerms, look_again: LookAgain, clock: FastClock) -> bool:
    """Whether somebody took the token before the time was over; also true at the deadline, whose branch rings.

    A run that must look at its account again is rung here: the sidecar, whose part that is, has the wall's clock.
    """
    end = time.monotonic() + SUPERVISION_SECONDS / clock.speed
    run = ActiveRun(terms.run_id, terms.workspace_id, "", terms.symbol, terms.intervals, row.look_ms)
    while time.monotonic() < end:
        if not row.parked or clock.now_ms() >= terms.deadline_ms:
            return True
        look_again([run])
        time.sleep(0.02)
    return False
