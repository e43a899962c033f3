"""Fakes of what the sidecar needs: a lease store with DynamoDB's conditions, an inbox, runs."""

from __future__ import annotations

import threading
from collections import defaultdict
from itertools import count

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.messages import Message
from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.domain.streams.leases import Heartbeat, LeaseView, ShardRow
from chalicelib.run_ports import Pending


class FakeLeaseStore:
    """Rows in memory; a claim succeeds only on the row that was expected."""

    def __init__(self) -> None:
        self.tasks: dict[str, Heartbeat] = {}
        self.shards: dict[str, ShardRow] = {}
        self.beats = 0

    def beat(self, heartbeat: Heartbeat) -> None:
        self.beats += 1
        self.tasks[heartbeat.task] = heartbeat

    def read(self) -> LeaseView:
        return LeaseView(tuple(self.tasks.values()), tuple(self.shards.values()))

    def claim(self, name: str, expected: ShardRow | None, owner: str) -> ShardRow | None:
        if self.shards.get(name) != expected:
            return None
        self.shards[name] = ShardRow(name, owner, 1 if expected is None else expected.epoch + 1)
        return self.shards[name]

    def release(self, row: ShardRow) -> None:
        if self.shards.get(row.name) == row:
            self.shards[row.name] = ShardRow(row.name, "", row.epoch)

    def forget(self, task: str) -> None:
        self.tasks.pop(task, None)


class FakeInbox:
    """Keeps what was posted, once by id, for each run. ``fail_after`` is how many posts it takes before it breaks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.messages: dict[str, dict[str, Message]] = defaultdict(dict)
        self.posts = 0
        self.rung: list[str] = []
        self.broken = False
        self.fail_after: int | None = None

    def post(self, run_id: str, message: Message) -> bool:
        if self.broken or (self.fail_after is not None and self.posts >= self.fail_after):
            raise ConnectionError("the store is away")
        with self._lock:
            self.posts += 1
            self.messages[run_id].setdefault(message.message_id, message)
        return True

    def ring(self, run_id: str) -> bool:
        self.rung.append(run_id)
        return True

    def pending(self, run_id: str, limit: int) -> Pending:
        raise NotImplementedError

    def park(self, run_id: str, token: str, rings: int) -> bool:
        raise NotImplementedError

    def of(self, run_id: str) -> list[Message]:
        with self._lock:
            return list(self.messages[run_id].values())


class CountingIds:
    """1, 2, 3 …"""

    def __init__(self) -> None:
        self._numbers = count(1)

    def ulid(self) -> str:
        return f"{next(self._numbers):026d}"

    def secret(self) -> str:
        return self.ulid()


def active_run(
    run_id: str = "run-1",
    *,
    connection_id: str = "connection-1",
    symbol: str = "BTCUSDT",
    intervals: tuple[Interval, ...] = (Interval.M1,),
) -> ActiveRun:
    """A run of workspace-1."""
    return ActiveRun(run_id, "workspace-1", connection_id, symbol, intervals)
