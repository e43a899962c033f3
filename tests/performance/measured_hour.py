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
from chalicelib.adapters.dynamodb.run_tables import WAKE, RunItem
from chalicelib.adapters.dynamodb.runs import DynamoRunStore
from chalicelib.bootstrap import clock as wall_clock
from chalicelib.bootstrap.exchange import audit_trail, exchange, market_data
from chalicelib.bootstrap.runtime import judge, run_store
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.states import StopReason
from chalicelib.services.runs.start import StartRun
from chalicelib.services.runs.tick import TickRun
from tests.performance.capacity_meter import Meter, metered
from tests.performance.fast_clock import FastClock

MINUTES = 60
SUPERVISION_SECONDS = 90.0
TOKEN = "counted-hour"
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
    """An ``Exchange`` that counts how often each of its methods is called."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._target, name)

        def counted(*arguments: Any, **named: Any) -> Any:
            self.calls[name] += 1
            return method(*arguments, **named)

        return counted


@dataclass(slots=True)
class Hour:
    """What was counted in an hour of a run."""

    ticks: int = 0
    supervised: int = 0
    trades: int = 0
    executions: Counter[str] = field(default_factory=Counter)
    meter: Meter = field(default_factory=Meter)
    minutes: int = MINUTES

    @property
    def transitions(self) -> int:
        """State transitions of its execution: one for each Tick, and those around them."""
        return self.ticks + TRANSITIONS_AROUND


def measured_hour(start: StartRun, session: dict[str, Any], bot_id: str, speed: float) -> Hour:
    """Plays an hour of the bot's run. The environment must be that of the local cloud."""
    run_store()  # binds the tables
    fast = FastClock(wall_clock(), speed)
    store = DynamoRunStore(Connection(), fast)
    inbox = DynamoInbox(NoExecution(), fast)
    calls = CountedCalls(exchange("bench"))
    tick = TickRun(
        store=store,
        inbox=inbox,
        workflow=NoExecution(),
        exchange=calls,
        market=market_data(),
        judge=judge(),
        kill_switch=DynamoKillSwitch(fast),
        audit=audit_trail(),
        clock=fast,
    )
    begin = replace(start, store=store, workflow=NoExecution(), clock=fast)
    actor = Actor(session["user"]["id"], session["workspace"]["id"], Role(session["workspace"]["role"]))
    record = begin(actor, bot_id, MINUTES, None)
    run_id = record.terms.run_id
    hour = Hour()
    with metered() as hour.meter:
        deadline_told = False
        while True:
            outcome = tick(run_id, TOKEN, 0).outcome
            hour.ticks += 1
            if outcome == "ended":
                break
            if outcome == "parked":
                hour.supervised += not _rung(run_id, SUPERVISION_SECONDS / speed, fast, record.terms.deadline_ms)
            if not deadline_told and fast.now_ms() >= record.terms.deadline_ms:
                deadline_told = True
                inbox.post(run_id, StopRequested(StopReason.TIMEOUT, None, "deadline"))
    hour.executions = calls.calls
    hour.trades = store.get(run_id).state.counts.trades
    return hour


def _rung(run_id: str, seconds: float, clock: FastClock, deadline_ms: int) -> bool:
    """Whether somebody took the token before the time was over; also true at the deadline, whose branch rings."""
    end = time.monotonic() + seconds
    client = Connection().client
    table = RunItem.Meta.table_name
    key = {"run_id": {"S": run_id}, "item": {"S": WAKE}}
    while time.monotonic() < end:
        item = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        if "token" not in item or clock.now_ms() >= deadline_ms:
            return True
        time.sleep(0.02)
    return False
