"""The lease algorithm on a fake store and a virtual clock."""

from __future__ import annotations

from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.streams.leases import ShardRow, assign
from chalicelib.services.sidecar.hold_shards import ShardHolder
from tests.unit.bybit.fakes import FakeClock
from tests.unit.sidecar.fakes import FakeLeaseStore

WANTED = tuple(f"private/w/{number}" for number in range(10))
TASKS = st.frozensets(st.sampled_from(["task-1", "task-2", "task-3", "task-4"]), min_size=1)
NAMES = st.lists(st.sampled_from([f"shard-{number}" for number in range(30)]), unique=True).map(sorted)


def run_for(seconds: int, clock: FakeClock, *holders: ShardHolder) -> None:
    """Steps the holders once a second, as the sidecar does."""
    for _ in range(seconds):
        for holder in holders:
            holder.step(WANTED)
        clock.time_ms += 1_000


def test_a_single_task_takes_everything_at_its_first_step() -> None:
    holder = ShardHolder("task-1", FakeLeaseStore(), FakeClock())

    assert holder.step(WANTED) == frozenset(WANTED)


def test_two_tasks_share_the_work_and_nothing_is_held_twice() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    first, second = ShardHolder("task-1", store, clock), ShardHolder("task-2", store, clock)

    run_for(20, clock, first, second)

    assert len(first.held) == len(second.held) == 5
    assert first.held | second.held == frozenset(WANTED)


def test_a_killed_tasks_shards_are_taken_over_within_fifteen_seconds() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    first, second = ShardHolder("task-1", store, clock), ShardHolder("task-2", store, clock)
    run_for(20, clock, first, second)

    seconds = 0
    while second.held != frozenset(WANTED):
        run_for(1, clock, second)
        seconds += 1

    assert seconds <= 15


def test_a_task_that_leaves_in_order_hands_over_within_seconds() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    first, second = ShardHolder("task-1", store, clock), ShardHolder("task-2", store, clock)
    run_for(20, clock, first, second)

    first.leave()
    run_for(4, clock, second)

    assert second.held == frozenset(WANTED)


def test_a_restarted_task_does_not_wait_for_one_that_died_long_ago() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    ShardHolder("task-1", store, clock).step(WANTED)
    clock.time_ms += 60_000

    assert ShardHolder("task-2", store, clock).step(WANTED) == frozenset(WANTED)


def test_a_task_whose_clock_is_wrong_is_judged_by_its_moving_heartbeat() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    behind = FakeClock(clock.time_ms - 3_600_000)
    first, second = ShardHolder("task-1", store, behind), ShardHolder("task-2", store, clock)

    for _ in range(30):
        first.step(WANTED)
        second.step(WANTED)
        clock.time_ms += 1_000
        behind.time_ms += 1_000

    assert second.alive == {"task-1", "task-2"}
    assert len(first.held) == len(second.held) == 5


def test_each_change_of_owner_raises_the_epoch() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    ShardHolder("task-1", store, clock).step(WANTED)
    clock.time_ms += 60_000
    ShardHolder("task-2", store, clock).step(WANTED)

    assert {row.epoch for row in store.shards.values()} == {2}


def test_a_task_that_was_taken_for_dead_lets_go_when_it_sees_the_new_owner() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    frozen, other = ShardHolder("task-1", store, clock), ShardHolder("task-2", store, clock)
    frozen.step(WANTED)
    run_for(20, clock, other)

    frozen.step(WANTED)

    assert frozen.held.isdisjoint(other.held)


def test_a_shard_that_nobody_needs_is_released() -> None:
    store = FakeLeaseStore()
    holder = ShardHolder("task-1", store, FakeClock())
    holder.step(WANTED)

    held = holder.step(WANTED[:1])

    assert held == frozenset(WANTED[:1])
    assert {row.owner for row in store.shards.values()} == {"", "task-1"}


def test_a_new_shard_is_claimed_at_once_between_two_readings() -> None:
    clock, store = FakeClock(), FakeLeaseStore()
    holder = ShardHolder("task-1", store, clock)
    holder.step(())
    clock.time_ms += 1_000

    assert holder.step(WANTED[:1]) == frozenset(WANTED[:1])


def test_an_idle_task_writes_one_heartbeat_every_three_seconds() -> None:
    clock, store = FakeClock(), FakeLeaseStore()

    run_for(30, clock, ShardHolder("task-1", store, clock))

    assert store.beats == 10


@given(NAMES, TASKS)
def test_every_shard_has_one_living_owner_and_shares_are_fair(names: list[str], alive: frozenset[str]) -> None:
    target = assign(names, {}, alive)

    loads = [list(target.values()).count(task) for task in alive]
    assert sorted(target) == names
    assert max(loads, default=0) <= ceil(len(names) / len(alive))


@given(NAMES, TASKS)
def test_a_fair_assignment_is_left_as_it_is(names: list[str], alive: frozenset[str]) -> None:
    target = assign(names, {}, alive)

    assert assign(names, target, alive) == target


@given(NAMES, TASKS, st.sampled_from(["task-1", "task-2", "task-3", "task-4"]))
def test_when_a_task_dies_the_others_keep_what_they_hold(names: list[str], alive: frozenset[str], dead: str) -> None:
    target = assign(names, {}, alive)
    left = alive - {dead}

    if left:
        after = assign(names, target, left)
        assert all(after[name] == owner for name, owner in target.items() if owner in left)


def test_a_claim_on_a_row_that_has_changed_is_lost() -> None:
    store = FakeLeaseStore()
    store.claim("a", None, "task-1")

    assert store.claim("a", ShardRow("a", "task-9", 1), "task-2") is None
