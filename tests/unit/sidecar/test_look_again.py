"""Runs that hold something are woken before their account was last read a minute ago."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.services.sidecar.look_again import REPEAT_MS, LookAgain
from tests.fakes.virtual_clock import VirtualClock
from tests.unit.sidecar.fakes import FakeInbox, active_run

DUE = 1_700_000_000_000


@pytest.fixture
def inbox() -> FakeInbox:
    return FakeInbox()


def test_a_run_is_rung_when_its_time_has_come_and_not_before(inbox: FakeInbox) -> None:
    clock = VirtualClock(DUE - 1)
    look, run = LookAgain(inbox, clock), replace(active_run("run-1"), look_ms=DUE)
    look([run])
    assert inbox.rung == []

    clock.advance(1)
    look([run])

    assert inbox.rung == ["run-1"]


def test_a_run_that_holds_nothing_is_left_in_peace(inbox: FakeInbox) -> None:
    LookAgain(inbox, VirtualClock(DUE))([active_run("run-1")])

    assert inbox.rung == []


def test_a_run_is_rung_once_until_it_has_looked_or_a_minute_has_passed(inbox: FakeInbox) -> None:
    clock = VirtualClock(DUE)
    look, run = LookAgain(inbox, clock), replace(active_run("run-1"), look_ms=DUE)
    for _ in range(10):
        look([run])
        clock.advance(1_000)
    assert inbox.rung == ["run-1"]

    clock.advance(REPEAT_MS)
    look([run])

    assert inbox.rung == ["run-1", "run-1"]


def test_a_run_that_has_looked_is_rung_for_its_next_time(inbox: FakeInbox) -> None:
    clock = VirtualClock(DUE)
    look, run = LookAgain(inbox, clock), replace(active_run("run-1"), look_ms=DUE)
    look([run])

    clock.advance(58_000)
    look([replace(run, look_ms=DUE + 58_000)])

    assert inbox.rung == ["run-1", "run-1"]
