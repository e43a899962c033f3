from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from functions.sidecar.work_queue import Job, Timetable, WorkQueue


@pytest.fixture
def work() -> Iterator[WorkQueue]:
    queue = WorkQueue(workers=3)
    queue.start()
    yield queue
    queue.stop(1)


def finished(work: WorkQueue, jobs: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if work.counts.done + work.counts.poison + work.counts.lost >= jobs:
            return True
        time.sleep(0.005)
    return False


def test_jobs_of_one_key_are_done_in_order(work: WorkQueue) -> None:
    done: list[int] = []

    for number in range(200):
        work.put("stream", Job(lambda number=number: done.append(number)))  # type: ignore[misc]  # bound now

    assert finished(work, 200)
    assert done == list(range(200))


def test_a_poison_job_is_counted_and_does_not_stop_the_next(work: WorkQueue) -> None:
    def poison() -> None:
        raise KeyError("orderId")

    work.put("stream", Job(poison, (KeyError,)))
    work.put("stream", Job(lambda: None))

    assert finished(work, 2)
    assert (work.counts.poison, work.counts.done) == (1, 1)


def test_a_failing_store_is_tried_again(work: WorkQueue) -> None:
    failures = [ConnectionError("away"), ConnectionError("away")]

    def deliver() -> None:
        if failures:
            raise failures.pop()

    work.put("stream", Job(deliver))

    assert finished(work, 1)
    assert work.counts.done == 1


def test_a_job_that_never_succeeds_is_told_as_lost(work: WorkQueue) -> None:
    told = threading.Event()

    def deliver() -> None:
        raise ConnectionError("away")

    work.put("stream", Job(deliver, lost=told.set))

    assert told.wait(5)
    assert work.counts.lost == 1


def test_a_full_queue_says_so() -> None:
    idle = WorkQueue(workers=1, capacity=2)

    accepted = [idle.put("stream", Job(lambda: None)) for _ in range(3)]

    assert accepted == [True, True, False]


def test_calls_for_later_come_in_their_order(work: WorkQueue) -> None:
    called: list[str] = []
    timetable = Timetable(work)
    timetable.start()

    timetable.after(80, "run", lambda: called.append("second"))
    timetable.after(10, "run", lambda: called.append("first"))

    assert finished(work, 2)
    assert called == ["first", "second"]
    timetable.stop()


def test_stopping_does_at_once_what_was_for_later() -> None:
    called = threading.Event()
    work = WorkQueue(workers=1)
    work.start()
    timetable = Timetable(work)
    timetable.start()
    timetable.after(60_000, "run", called.set)

    timetable.stop()
    work.stop(1)

    assert called.is_set()
