"""What was traded on a symbol before a run began has no part in the run, however late the stream tells of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import Decision, Situation
from chalicelib.domain.runtime.facts import ExecType
from chalicelib.domain.runtime.messages import ExecutionUpdate
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.states import RunStatus
from chalicelib.domain.strategy.parse import parse_strategy
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import a_running_state, an_execution
from tests.simulation.scenario import START_MS, document, terms_of

INSTRUMENT = CATALOGUE["BTCUSDT"].instrument
STARTED = START_MS + 2_000
NOW = START_MS + 10_000


def _told_of(time_ms: int, *, status: RunStatus = RunStatus.RUNNING, kind: ExecType = ExecType.TRADE) -> Decision:
    spec = parse_strategy(document())
    execution = an_execution(exec_type=kind, time_ms=time_ms)
    state = a_running_state(NOW, status=status, started_ms=STARTED)
    record = RunRecord(replace(terms_of(spec, INSTRUMENT, 60), created_ms=START_MS), state, epoch=1)
    return decide(record, (ExecutionUpdate(execution),), Situation(NOW, NOW, spec, INSTRUMENT))


@pytest.mark.parametrize("kind", [ExecType.TRADE, ExecType.FUNDING])
def test_an_execution_from_before_the_run_is_not_booked(kind: ExecType) -> None:
    decision = _told_of(STARTED - 1, kind=kind)

    assert decision.state.holding is None
    assert decision.state.ledger.net == 0
    assert decision.fills == ()
    assert decision.state.status is RunStatus.RUNNING


def test_a_run_that_is_starting_leaves_strange_executions_to_its_first_reading() -> None:
    decision = _told_of(NOW, status=RunStatus.STARTING)

    assert decision.state.holding is None
    assert decision.fills == ()


def test_a_strangers_execution_during_the_run_is_adopted_and_pauses_it() -> None:
    decision = _told_of(STARTED + 1)

    assert decision.state.holding is not None
    assert decision.state.status is RunStatus.PAUSED
