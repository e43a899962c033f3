"""Who listens to what: the pure part of the lease algorithm.

Every task writes one heartbeat row and reads the rows of all. A task is alive while its heartbeat moves. From the same
view every task computes the same assignment, so they agree without talking: shards stay where they are while that is
fair, and what has no living owner goes to the task that a hash prefers among those with room. A claim is a conditional
write on (owner, epoch): of two tasks with different views one wins. The epoch counts owners; messages carry ids of the
exchange, so even two tasks that both listen for a moment deliver everything once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil

BEAT_EVERY_MS = 3_000
DEAD_AFTER_MS = 9_000
# A task this young takes what is free, and is given nothing that another holds.
SETTLED_AFTER_MS = 6_000


@dataclass(frozen=True, slots=True)
class ShardRow:
    """A shard's lease as stored. ``owner`` is "" when it was released."""

    name: str
    owner: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A task's row: ``beat`` counts up, ``at_ms`` is the task's own clock when it wrote."""

    task: str
    beat: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class LeaseView:
    """All rows at one reading."""

    tasks: tuple[Heartbeat, ...] = ()
    shards: tuple[ShardRow, ...] = ()


@dataclass(slots=True)
class Membership:
    """Which tasks live, judged by whether their heartbeat moves: clocks of different machines are not compared.

    Except once: a heartbeat that is old when first seen belongs to a task that died before we started.
    """

    _beats: dict[str, tuple[int, int]] = field(default_factory=dict)
    _first_seen: dict[str, int] = field(default_factory=dict)

    def observe(self, tasks: Iterable[Heartbeat], now_ms: int) -> None:
        """Takes over a reading; tasks whose rows are gone are forgotten."""
        seen = {row.task: row for row in tasks}
        for task, row in seen.items():
            known = self._beats.get(task)
            if known is None:
                self._beats[task] = (row.beat, min(now_ms, max(row.at_ms, now_ms - DEAD_AFTER_MS)))
                self._first_seen[task] = now_ms
            elif known[0] != row.beat:
                self._beats[task] = (row.beat, now_ms)
        for task in set(self._beats) - set(seen):
            del self._beats[task], self._first_seen[task]

    def alive(self, now_ms: int) -> frozenset[str]:
        """Tasks whose heartbeat moved within the last nine seconds."""
        return frozenset(task for task, (_, moved) in self._beats.items() if now_ms - moved < DEAD_AFTER_MS)

    def settled(self, now_ms: int) -> frozenset[str]:
        """Living tasks that have been here for a while."""
        return frozenset(task for task in self.alive(now_ms) if now_ms - self._first_seen[task] >= SETTLED_AFTER_MS)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a task should do now. ``claim`` pairs each shard with the row it expects to find (None: no row)."""

    claim: tuple[tuple[str, ShardRow | None], ...] = ()
    release: tuple[ShardRow, ...] = ()


def plan(
    me: str, wanted: Iterable[str], rows: Mapping[str, ShardRow], alive: frozenset[str], settled: frozenset[str]
) -> Plan:
    """What ``me`` claims and releases, given the wanted shards, their rows and the living tasks."""
    names = sorted(wanted)
    target = assign(names, {name: row.owner for name, row in rows.items()}, alive | {me})
    claim = tuple((name, rows.get(name)) for name in names if target[name] == me and _free(rows.get(name), me, alive))
    release = tuple(
        rows[name]
        for name in names
        if name in rows and rows[name].owner == me and target[name] != me and target[name] in settled
    )
    abandoned = tuple(row for name, row in rows.items() if row.owner == me and name not in target)
    return Plan(claim, release + abandoned)


def assign(names: list[str], owners: Mapping[str, str], alive: frozenset[str]) -> dict[str, str]:
    """One owner for each shard: fair to within one, and as little moved as that allows. ``alive`` is not empty."""
    most = ceil(len(names) / len(alive))
    target: dict[str, str] = {}
    load = dict.fromkeys(alive, 0)
    for name in names:
        owner = owners.get(name, "")
        if owner in alive and load[owner] < most:
            target[name] = owner
            load[owner] += 1
    for name in names:
        if name not in target:
            owner = max((task for task in alive if load[task] < most), key=lambda task: _preference(task, name))
            target[name] = owner
            load[owner] += 1
    return target


def _preference(task: str, name: str) -> bytes:
    return hashlib.sha256(f"{task}\n{name}".encode()).digest()


def _free(row: ShardRow | None, me: str, alive: frozenset[str]) -> bool:
    return row is None or (row.owner != me and row.owner not in alive)
