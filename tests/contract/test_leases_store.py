"""The lease store and its fake keep to the same conditions; audit rows on the real table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.adapters.dynamodb.audit import AuditItem, DynamoAudit
from chalicelib.adapters.dynamodb.leases import DynamoLeases, LeaseItem
from chalicelib.domain.streams.leases import Heartbeat, ShardRow
from chalicelib.services.sidecar.hold_shards import ShardHolder
from chalicelib.stream_ports import LeaseStore
from tests.contract.moto_aws import moto_aws
from tests.unit.bybit.fakes import FakeClock
from tests.unit.sidecar.fakes import CountingIds, FakeLeaseStore


@pytest.fixture
def tables() -> Iterator[None]:
    with moto_aws(LeaseItem, AuditItem):
        yield


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest, tables: None) -> LeaseStore:
    return FakeLeaseStore() if request.param == "fake" else DynamoLeases()


def test_a_free_shard_is_claimed_with_epoch_one(store: LeaseStore) -> None:
    assert store.claim("a", None, "task-1") == ShardRow("a", "task-1", 1)


def test_a_shard_that_another_took_first_is_not_claimed(store: LeaseStore) -> None:
    store.claim("a", None, "task-1")

    assert store.claim("a", None, "task-2") is None


def test_a_claim_on_an_old_view_is_lost(store: LeaseStore) -> None:
    first = store.claim("a", None, "task-1")
    store.claim("a", first, "task-2")

    assert store.claim("a", first, "task-3") is None


def test_a_release_keeps_the_epoch_and_clears_the_owner(store: LeaseStore) -> None:
    row = store.claim("a", None, "task-1")
    assert row is not None

    store.release(row)

    assert store.read().shards == (ShardRow("a", "", 1),)


def test_a_released_shard_is_claimed_with_the_next_epoch(store: LeaseStore) -> None:
    row = store.claim("a", None, "task-1")
    assert row is not None
    store.release(row)

    assert store.claim("a", ShardRow("a", "", 1), "task-2") == ShardRow("a", "task-2", 2)


def test_a_release_of_what_is_no_longer_ours_changes_nothing(store: LeaseStore) -> None:
    row = store.claim("a", None, "task-1")
    assert row is not None
    store.claim("a", row, "task-2")

    store.release(row)

    assert store.read().shards == (ShardRow("a", "task-2", 2),)


def test_heartbeats_are_read_back_and_forgotten(store: LeaseStore) -> None:
    store.beat(Heartbeat("task-1", 1, 1_000))
    store.beat(Heartbeat("task-1", 2, 4_000))
    during = store.read().tasks

    store.forget("task-1")

    assert during == (Heartbeat("task-1", 2, 4_000),)
    assert store.read().tasks == ()


def test_two_tasks_share_the_work_on_this_store(store: LeaseStore) -> None:
    clock = FakeClock()
    first, second = ShardHolder("task-1", store, clock), ShardHolder("task-2", store, clock)
    wanted = ("a", "b", "c", "d")

    for _ in range(20):
        first.step(wanted)
        second.step(wanted)
        clock.time_ms += 1_000

    assert first.held | second.held == set(wanted)
    assert len(first.held) == len(second.held) == 2


def test_an_audit_row_is_added_for_each_act(tables: None) -> None:
    audit = DynamoAudit(FakeClock(), CountingIds())

    audit.record("workspace-1", "decrypt", "tick", "connection-1", "place_order")
    audit.record("workspace-1", "decrypt", "sidecar", "connection-1", "sign_stream")

    rows = list(AuditItem.query("workspace-1"))
    assert [(row.action, row.actor, row.subject, row.detail) for row in rows] == [
        ("decrypt", "tick", "connection-1", "place_order"),
        ("decrypt", "sidecar", "connection-1", "sign_stream"),
    ]
