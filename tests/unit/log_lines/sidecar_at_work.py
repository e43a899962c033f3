"""A real sidecar on fakes: its streams, leases and deliveries fail one after the other."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import websocket

from chalicelib.adapters.bybit import stream
from chalicelib.adapters.bybit.environments import Environment, urls_of
from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.domain.streams.leases import ShardRow
from chalicelib.ports import ConnectionRef, StreamSignature
from chalicelib.services.sidecar.deliver import Delivery
from chalicelib.services.sidecar.hold_shards import ShardHolder
from chalicelib.services.sidecar.look_again import LookAgain
from functions.sidecar import supervisor as supervisor_module
from functions.sidecar import work_queue
from functions.sidecar.log_lines import lines_about_run, lines_about_shard
from functions.sidecar.stream_pool import StreamPool
from functions.sidecar.supervisor import Supervisor
from functions.sidecar.work_queue import Timetable, WorkQueue
from tests.unit.bybit.fakes import FakeClock
from tests.unit.sidecar.fakes import CountingIds, FakeInbox, FakeLeaseStore, active_run


class FakeSocket:
    """Agrees to all it is asked, says what it is given, then breaks; it cannot be closed either."""

    def __init__(self, told: list[dict[str, Any]]) -> None:
        self._frames: deque[dict[str, Any]] = deque()
        self._told = deque(told)
        self.broken = False

    def send(self, text: str) -> None:
        frame = json.loads(text)
        self._frames.append({"op": frame["op"], "req_id": frame.get("req_id"), "success": True})

    def recv(self) -> str:
        if self.broken:
            raise ConnectionResetError
        if self._frames:
            return json.dumps(self._frames.popleft())
        if self._told:
            return json.dumps(self._told.popleft())
        time.sleep(0.01)
        raise websocket.WebSocketTimeoutException

    def ping(self) -> None:
        """Nobody answers."""

    def settimeout(self, seconds: float) -> None:
        """It is always quick."""

    def close(self, timeout: float) -> None:
        raise OSError


class BrokenLeases(FakeLeaseStore):
    """Nothing of it can be released."""

    def release(self, row: ShardRow) -> None:
        raise ConnectionError("the store is away")


def within(condition: Callable[[], bool]) -> None:
    """Waits until the condition holds."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def a_sidecar(patch: pytest.MonkeyPatch) -> None:
    """From its start to its stop."""
    poison = [{"topic": "order", "data": [{"category": "linear"}]}]
    sockets: list[FakeSocket] = []

    def connection(url: str, **_: Any) -> FakeSocket:
        sockets.append(FakeSocket(poison if "private" in url else []))
        return sockets[-1]

    patch.setattr(stream.websocket, "create_connection", connection)
    patch.setattr(stream, "_FIRST_PAUSE_SECONDS", 0.02)
    patch.setattr(work_queue, "_PAUSE_SECONDS", 0.001)
    patch.setattr(supervisor_module, "STEP_SECONDS", 0.05)
    patch.setattr(supervisor_module, "HEALTH_EVERY_SECONDS", 0.1)
    patch.setattr(supervisor_module, "RED_AFTER_MS", -1)
    runs: list[ActiveRun] = [active_run()]
    inbox, clock, leases, work = FakeInbox(), FakeClock(), FakeLeaseStore(), WorkQueue(1)
    timetable = Timetable(work)
    delivery = Delivery(inbox, CountingIds(), clock, timetable, 0, serving=lines_about_run)
    urls = urls_of(Environment.SIMULATOR, "http://127.0.0.1:1", "ws://127.0.0.1:1")
    defects = [KeyError("a defect")]

    def sign(ref: ConnectionRef) -> StreamSignature:
        if defects:
            raise defects.pop()
        return StreamSignature("KEY", 1, "signature")

    pool = StreamPool(urls, delivery, work, sign)
    holder = ShardHolder("task-1", leases, clock, lines_about_shard)
    supervisor = Supervisor(
        active_runs=lambda: tuple(runs),
        holder=holder,
        pool=pool,
        delivery=delivery,
        look_again=LookAgain(inbox, clock, delivery.candle_delay_ms, lines_about_run),
        work=work,
        timetable=timetable,
        beat=lambda: None,
    )
    stop = threading.Event()
    thread = threading.Thread(target=supervisor.run, args=(stop,), daemon=True)
    thread.start()
    within(lambda: len(inbox.of("run-1")) == 2 and work.counts.poison == 1)
    inbox.broken = True
    for socket in list(sockets):
        socket.broken = True
    within(lambda: work.counts.lost >= 2)
    _a_step_fails(runs, inbox)
    runs.clear()
    within(lambda: not holder.held)
    runs.append(active_run())
    within(lambda: len(holder.held) == 2)
    leases.release = BrokenLeases().release  # type: ignore[method-assign]  # from here on
    time.sleep(0.2)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def _a_step_fails(runs: list[ActiveRun], inbox: FakeInbox) -> None:
    """A run that must look again cannot be rung."""
    rung = threading.Event()

    def away(run_id: str) -> bool:
        rung.set()
        raise ConnectionError("the store is away")

    inbox.ring = away  # type: ignore[method-assign]  # from here on
    runs[:] = [replace(active_run(), look_ms=1)]
    assert rung.wait(10)
    time.sleep(0.1)
    inbox.broken = False
