"""The sidecar's streams against the simulator's sockets: up quickly, complete, and back after they break."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from chalicelib.adapters.bybit.environments import Environment, urls_of
from chalicelib.adapters.clock import SystemClock
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.messages import Reconnected
from chalicelib.domain.runtime.orders import OrderRequest
from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.ports import Exchange
from chalicelib.services.sidecar.deliver import Delivery
from chalicelib.services.sidecar.hold_shards import ShardHolder
from chalicelib.services.sidecar.look_again import LookAgain
from functions.sidecar.stream_pool import StreamPool
from functions.sidecar.supervisor import Supervisor
from functions.sidecar.work_queue import Timetable, WorkQueue
from tests.contract.exchange_server import ExchangeServer
from tests.unit.bybit.accounts import REF, account_at
from tests.unit.sidecar.fakes import CountingIds, FakeInbox, FakeLeaseStore, active_run

RUN = "run-1"


@dataclass
class Sidecar:
    """A sidecar in this process, with its inbox and leases in memory."""

    server: ExchangeServer
    runs: list[ActiveRun] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = SystemClock(self.server.url)
        self.exchange: Exchange = account_at(self.server.url, clock).exchange
        self.inbox = FakeInbox()
        self.stop = threading.Event()
        work = WorkQueue(2)
        timetable = Timetable(work)
        delivery = Delivery(self.inbox, CountingIds(), clock, timetable, candle_spread_ms=0)
        urls = urls_of(Environment.SIMULATOR, self.server.url, self.server.ws)
        self.pool = StreamPool(urls, delivery, work, self.exchange.sign_stream)
        supervisor = Supervisor(
            active_runs=lambda: tuple(self.runs),
            holder=ShardHolder("task-1", FakeLeaseStore(), clock),
            pool=self.pool,
            delivery=delivery,
            look_again=LookAgain(self.inbox, clock, delivery.candle_delay_ms),
            work=work,
            timetable=timetable,
            beat=lambda: None,
        )
        self._thread = threading.Thread(target=supervisor.run, args=(self.stop,), daemon=True)
        self._thread.start()

    def kinds(self) -> list[str]:
        return [message.kind for message in self.inbox.of(RUN)]

    def live_streams(self) -> set[str]:
        return {message.stream for message in self.inbox.of(RUN) if isinstance(message, Reconnected)}

    def end(self) -> float:
        """Stops it; returns the seconds that took."""
        begun = time.monotonic()
        self.stop.set()
        self._thread.join(10)
        return time.monotonic() - begun


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether the condition becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


@pytest.fixture
def sidecar() -> Iterator[Sidecar]:
    with ExchangeServer("--symbols", "BTCUSDT", "--speed", "60", "--profile", "demo") as server:
        running = Sidecar(server)
        yield running
        running.end()


def listening(sidecar: Sidecar) -> None:
    sidecar.runs.append(active_run(RUN))
    assert within(5, lambda: sidecar.live_streams() == {"private", "public"})


def buy(sidecar: Sidecar, order_link_id: str) -> None:
    order = OrderRequest(order_link_id, "BTCUSDT", Side.BUY, "Market", Decimal("0.010"))
    assert sidecar.exchange.place_order(REF, order).acknowledged


def test_the_streams_of_a_new_run_are_up_within_about_two_seconds(sidecar: Sidecar) -> None:
    time.sleep(0.5)
    sidecar.runs.append(active_run(RUN))

    assert within(2.5, lambda: sidecar.live_streams() == {"private", "public"})


def test_an_order_is_heard_with_its_execution_and_its_position(sidecar: Sidecar) -> None:
    listening(sidecar)

    buy(sidecar, "st-1")

    assert within(2, lambda: {"order", "execution", "position"} <= set(sidecar.kinds()))


def test_every_candle_that_closes_is_heard_once(sidecar: Sidecar) -> None:
    listening(sidecar)

    assert within(8, lambda: sidecar.kinds().count("candle") >= 3)
    opens = [message.open_time_ms for message in sidecar.inbox.of(RUN) if message.kind == "candle"]
    assert opens == list(range(opens[0], opens[0] + 60_000 * len(opens), 60_000))


def test_after_a_restart_of_the_exchange_the_run_is_told_the_gap_and_hears_again(sidecar: Sidecar) -> None:
    listening(sidecar)
    sidecar.server.stop()
    time.sleep(1)
    sidecar.server.start()

    def gaps() -> list[int]:
        return [message.gap_ms for message in sidecar.inbox.of(RUN) if isinstance(message, Reconnected)]

    assert within(10, lambda: len(gaps()) >= 4)
    assert max(gaps()) >= 1_000
    buy(sidecar, "st-2")
    assert within(2, lambda: "execution" in sidecar.kinds())


def test_a_run_that_ended_is_not_listened_for(sidecar: Sidecar) -> None:
    listening(sidecar)

    sidecar.runs.clear()

    assert within(3, lambda: sidecar.pool.health() == [])


def test_it_stops_in_order_within_five_seconds(sidecar: Sidecar) -> None:
    listening(sidecar)

    assert sidecar.end() < 5
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("stream", "worker"))]
