"""The real handlers on fakes, made to write every line that they can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.adapters.bybit.execution import ExecutionRuntime
from chalicelib.adapters.bybit.governor import ProcessGovernor
from chalicelib.adapters.bybit.margin_modes import MarginModes
from chalicelib.adapters.bybit.shared_governor import SharedGovernor
from chalicelib.adapters.dynamodb.run_codec import event_json
from chalicelib.adapters.execution_client import ExecutionClient
from chalicelib.adapters.optuna_search import OptunaSearch
from chalicelib.bootstrap import lab
from chalicelib.domain.accounts.errors import Unauthenticated
from chalicelib.domain.accounts.session import Socket
from chalicelib.domain.audit.chain import Head
from chalicelib.domain.datasets.dataset import DatasetStatus
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob
from chalicelib.domain.runtime.events import EventType, RunEvent
from chalicelib.ports import ConnectionRef, PortError
from chalicelib.services.lab.run_job import RunJob
from chalicelib.services.runs.finalize import UNSTARTED_MS, FinalizeRun, SweepRuns
from chalicelib.services.runs.orphans import ClearOrphans
from chalicelib.services.runs.tick import TickRun
from functions.backtest import handler as lab_handler
from functions.bot_run import finalize, next_segment, tick, wake
from functions.execution import handler as execution
from functions.mail import send
from functions.ops import platform_kill_switch
from functions.scheduled import refresh_instruments, sweep_runs
from functions.streams import audit_trading, push_run_events, seal_audit
from functions.websocket import connect
from tests.fakes.memory_lab import MemoryDatasets, MemoryLabJobs, MemoryLabStore
from tests.fakes.memory_rate_limits import MemoryRateLimits
from tests.fakes.virtual_clock import VirtualClock
from tests.simulation.exchange_in_memory import exchange_over
from tests.simulation.scenario import RUN_ID
from tests.simulation.world import Options, Prices, Simulated
from tests.unit.api.gateway import Client, Gateway, order_body, strategy_document
from tests.unit.audit.test_streams import audit_image, record
from tests.unit.bybit.accounts import REF, Account, account_at
from tests.unit.bybit.fakes import FakeClock
from tests.unit.bybit.scripted_server import Answer, ScriptedServer, envelope
from tests.unit.log_lines.recorder import Context, InvokedHere


@dataclass
class EngineAccounts:
    """What the execution function opens accounts with, over an exchange in memory."""

    simulated: Simulated
    clock_alarm_ms: int | None = None

    def opener(self, purpose: str, caller: str, deadline_ms: int) -> Any:
        return exchange_over(self.simulated.session, self.simulated.clock)._open


class Run:
    """A run whose Tick and execution function are the real handlers, called through each other's events."""

    def __init__(self, patch: pytest.MonkeyPatch, **options: Any) -> None:
        self.simulated = world = Simulated(Options(**{"seed": 5, "busy": 1.0, **options}))
        runtime = ExecutionRuntime(EngineAccounts(world), MarginModes(world.clock.now_ms), world.clock)
        patch.setattr(execution, "execution_runtime", lambda: runtime)
        self.function = InvokedHere(execution.handler, Context("execution"))
        client = ExecutionClient(self.function, "execution", "tick")
        self.service = TickRun(
            store=world.store,
            inbox=world.inbox,
            workflow=world.workflow,
            exchange=client,
            market=Prices(world.engine),
            judge=world.judge,  # type: ignore[arg-type]  # the scripted judge has the two methods that a Tick uses
            kill_switch=world.switch,
            clock=world.clock,
        )
        self.finalize = FinalizeRun(
            world.store, world.inbox, world.workflow, self.service, ClearOrphans(world.store, client, world.clock)
        )
        patch.setattr(tick, "tick_run", lambda: self.service)
        patch.setattr(finalize, "finalize_run", lambda: self.finalize)
        sweep = SweepRuns(world.store, world.workflow, self.finalize, world.clock)
        patch.setattr(sweep_runs, "sweep_runs", lambda: sweep)
        world.tick = self.tick  # type: ignore[assignment]  # the handler, as the state machine calls it

    @staticmethod
    def tick(run_id: str, token: str, segment: int) -> Any:
        event = {"runId": run_id, "token": token, "segment": str(segment)}
        return tick.handler(event, Context("tick", "request-of-tick"))


