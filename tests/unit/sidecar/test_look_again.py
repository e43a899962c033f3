"""Runs that hold something are woken before their account was last read a minute ago, by a candle or without one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.market.interval import Interval
from chalicelib.ports import ExchangeUnavailable
from chalicelib.services.sidecar.look_again import CANDLE_AHEAD_MS, CANDLE_LATE_MS, REPEAT_MS, LookAgain
from tests.fakes.virtual_clock import VirtualClock
from tests.unit.sidecar.fakes import FakeInbox, active_run

# Twenty seconds into a minute: no candle closes near it.
DUE = 1_700_000_000_000
MINUTE = DUE + 40_000


def at_once(run_id: str) -> int:
    """A candle wakes every run the moment it closes."""
    return 0


@pytest.fixture
def inbox() -> FakeInbox:
    return FakeInbox()


def test_a_run_is_rung_when_its_time_has_come_and_not_before(inbox: FakeInbox) -> None:
    clock = VirtualClock(DUE - 1)
    look, run = LookAgain(inbox, clock, at_once), replace(active_run("run-1"), look_ms=DUE)
    look([run])
    assert inbox.rung == []

    clock.advance(1)
    look([run])

    assert inbox.rung == ["run-1"]


def test_a_run_that_holds_nothing_is_left_in_peace(inbox: FakeInbox) -> None:
    LookAgain(inbox, VirtualClock(DUE), at_once)([active_run("run-1")])

    assert inbox.rung == []


def test_a_run_is_rung_once_until_it_has_looked_or_a_minute_has_passed(inbox: FakeInbox) -> None:
    clock = VirtualClock(DUE)
    look, run = LookAgain(inbox, clock, at_once), replace(active_run("run-1"), look_ms=DUE)
    for _ in range(10):
        look([run])
        clock.advance(1_000)
    assert inbox.rung == ["run-1"]

    clock.advance(REPEAT_MS)
    look([run])

    assert inbox.rung == ["run-1", "run-1"]


def test_a_run_that_has_looked_is_rung_for_its_next_time(inbox: FakeInbox) -> None:
    clock = VirtualClock(DUE)
    look, run = LookAgain(inbox, clock, at_once), replace(active_run("run-1"), look_ms=DUE)
    look([run])

    clock.advance(58_000)
    look([replace(run, look_ms=DUE + 58_000)])

    assert inbox.rung == ["run-1", "run-1"]


def test_a_candle_that_is_about_to_wake_the_run_is_left_to_bring_the_look(inbox: FakeInbox) -> None:
    due = MINUTE - 1_500
    clock = VirtualClock(due)
    look, run = LookAgain(inbox, clock, at_once), replace(active_run("run-1"), look_ms=due)
    look([run])
    clock.now = MINUTE + CANDLE_LATE_MS - 1
    look([run])
    assert inbox.rung == []

    look([replace(run, look_ms=clock.now + 58_000)])
    assert inbox.rung == []


def test_a_run_whose_candle_does_not_come_is_rung_seconds_later(inbox: FakeInbox) -> None:
    clock = VirtualClock(MINUTE - CANDLE_AHEAD_MS)
    look, run = LookAgain(inbox, clock, at_once), replace(active_run("run-1"), look_ms=MINUTE - CANDLE_AHEAD_MS)
    while not inbox.rung:
        look([run])
        clock.advance(500)

    assert clock.now - 500 - run.look_ms == CANDLE_AHEAD_MS + CANDLE_LATE_MS


def test_the_wake_of_a_candle_comes_at_the_runs_own_moment(inbox: FakeInbox) -> None:
    wake = MINUTE + 12_000
    clock = VirtualClock(wake - CANDLE_AHEAD_MS - 1)
    look, run = LookAgain(inbox, clock, {"run-1": 12_000}.__getitem__), replace(active_run("run-1"), look_ms=1)
    clock.now += 1
    look([run])
    assert inbox.rung == []

    clock.now -= 1
    look([run])
    assert inbox.rung == ["run-1"]


def test_candles_that_are_not_near_bring_nothing(inbox: FakeInbox) -> None:
    due = MINUTE - 1_500
    quarter = active_run("run-1", intervals=(Interval.H1, Interval.M15))
    LookAgain(inbox, VirtualClock(due), at_once)([replace(quarter, look_ms=due)])

    assert (due // 60_000 + 1) % 15 != 0, "no quarter of an hour ends here"
    assert inbox.rung == ["run-1"]


class _MarketUnknown(VirtualClock):
    def market_now_ms(self) -> int:
        raise ExchangeUnavailable("the simulator does not tell its time")


def test_a_run_is_rung_though_nobody_knows_when_its_candle_closes(inbox: FakeInbox) -> None:
    LookAgain(inbox, _MarketUnknown(MINUTE), at_once)([replace(active_run("run-1"), look_ms=MINUTE)])

    assert inbox.rung == ["run-1"]
