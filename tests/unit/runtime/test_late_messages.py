"""Messages of the stream may come late: what they tell of was over before what the run has seen since."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.events import EventType
from chalicelib.domain.runtime.messages import ExecutionUpdate, PositionUpdate
from chalicelib.domain.runtime.states import TradingState
from tests.fakes.facts import (
    PRICE,
    a_holding_state,
    a_position,
    a_protected_holding,
    a_reading,
    a_running_state,
    an_execution,
    an_intent,
)
from tests.simulation.scenario import START_MS
from tests.unit.runtime.plain_run import decided

NOW = START_MS + 10_000
HOLDING = a_protected_holding(Side.BUY, START_MS)


def test_a_stop_that_comes_late_is_not_taken_for_the_one_in_place() -> None:
    seen = replace(HOLDING, seen_ms=START_MS + 5_000)
    late = PositionUpdate(a_position(stop_loss=PRICE - 2000, updated_ms=START_MS + 4_999))
    decision = decided(a_holding_state(seen, START_MS), NOW, late)

    assert decision.state.holding == seen
    assert (decision.commands, decision.events) == ((), ())


@pytest.mark.parametrize("updated_ms", [START_MS + 5_000, 0])
def test_a_stop_that_is_told_of_in_the_same_moment_or_without_a_time_is(updated_ms: int) -> None:
    seen = replace(HOLDING, seen_ms=START_MS + 5_000)
    moved = PositionUpdate(a_position(stop_loss=PRICE - 2000, updated_ms=updated_ms))
    decision = decided(a_holding_state(seen, START_MS), NOW, moved)

    assert decision.state.holding is not None
    assert decision.state.holding.seen_stop_loss == PRICE - 2000
    assert [event.type for event in decision.events] == [EventType.TRADING_STOP_SET]


def test_the_stop_of_the_position_before_protects_nothing() -> None:
    entry = an_intent("sim-x-e1")
    entering = a_running_state(START_MS, trading=TradingState.ARMED, entry=entry, last_price=PRICE)
    fill = an_execution(order_link_id=entry.order_link_id, time_ms=START_MS + 5_000)
    before = PositionUpdate(a_position(updated_ms=START_MS + 4_000))
    decision = decided(entering, NOW, ExecutionUpdate(fill), before)

    assert decision.state.holding is not None
    assert decision.state.holding.protected_ms is None
    assert decision.reads.snapshot


def test_a_reading_counts_whatever_its_time() -> None:
    seen = replace(HOLDING, seen_ms=START_MS + 5_000)
    bare = a_position(stop_loss=None, take_profit=None, updated_ms=START_MS)
    late = PositionUpdate(a_position(updated_ms=START_MS + 4_000))
    decision = decided(a_holding_state(seen, START_MS), NOW, a_reading(bare, taken_ms=NOW), late)

    assert decision.state.holding is not None
    assert decision.state.holding.protected_ms is None, "a message from before what was seen has put the stop back"
    assert decision.commands, "the missing stop is asked for"


def test_a_flat_position_says_nothing_of_levels() -> None:
    flat = PositionUpdate(a_position(size=Decimal(0), updated_ms=START_MS + 9_000))
    decision = decided(a_holding_state(HOLDING, START_MS), NOW, flat)
    assert decision.state.holding == HOLDING
