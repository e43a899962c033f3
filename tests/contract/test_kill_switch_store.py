"""The kill switches' store and its fake: engaged once, read together, fail closed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from moto import mock_aws

from chalicelib.adapters.dynamodb.binding import bind
from chalicelib.adapters.dynamodb.kill_switch import DynamoKillSwitch
from chalicelib.adapters.dynamodb.run_tables import SlotItem
from chalicelib.run_ports import KillState, KillSwitch
from tests.fakes.memory_switches import MemoryKillSwitch
from tests.fakes.virtual_clock import VirtualClock

_prefixes = count(1)
FIRST, SECOND = KillState("First", 1_000, "ann"), KillState("Second", 2_000, "bob")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS without any table."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        bind(SlotItem, f"switches{next(_prefixes)}")
        yield


@pytest.fixture(params=["fake", "dynamodb"])
def switch(request: pytest.FixtureRequest, aws: None, clock: VirtualClock) -> KillSwitch:
    if request.param == "fake":
        return MemoryKillSwitch()
    SlotItem.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    return DynamoKillSwitch(clock)


def test_nothing_is_engaged_at_first(switch: KillSwitch) -> None:
    assert (switch.engaged("w"), switch.state("w"), switch.state(None)) == ("", None, None)


def test_a_workspaces_switch_concerns_it_alone(switch: KillSwitch) -> None:
    switch.engage("w", FIRST)

    assert (switch.engaged("w"), switch.engaged("other")) == ("First", "")
    assert (switch.state("w"), switch.state("other"), switch.state(None)) == (FIRST, None, None)


def test_the_platforms_switch_concerns_everybody(switch: KillSwitch) -> None:
    switch.engage(None, FIRST)

    assert (switch.engaged("w"), switch.engaged("other")) == ("First", "First")
    assert (switch.state(None), switch.state("w")) == (FIRST, None)


def test_an_engaged_switch_keeps_its_first_reason(switch: KillSwitch) -> None:
    switch.engage("w", FIRST)
    switch.engage("w", SECOND)

    assert switch.state("w") == FIRST


def test_releasing_one_switch_leaves_the_other(switch: KillSwitch) -> None:
    switch.engage("w", FIRST)
    switch.engage(None, SECOND)

    switch.release("w")

    assert (switch.engaged("w"), switch.state("w")) == ("Second", None)


def test_releasing_a_released_switch_is_fine(switch: KillSwitch) -> None:
    switch.release("w")

    assert switch.engaged("w") == ""


def test_what_another_process_engages_is_seen_within_a_second(aws: None, clock: VirtualClock) -> None:
    SlotItem.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    here, there = DynamoKillSwitch(clock), DynamoKillSwitch(clock)
    assert here.engaged("w") == ""

    there.engage("w", FIRST)
    clock.advance(1_000)

    assert here.engaged("w") == "First"


def test_a_switch_that_cannot_be_read_is_engaged(aws: None, clock: VirtualClock) -> None:
    unreadable = DynamoKillSwitch(clock)

    state = unreadable.state("w")

    assert unreadable.engaged("w") == "kill switch unreadable"
    assert state is not None
    assert state.reason == "kill switch unreadable"