def a_run(patch: pytest.MonkeyPatch) -> None:
    """A whole run; then one that nothing drives, one that is finalized, and one that is interrupted."""
    Run(patch, minutes=10).simulated.run()
    idle = Run(patch, minutes=10)
    idle.simulated.clock.advance(UNSTARTED_MS)
    sweep_runs.handler({}, Context("sweep-runs"))
    half = Run(patch, minutes=10)
    half.simulated.visit()
    finalize.handler({"runId": RUN_ID}, Context("finalize"))
    world = half.simulated
    patch.setattr(next_segment, "run_store", lambda: world.store)
    patch.setattr(next_segment, "workflow", lambda: world.workflow)
    next_segment.handler({"runId": RUN_ID, "segment": "0"}, Context("next-segment"))
    patch.setattr(wake, "inbox", lambda: world.inbox)
    wake.handler({"runId": RUN_ID, "reason": "timeout"}, Context("wake"))

    def away(run_id: str, limit: int) -> Any:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    broken = Run(patch, minutes=10)
    patch.setattr(broken.simulated.inbox, "pending", away)
    with pytest.raises(tick.TickInterrupted):
        broken.tick(RUN_ID, "token", 0)


@contextmanager
def executing(patch: pytest.MonkeyPatch, server: ScriptedServer, alarm_ms: int | None = None) -> Iterator[Account]:
    """The execution function over a scripted REST API; its shared rate limits cannot be reached."""
    clock = FakeClock()
    account = account_at(server.url, clock)
    store = MemoryRateLimits(broken=True)
    account.opener._governor = SharedGovernor(ProcessGovernor(clock.now_ms), store, clock.now_ms)
    accounts = SimpleNamespace(opener=account.opener.opener, clock_alarm_ms=alarm_ms)
    runtime = ExecutionRuntime(accounts, MarginModes(clock.now_ms), clock)  # type: ignore[arg-type]  # its two members
    patch.setattr(execution, "execution_runtime", lambda: runtime)
    yield account


def an_api(patch: pytest.MonkeyPatch, server: ScriptedServer) -> Gateway:
    """Requests that are answered, refused, broken, met by silence and not audited; orders go through the execution
    function."""

    def silent(*_: Any) -> None:
        raise ConnectionError("scripted")

    gateway = Gateway()
    client = gateway.user()
    with executing(patch, server, alarm_ms=700) as account:
        manual_order(gateway, client, server, account)
    client.get("/runs/01J0000000000000000000ZZZZ")
    gateway.services.audit.writable = False
    client.post("/strategies", {"spec": strategy_document()})
    patch.setattr(gateway.services.bot_rows, "list", silent)
    client.get("/bots")
    patch.setattr(gateway.services, "checks", None)
    gateway.call("GET", "/readyz")
    return gateway


def manual_order(gateway: Gateway, client: Client, server: ScriptedServer, account: Account) -> str:
    """Places an order that is accepted, looks at it and has a cancel refused; returns its id."""
    connection_id = client.connection()
    account.connections.rows[ConnectionRef(client.workspace_id, connection_id)] = account.connections.rows[REF]
    function = InvokedHere(execution.handler, Context("execution"))
    gateway.services.exchange = ExecutionClient(function, "execution", "api")  # type: ignore[assignment]  # the real one
    server.script(envelope({"orderId": "o-1"}))
    order_id = str(client.post("/terminal/orders", order_body(connection_id)).json["id"])
    order = {
        "orderId": "o-1", "orderLinkId": f"m{order_id}", "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit",
        "orderStatus": "New", "qty": "0.01", "price": "40000", "cumExecQty": "0", "avgPrice": "", "leavesQty": "0.01",
        "reduceOnly": False, "createType": "CreateByUser", "stopOrderType": "", "rejectReason": "EC_NoError",
        "cancelType": "UNKNOWN", "createdTime": "1700000000000", "updatedTime": "1700000000000",
        "stopLoss": "39000", "takeProfit": "42000", "triggerPrice": "", "closeOnTrigger": False,
        "timeInForce": "GTC", "positionIdx": 0,
    }  # fmt: skip
    shown = envelope({"list": [order], "nextPageCursor": ""})
    server.script(shown)
    client.get(f"/terminal/orders/{order_id}")
    server.script(shown, envelope({}, 10001, "no"), shown)
    client.post(f"/terminal/orders/{order_id}/cancel")
    server.script(Answer(b"", status=502))
    client.get(f"/terminal/orders/{order_id}")
    return order_id


