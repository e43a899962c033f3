"""Work done away from the streams' threads: bounded queues with a worker each, and calls for later.

Jobs of one key (a stream) are done in order by one worker: a position's states must not overtake each other.

A worker never dies of its work: what fails is tried again a few times and then counted as lost, and the loss is told,
so that the runs concerned read the exchange instead.
"""

from __future__ import annotations

import heapq
import logging
import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from zlib import crc32

from chalicelib.observability import lines_about

_LOG = logging.getLogger(__name__)
CAPACITY = 10_000
_TRIES = 4
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do. ``poison`` are the errors that trying again cannot mend; ``lost`` is told of a loss.

    ``about`` are the ids that the lines about it carry, beside those that the call itself adds.
    """

    call: Callable[[], None]
    poison: tuple[type[Exception], ...] = ()
    lost: Callable[[], None] | None = None
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Counts:
    """What became of the jobs."""

    done: int = 0
    poison: int = 0
    lost: int = 0


class WorkQueue:
    """Workers, each with a bounded queue of its own."""

    def __init__(self, workers: int, capacity: int = CAPACITY) -> None:
        self._queues: list[queue.Queue[Job | None]] = [queue.Queue(capacity) for _ in range(workers)]
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(jobs,), name=f"worker {number}", daemon=True)
            for number, jobs in enumerate(self._queues)
        ]
        self.counts = Counts()

    def start(self) -> None:
        """Starts the workers."""
        for thread in self._threads:
            thread.start()

    def put(self, key: str, job: Job) -> bool:
        """Adds a job behind the others of its key; False when that queue is full."""
        try:
            self._queues[crc32(key.encode()) % len(self._queues)].put_nowait(job)
        except queue.Full:
            return False
        return True

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return sum(jobs.qsize() for jobs in self._queues)

    def stop(self, within_seconds: float) -> None:
        """Finishes what waits, as far as the time allows."""
        deadline = monotonic() + within_seconds
        for jobs in self._queues:
            try:
                jobs.put(None, timeout=max(0.0, deadline - monotonic()))
            except queue.Full:
                continue
        for thread in self._threads:
            thread.join(max(0.0, deadline - monotonic()))
        self._stopping.set()

    def _work(self, jobs: queue.Queue[Job | None]) -> None:
        while (job := jobs.get()) is not None:
            self._do(job)

    def _do(self, job: Job) -> None:
        for attempt in range(_TRIES):
            lines_about(**job.about)
            try:
                job.call()
            except job.poison as error:
                self.counts.poison += 1
                _LOG.warning("poison message", extra={"error": type(error).__name__, "reason": str(error)})
                return
            except Exception as error:  # noqa: BLE001  # whatever the store raises, a dead worker is a deaf bot
                _LOG.warning("delivery failed", extra={"error": type(error).__name__, "attempt": attempt})
                if self._stopping.wait(_PAUSE_SECONDS * 2**attempt):
                    break
            else:
                self.counts.done += 1
                return
        self.counts.lost += 1
        if job.lost is not None:
            job.lost()


@dataclass(order=True, slots=True)
class _Later:
    at: float
    number: int
    key: str = field(compare=False)
    call: Callable[[], None] = field(compare=False)


class Timetable:
    """``DelayedCalls``: puts jobs into the work queue when their time has come."""

    def __init__(self, work: WorkQueue) -> None:
        self._work = work
        self._heap: list[_Later] = []
        self._numbers = count()
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timetable", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def after(self, delay_ms: int, key: str, call: Callable[[], None]) -> None:
        """Calls ``call`` once, in the worker of ``key``, about ``delay_ms`` from now."""
        with self._changed:
            heapq.heappush(self._heap, _Later(monotonic() + delay_ms / 1000, next(self._numbers), key, call))
            self._changed.notify()

    def stop(self) -> None:
        """Does at once what was for later, and ends."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join(1)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not self._is_due():
                    self._changed.wait(self._heap[0].at - monotonic() if self._heap else None)
                due: list[_Later] = []
                while self._heap and (self._stopped or self._is_due()):
                    due.append(heapq.heappop(self._heap))
                ended = self._stopped
            for later in due:
                self._work.put(later.key, Job(later.call))
            if ended:
                return

    def _is_due(self) -> bool:
        return bool(self._heap) and self._heap[0].at <= monotonic()
