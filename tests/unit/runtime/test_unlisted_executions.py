"""An order is filled and the exchange lists no execution of it: it is waited for, and then done without."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from chalicelib.domain.runtime.decision import Decision, ReadFailed, SnapshotRead
from chalicelib.domain.runtime.facts import ExecutionFact
from chalicelib.domain.runtime.intent import IntentKind, IntentStatus, order_link_id
from chalicelib.domain.runtime.messages import ExecutionUpdate, StopRequested
from chalicelib.domain.runtime.order_life import UNLISTED_AFTER_MS
from chalicelib.domain.runtime.record import RunState
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from tests.fakes.facts import QTY, a_position, a_reading, a_running_state, an_execution, an_intent
from tests.simulation.scenario import START_MS
from tests.unit.runtime.plain_run import TERMS, decided

LINK = order_link_id(TERMS.prefix, TERMS.run_id, IntentKind.ENTRY, 1)
OVER = START_MS + UNLISTED_AFTER_MS
ENTRY = an_intent(LINK, status=IntentStatus.FILLED, created_ms=START_MS, updated_ms=START_MS, filled_qty=QTY)


def _waiting(**changes: Any) -> RunState:
    return a_running_state(START_MS, trading=TradingState.ENTRY_PENDING, entry=ENTRY, started_ms=START_MS, **changes)


def _read(*executions: ExecutionFact, size: Decimal = Decimal(0)) -> SnapshotRead:
    return a_reading(a_position(size=size), executions, START_MS)


def _missing(decision: Decision) -> list[str]:
    return [event.params["qty"] for event in decision.events if event.key == "events.finding.executions_missing"]


def test_until_then_they_are_asked_for() -> None:
    asked = decided(_waiting(), OVER - 1)
    assert (asked.reads.snapshot, asked.waiting) == (True, True)
    answered = decided(_waiting(), OVER - 1, _read())
    assert (_missing(answered), answered.state.entry, answered.waiting) == ([], ENTRY, True)


def test_after_that_the_run_pauses_with_a_finding_and_its_report_is_incomplete() -> None:
    decision = decided(_waiting(), OVER, _read())
    state = decision.state

    assert (_missing(decision), state.entry, state.complete) == (["0.01"], None, False)
    assert (state.status, state.trading, state.paused_reason) == (
        RunStatus.PAUSED,
        TradingState.PAUSED,
        "executions_missing",
    )


def test_a_stopping_run_ends_then() -> None:
    stopping = decided(_waiting(), START_MS, StopRequested(StopReason.MANUAL, None, "user")).state
    decision = decided(stopping, OVER, _read())
    assert (decision.ended, decision.state.status) == (True, RunStatus.STOPPED)


def test_it_is_not_done_without_them_while_the_account_is_not_known() -> None:
    for facts in ((), (ReadFailed("account", "timeout"),), (_read(size=QTY),)):
        decision = decided(_waiting(), OVER, *facts)
        assert (_missing(decision), decision.state.entry) == ([], ENTRY)


def test_those_that_are_listed_at_last_are_booked() -> None:
    told = an_execution(order_link_id=LINK, time_ms=START_MS + 1)
    decision = decided(_waiting(), OVER, _read(told, size=QTY))
    assert (_missing(decision), decision.state.complete) == ([], True)
    assert decision.state.holding is not None


def test_those_that_come_afterwards_are_booked_as_late() -> None:
    state = decided(_waiting(), OVER, _read()).state
    told = an_execution(order_link_id=LINK, time_ms=START_MS + 1)
    decision = decided(state, OVER + 1000, ExecutionUpdate(told))
    assert [event.data["origin"] for event in decision.events if event.key == "events.execution.entry"] == ["late_fill"]
