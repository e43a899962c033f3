"""Keeps a task's heartbeat going and its hold on shards up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chalicelib.domain.streams.leases import BEAT_EVERY_MS, Heartbeat, Membership, ShardRow, plan
from chalicelib.ports import Clock
from chalicelib.stream_ports import LeaseStore


class ShardHolder:
    """One task's leases. Not for several threads."""

    def __init__(
        self, task: str, store: LeaseStore, clock: Clock, touching: Callable[[str], None] = lambda name: None
    ) -> None:
        """``touching`` is told the name of each shard before its lease is claimed or released."""
        self.task = task
        self._touching = touching
        self._store = store
        self._clock = clock
        self._members = Membership()
        self._beat = 0
        self._read_ms: int | None = None
        self._rows: dict[str, ShardRow] = {}

    @property
    def held(self) -> frozenset[str]:
        """Names of the shards that this task holds, as far as it knows."""
        return frozenset(name for name, row in self._rows.items() if row.owner == self.task)

    @property
    def alive(self) -> frozenset[str]:
        """The living tasks."""
        return self._members.alive(self._clock.now_ms())

    def step(self, wanted: Iterable[str]) -> frozenset[str]:
        """Beats and reads when it is time, then claims and releases; returns what is held now.

        Errors of the store pass through: what was held stays held, for a deaf task helps nobody and a message
        delivered by two tasks is still delivered once.
        """
        now = self._clock.now_ms()
        if self._read_ms is None or now - self._read_ms >= BEAT_EVERY_MS:
            self._beat += 1
            self._store.beat(Heartbeat(self.task, self._beat, now))
            view = self._store.read()
            self._members.observe(view.tasks, now)
            self._rows = {row.name: row for row in view.shards}
            self._read_ms = now
        todo = plan(self.task, wanted, self._rows, self._members.alive(now), self._members.settled(now))
        for row in todo.release:
            self._touching(row.name)
            self._store.release(row)
            self._rows[row.name] = ShardRow(row.name, "", row.epoch)
        for name, expected in todo.claim:
            self._touching(name)
            taken = self._store.claim(name, expected, self.task)
            if taken is None:
                self._read_ms = None  # somebody was faster: look again at the next step
            else:
                self._rows[name] = taken
        return self.held

    def leave(self) -> None:
        """Releases everything and removes the heartbeat: the others take over within seconds."""
        for name in self.held:
            self._touching(name)
            self._store.release(self._rows[name])
            self._rows[name] = ShardRow(name, "", self._rows[name].epoch)
        self._store.forget(self.task)
