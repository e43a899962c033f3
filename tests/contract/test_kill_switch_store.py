"""The kill switches' store and its fake: engaged once, read together, fail closed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.adapters.dynamodb.kill_switch import DynamoKillSwitch
from chalicelib.adapters.dynamodb.run_tables import SlotItem
from chalicelib.domain.runtime.halt import Halt, HaltMode
from chalicelib.run_ports import KillState, KillSwitch
from tests.contract.moto_aws import moto_aws
from tests.fakes.memory_switches import MemoryKillSwitch
from tests.fakes.virtual_clock import VirtualClock

FIRST, SECOND = KillState("First", 1_000, "ann"), KillState("Second", 2_000, "bob")
BLOCKING = KillState("Strange", 500, "run r", HaltMode.BLOCK)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def aws() -> Iterator[None]:
    """An AWS without any table."""
    with moto_aws(missing=(SlotItem,)):
        yield


@pytest.fixture(params=["fake", "dynamodb"])
def switch(request: pytest.FixtureRequest, aws: None, clock: VirtualClock) -> KillSwitch:
    if request.param == "fake":
        return MemoryKillSwitch()
    SlotItem.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    return DynamoKillSwitch(clock)


def test_nothing_is_engaged_at_first(switch: KillSwitch) -> None:
    assert (switch.engaged("w"), switch.state("w"), switch.state(None)) == (None, None, None)


def test_a_workspaces_switch_concerns_it_alone(switch: KillSwitch) -> None:
    switch.engage("w", FIRST)

    assert (switch.engaged("w"), switch.engaged("other")) == (FIRST.halt, None)
    assert (switch.state("w"), switch.state("other"), switch.state(None)) == (FIRST, None, None)


def test_the_platforms_switch_concerns_everybody(switch: KillSwitch) -> None:
    switch.engage(None, FIRST)

    assert (switch.engaged("w"), switch.engaged("other")) == (FIRST.halt, FIRST.halt)
    assert (switch.state(None), switch.state("w")) == (FIRST, None)


def test_an_engaged_switch_keeps_its_first_reason(switch: KillSwitch) -> None:
    switch.engage("w", FIRST)
    switch.engage("w", SECOND)

    assert switch.state("w") == FIRST


def test_who_wants_to_flatten_overrides_a_switch_that_only_blocks(switch: KillSwitch) -> None:
    switch.engage("w", BLOCKING)
    switch.engage("w", SECOND)
    switch.engage("w", BLOCKING)

    assert switch.state("w") == SECOND


def test_of_two_engaged_switches_the_graver_one_holds(switch: KillSwitch) -> None:
    switch.engage(None, BLOCKING)
    switch.engage("w", SECOND)

    assert (switch.engaged("w"), switch.engaged("other")) == (SECOND.halt, BLOCKING.halt)


def test_releasing_one_switch_leaves_the_other(switch: KillSwitch) -> None:
    switch.engage("w", FIRST)
    switch.engage(None, SECOND)

    switch.release("w")

    assert (switch.engaged("w"), switch.state("w")) == (SECOND.halt, None)


def test_releasing_a_released_switch_is_fine(switch: KillSwitch) -> None:
    switch.release("w")

    assert switch.engaged("w") is None


def test_what_another_process_engages_is_seen_within_a_second(aws: None, clock: VirtualClock) -> None:
    SlotItem.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    here, there = DynamoKillSwitch(clock), DynamoKillSwitch(clock)
    assert here.engaged("w") is None

    there.engage("w", FIRST)
    clock.advance(1_000)

    assert here.engaged("w") == FIRST.halt


def test_an_item_written_by_hand_flattens(aws: None, clock: VirtualClock) -> None:
    SlotItem.create_table(billing_mode="PAY_PER_REQUEST", wait=True)
    SlotItem("kill#platform", reason="By hand", engaged_ms=1).save()

    assert DynamoKillSwitch(clock).engaged("w") == Halt("By hand", HaltMode.FLATTEN)


def test_a_switch_that_cannot_be_read_blocks_and_closes_nothing(aws: None, clock: VirtualClock) -> None:
    unreadable = DynamoKillSwitch(clock)

    state = unreadable.state("w")

    assert unreadable.engaged("w") == Halt("kill switch unreadable", HaltMode.BLOCK)
    assert state is not None
    assert state.halt == unreadable.engaged("w")