def the_streams(patch: pytest.MonkeyPatch) -> None:
    """Records that cannot be written down, pushed or sealed."""

    def full(*_: Any) -> None:
        raise PortError("scripted")

    def gone(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://gateway")

    event = RunEvent(4, 1_700_000_000_003, EventType.ORDER_SENT, "events.order_sent.entry", intent_id="000001")
    texts = {"run_id": "R", "workspace_id": "W", "event": event_json(event)}
    image = record({name: {"S": text} for name, text in texts.items()})
    patch.setattr(audit_trading, "audit_writer", lambda: SimpleNamespace(add=full))
    audit_trading.handler({"Records": [image]}, Context("audit-trading"))
    patch.setattr(push_run_events, "event_push", lambda: SimpleNamespace(push=gone))
    push_run_events.handler({"Records": [image]}, Context("push-run-events"))
    row = audit_image("W", "A")
    patch.setattr(seal_audit, "seal_audit", lambda: full)
    seal_audit.handler({"Records": [record(row), record(row, name="MODIFY")]}, Context("seal-audit"))
    patch.setattr(seal_audit, "seal_audit", lambda: lambda *_: Head(1, "0" * 64))
    seal_audit.handler({"Records": [record(row)]}, Context("seal-audit"))


def the_rest(patch: pytest.MonkeyPatch) -> None:
    """Sockets, letters, the lab, and what operators and schedules call."""

    def refused(*_: Any) -> None:
        raise Unauthenticated("auth.ticket_invalid", "no")

    sockets = SimpleNamespace(connect=lambda *_: Socket("s", "W", "U", 1, "f"))
    asked = {"requestContext": {"connectionId": "s"}}
    patch.setattr(connect, "open_sockets", lambda: sockets)
    connect.handler(asked, Context("ws-connect"))
    sockets.connect = refused
    connect.handler(asked, Context("ws-connect"))
    letter = {"kind": "none", "to": "", "locale": "en", "params": {}, "context": {"workspaceId": "W"}}
    send.handler(letter, Context("send-mail"))
    switch = SimpleNamespace(state=lambda: None, engage=lambda *_: 0)
    patch.setattr(platform_kill_switch, "platform_kill_switch", lambda: switch)
    platform_kill_switch.handler({"action": "engage", "reason": "drill"}, Context("platform-kill-switch"))
    patch.setattr(refresh_instruments, "instruments", lambda: SimpleNamespace(refresh=lambda: 3))
    refresh_instruments.handler({}, Context("refresh-instruments"))
    jobs = MemoryLabJobs()
    jobs.create(LabJob("W", "J", JobKind.BACKTEST, "Job", {}, JobStatus.PENDING, 3, 1, 1))
    jobs.cancel("W", JobKind.BACKTEST, "J", 2)
    runner = RunJob(jobs, MemoryDatasets(), MemoryLabStore(), VirtualClock(), OptunaSearch)
    patch.setattr(lab, "jobs", lambda: jobs)
    patch.setattr(lab, "run_job", lambda: runner)
    task = {"task": "job", "workspaceId": "W", "kind": "backtest", "jobId": "J", "part": 0, "parts": 1}
    lab_handler.handler({**task, "context": {"requestId": "request-of-api"}}, Context("lab"))
    made = SimpleNamespace(status=DatasetStatus.READY, candles=3)
    patch.setattr(lab, "make_dataset", lambda: lambda *_: made)
    lab_handler.handler({"task": "dataset", "workspaceId": "W", "datasetId": "D"}, Context("lab"))
