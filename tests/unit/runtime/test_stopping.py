"""A stop: what a run that has not begun leaves alone, what it must prove before it ends, and whose word counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import CommandDone, SetProtection, Situation, SnapshotRead
from chalicelib.domain.runtime.facts import PositionFact
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from chalicelib.domain.strategy.spec import OnStop
from tests.fakes.facts import a_holding_state, a_position, a_protected_holding, a_reading
from tests.simulation.scenario import START_MS, terms_of
from tests.unit.runtime.plain_run import INSTRUMENT, SPEC, decided

REFUSED = Outcome(OutcomeKind.REJECTED, "", 10001, "PRICE_SIZE", "no")


def _read(position: PositionFact) -> SnapshotRead:
    return a_reading(position, taken_ms=START_MS)


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.STARTING])
@pytest.mark.parametrize(
    ("reason", "ends_as"),
    [
        (StopReason.MANUAL, RunStatus.STOPPED),
        (StopReason.KILL_SWITCH, RunStatus.STOPPED),
        (StopReason.TIMEOUT, RunStatus.FINISHED),
        (StopReason.ERROR, RunStatus.ERROR),
    ],
)
def test_a_run_that_has_not_begun_ends_at_once_and_touches_no_position(
    status: RunStatus, reason: StopReason, ends_as: RunStatus
) -> None:
    decision = decided(RunState(status=status), START_MS, StopRequested(reason, None, "user"), _read(a_position()))

    assert (decision.ended, decision.state.status, decision.state.stop_reason) == (True, ends_as, reason)
    assert (decision.commands, decision.intents, decision.halt, decision.state.holding) == ((), (), "", None)


def test_a_run_whose_time_passes_before_it_has_begun_ends_and_touches_no_position() -> None:
    minute = terms_of(SPEC, INSTRUMENT, 1)
    situation = Situation(minute.deadline_ms, minute.deadline_ms, SPEC, INSTRUMENT)
    state = RunState(status=RunStatus.STARTING, started_ms=START_MS)
    decision = decide(RunRecord(minute, state, epoch=1), (), situation)
    assert (decision.ended, decision.state.status, decision.intents) == (True, RunStatus.FINISHED, ())


@pytest.mark.parametrize("policy", [OnStop.LEAVE_PROTECTED, OnStop.CANCEL_ENTRIES_ONLY])
def test_a_position_that_is_left_is_left_with_its_stop(policy: OnStop) -> None:
    held = a_protected_holding(Side.BUY, START_MS, seen_stop_loss=None, seen_take_profit=None, protected_ms=None)
    state = a_holding_state(held, START_MS, started_ms=START_MS, trading=TradingState.ENTRY_PENDING)
    naked = _read(a_position(stop_loss=None, take_profit=None))

    asked = decided(state, START_MS, StopRequested(StopReason.MANUAL, policy, "user"), naked)
    (first,) = asked.commands
    refused = decided(asked.state, START_MS + 60, CommandDone(first, REFUSED), naked)
    again = decided(refused.state, START_MS + 600, naked)
    protected = decided(again.state, START_MS + 700, _read(a_position()))

    assert [decision.ended for decision in (asked, refused, again, protected)] == [False, False, False, True]
    assert [type(command) for command in again.commands] == [SetProtection]


def test_a_second_request_with_another_policy_is_another_message() -> None:
    requests = [StopRequested(StopReason.MANUAL, policy, "user") for policy in (None, *OnStop)]
    assert len({request.message_id for request in requests}) == len(requests)
    assert requests[0].message_id == replace(requests[0], actor="somebody else").message_id
