"""How soon a run acts again: at once when something asks for it, ever later when the exchange refuses for good."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import STALE_READING_MS
from chalicelib.domain.runtime.decision import (
    CommandDone,
    OrderResolved,
    PlaceOrder,
    ReadFailed,
    SnapshotRead,
)
from chalicelib.domain.runtime.draft import UNREADABLE_AFTER_MS
from chalicelib.domain.runtime.facts import OrderStatus
from chalicelib.domain.runtime.intent import IntentStatus
from chalicelib.domain.runtime.messages import ExecutionUpdate, Message, Reconnected, ResumeRequested
from chalicelib.domain.runtime.order_life import MOST_EXIT_RETRY_MS
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.domain.runtime.record import BarView, RunState
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from chalicelib.domain.strategy.spec import OnStop
from tests.fakes.facts import (
    PRICE,
    QTY,
    a_holding_state,
    a_position,
    a_protected_holding,
    a_reading,
    a_running_state,
    an_execution,
    an_intent,
    an_order,
)
from tests.simulation.scenario import START_MS
from tests.unit.runtime.plain_run import decided

BAR = BarView(START_MS - START_MS % 60_000 - 60_000, PRICE, None)
FORBIDDEN = Outcome(OutcomeKind.REJECTED, "", 10005, "FORBIDDEN", "Permission denied")
LATER = Outcome(OutcomeKind.DENIED, "", 0, "BACKOFF", "too many at once")
REFUSED_READING = ReadFailed("account", "API key is invalid.", fatal=True)


def _read(size: Decimal) -> SnapshotRead:
    return a_reading(a_position(size=size), taken_ms=START_MS)


def _stopping(**changes: object) -> RunState:
    """A run that is to close its position."""
    holding = replace(a_protected_holding(Side.BUY, START_MS), closing="stop_manual")
    state = a_holding_state(holding, START_MS, status=RunStatus.STOPPING, trading=TradingState.EXIT_PENDING)
    return replace(state, stop_reason=StopReason.MANUAL, stop_policy=OnStop.CLOSE_MARKET, **changes)


def _waits(answer: Outcome, times: int) -> list[int]:
    """How long after each answered exit the next one is sent, in milliseconds."""
    state, now, waits = _stopping(), START_MS, []
    for _ in range(times):
        sent = decided(state, now)
        (command,) = [one for one in sent.commands if isinstance(one, PlaceOrder)]
        answered = decided(sent.state, now, CommandDone(command, answer), _read(QTY))
        assert answered.state.holding is not None
        waits.append(answered.state.holding.next_exit_ms - now)
        state, now = decided(answered.state, now, _read(QTY)).state, answered.state.holding.next_exit_ms
    return waits


def test_each_refused_exit_is_waited_for_twice_as_long_a_minute_at_the_most() -> None:
    assert _waits(FORBIDDEN, 8) == [1000, 2000, 4000, 8000, 16_000, 32_000, MOST_EXIT_RETRY_MS, MOST_EXIT_RETRY_MS]


def test_an_exit_that_we_held_back_ourselves_is_sent_a_second_later() -> None:
    assert _waits(LATER, 4) == [1000] * 4


@pytest.mark.parametrize(("wait_ms", "urgent"), [(8_000, True), (32_000, False)])
def test_a_next_exit_that_is_far_is_waited_for_parked(wait_ms: int, urgent: bool) -> None:
    state = _stopping()
    assert state.holding is not None
    state.holding = replace(state.holding, next_exit_ms=START_MS + wait_ms)
    assert decided(state, START_MS, _read(QTY)).urgent is urgent


@pytest.mark.parametrize(("away_ms", "urgent"), [(UNREADABLE_AFTER_MS, True), (UNREADABLE_AFTER_MS + 1, False)])
def test_an_account_that_cannot_be_read_for_long_is_asked_at_the_pace_of_the_supervision(
    away_ms: int, urgent: bool
) -> None:
    assert decided(_stopping(), START_MS + away_ms, REFUSED_READING).urgent is urgent


def test_a_reading_that_failed_once_is_tried_again_before_the_run_is_left_alone() -> None:
    state = a_running_state(START_MS, bar=BAR)
    away, refused = ReadFailed("account", "timeout"), REFUSED_READING
    assert decided(state, START_MS, away).waiting
    assert not decided(state, START_MS, refused).waiting


MISSED = an_execution(exec_id="e9", side=Side.SELL, closed_size=QTY, time_ms=START_MS + 1)
HELD = a_holding_state(a_protected_holding(Side.BUY, START_MS), START_MS, bar=BAR)
PAUSED = a_running_state(START_MS, bar=BAR, status=RunStatus.PAUSED, trading=TradingState.PAUSED)
FLAT = a_running_state(START_MS, bar=BAR)


@pytest.mark.parametrize(
    ("state", "size", "message"),
    [
        pytest.param(HELD, QTY, Reconnected("private", 8000, "n"), id="reconnected"),
        pytest.param(PAUSED, Decimal(0), ResumeRequested("user", "n"), id="resume"),
        pytest.param(FLAT, Decimal(0), ExecutionUpdate(MISSED), id="missed fill"),
    ],
)
def test_what_asks_for_a_reading_right_after_one_is_not_left_until_the_next_wake(
    state: RunState, size: Decimal, message: Message
) -> None:
    decision = decided(state, START_MS + 1, _read(size), message)
    assert decision.state.reconcile_due
    assert decision.waiting


def test_an_order_of_unknown_status_is_looked_up_ever_later() -> None:
    intent = an_intent("sim-x-e1", status=IntentStatus.UNRESOLVED, created_ms=START_MS, updated_ms=START_MS)
    state = a_running_state(START_MS, bar=BAR, trading=TradingState.ENTRY_PENDING, entry=intent)
    unknown = an_order(order_link_id="sim-x-e1", status=OrderStatus.UNKNOWN)
    answered = decided(state, START_MS, OrderResolved("000001", unknown))
    assert (answered.reads.resolve, answered.waiting) == ((), True)
    assert len(decided(answered.state, START_MS + 1000).reads.resolve) == 1


@pytest.mark.parametrize(("age_ms", "reads"), [(STALE_READING_MS - 1, False), (STALE_READING_MS, True)])
def test_whoever_is_awake_reads_an_account_whose_reading_is_stale(age_ms: int, reads: bool) -> None:
    assert decided(a_running_state(START_MS, bar=BAR), START_MS + age_ms).reads.snapshot is reads
