"""What a stream's connection says cannot end the stream, and a thread that a defect has ended is replaced."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.adapters.bybit import stream
from chalicelib.adapters.bybit.environments import Environment, urls_of
from chalicelib.adapters.bybit.stream import StreamThread
from chalicelib.adapters.bybit.stream_messages import PRIVATE_TOPICS
from chalicelib.domain.runtime.messages import Reconnected
from chalicelib.ports import ConnectionRef, StreamSignature
from chalicelib.services.sidecar.deliver import Delivery
from functions.sidecar.stream_pool import StreamPool
from functions.sidecar.work_queue import Job, Timetable, WorkQueue
from tests.unit.bybit.fakes import FakeClock
from tests.unit.sidecar.fakes import CountingIds, FakeInbox, active_run
from tests.unit.sidecar.stream_host import StreamHost, stream_host

TOPIC = "kline.1.BTCUSDT"
CLOSED = {"topic": TOPIC, "data": [{"confirm": True, "start": 1_700_000_040_000}]}
ACCOUNT = ConnectionRef("workspace-1", "connection-1")
UNREADABLE = {
    "not UTF-8": b'{"topic": "order", "data": "\xff"}',
    "not JSON": b"hello",
    "no object": b"[1, 2]",
    "nested without end": b"[" * 60_000,
}


def within(condition: Callable[[], bool]) -> None:
    """Waits until the condition holds."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def signed(ref: ConnectionRef = ACCOUNT) -> StreamSignature:
    return StreamSignature("KEY", 1, "signature")


class NoGate:
    """Lets everybody through."""

    def wait(self, stop: threading.Event) -> None:
        """At once."""


@dataclass
class Heard:
    """A sink that keeps what it is told. ``defect`` is what it raises instead."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    defect: Exception | None = None

    def heard(self, stream: str, message: dict[str, Any]) -> bool:
        if self.defect is not None:
            raise self.defect
        self.messages.append(message)
        return True

    def live(self, stream: str, gap_ms: int) -> bool:
        self.gaps.append(gap_ms)
        return True


class BreakableWork(WorkQueue):
    """Work that cannot be handed over while ``defect`` is set."""

    defect: Exception | None = None

    def put(self, key: str, job: Job) -> bool:
        if self.defect is not None:
            raise self.defect
        return super().put(key, job)


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[StreamHost]:
    monkeypatch.setattr(stream, "_FIRST_PAUSE_SECONDS", 0.02)
    with stream_host() as found:
        yield found


@pytest.fixture
def sink() -> Heard:
    return Heard()


@pytest.fixture(params=["private", "public"])
def thread(request: pytest.FixtureRequest, host: StreamHost, sink: Heard) -> Iterator[StreamThread]:
    """A stream that is live."""
    private = request.param == "private"
    topics = PRIVATE_TOPICS if private else [TOPIC]
    login = signed if private else None
    found = StreamThread(request.param, host.url, topics, sink=sink, gate=NoGate(), jitter=lambda: 0.0, login=login)
    found.start()
    within(lambda: len(sink.gaps) == 1)
    yield found
    found.stop()
    found.join(5)


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_after_a_message_that_cannot_be_read_the_stream_begins_again(
    host: StreamHost, sink: Heard, thread: StreamThread, text: bytes
) -> None:
    host.say(text)

    within(lambda: len(sink.gaps) == 2)
    host.say(json.dumps(CLOSED).encode())
    within(lambda: sink.messages == [CLOSED])
    health = thread.health()
    assert (health.live, health.connects, health.poison) == (True, 2, 1)


def test_a_stream_whose_thread_has_died_is_not_live(host: StreamHost, sink: Heard, thread: StreamThread) -> None:
    sink.defect = RuntimeError("a defect")

    host.say(json.dumps(CLOSED).encode())

    within(lambda: not thread.is_alive())
    time.sleep(0.02)
    assert not thread.health().live
    assert thread.health().down_ms > 0


@dataclass
class Pool:
    """A pool with one stream, and the run that it serves."""

    streams: StreamPool
    work: BreakableWork
    inbox: FakeInbox
    accounts: list[ConnectionRef]
    topics: list[str]

    def step(self) -> None:
        self.streams.want(self.accounts, self.topics)

    def gaps(self) -> list[int]:
        return [message.gap_ms for message in self.inbox.of("run-1") if isinstance(message, Reconnected)]


@pytest.fixture(params=["private", "public"])
def pool(request: pytest.FixtureRequest, host: StreamHost) -> Iterator[Pool]:
    """A pool whose stream is live."""
    work, inbox = BreakableWork(1), FakeInbox()
    delivery = Delivery(inbox, CountingIds(), FakeClock(), Timetable(work), candle_spread_ms=0)
    delivery.route([active_run()])
    urls = urls_of(Environment.SIMULATOR, host.url.replace("ws", "http", 1), host.url)
    streams = StreamPool(urls, delivery, work, signed)
    private = request.param == "private"
    found = Pool(streams, work, inbox, [ACCOUNT] if private else [], [] if private else [TOPIC])
    work.start()
    found.step()
    within(lambda: len(found.gaps()) == 1)
    yield found
    streams.stop(5)
    work.stop(1)


def test_a_thread_that_a_defect_has_ended_is_replaced_and_its_silence_is_told(host: StreamHost, pool: Pool) -> None:
    pool.work.defect = RuntimeError("a defect")
    host.say(json.dumps(CLOSED).encode())
    within(lambda: not any(one.live for one in pool.streams.health()))
    pool.work.defect = None
    time.sleep(0.3)

    pool.step()

    within(lambda: len(pool.gaps()) == 2)
    assert pool.gaps()[1] >= 300
    (health,) = pool.streams.health()
    assert (health.live, health.connects) == (True, 2)


def test_a_thread_that_dies_again_and_again_tries_ever_later(host: StreamHost, pool: Pool) -> None:
    pool.work.defect = RuntimeError("a defect")
    host.say(json.dumps(CLOSED).encode())

    begun = time.monotonic()
    while time.monotonic() - begun < 0.5:
        pool.step()
        time.sleep(0.01)

    # Ten connections may be made at once: what is fewer was put off by the stream itself.
    (health,) = pool.streams.health()
    assert 3 <= health.connects <= 9


def test_a_thread_that_is_not_wanted_any_more_is_not_replaced(host: StreamHost, pool: Pool) -> None:
    pool.work.defect = RuntimeError("a defect")
    host.say(json.dumps(CLOSED).encode())
    within(lambda: not any(one.live for one in pool.streams.health()))
    pool.accounts, pool.topics = [], []

    pool.step()

    assert pool.streams.health() == []


def test_a_thread_that_lives_is_left_alone(pool: Pool) -> None:
    pool.step()
    time.sleep(0.2)

    (health,) = pool.streams.health()
    assert (health.live, health.connects) == (True, 1)


@pytest.mark.parametrize("pool", ["public"], indirect=True)
@pytest.mark.parametrize("data", [5, True, "rows", {"confirm": True}, None])
def test_candles_that_are_no_list_are_poison_and_end_nothing(host: StreamHost, pool: Pool, data: object) -> None:
    host.say(json.dumps({"topic": TOPIC, "data": data}).encode())
    host.say(json.dumps(CLOSED).encode())

    within(lambda: pool.work.counts.poison == 1)
    within(lambda: "candle" in {message.kind for message in pool.inbox.of("run-1")})
    (health,) = pool.streams.health()
    assert (health.live, health.connects) == (True, 1)
