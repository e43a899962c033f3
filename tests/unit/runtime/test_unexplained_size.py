"""A size that no execution explains: seen twice, told, adopted, and nothing new is opened in the workspace (ADR 9)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import Decision, Situation
from chalicelib.domain.runtime.reconcile import CONFIRM_MISMATCH_MS
from chalicelib.domain.runtime.record import BarView, RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus
from chalicelib.domain.strategy.parse import parse_strategy
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import a_position, a_reading
from tests.simulation.scenario import START_MS, document, terms_of

INSTRUMENT = CATALOGUE["BTCUSDT"].instrument
SPEC = parse_strategy(document())
RUNNING = RunRecord(
    terms_of(SPEC, INSTRUMENT, 60),
    RunState(
        status=RunStatus.RUNNING,
        leverage_set=True,
        reconcile_due="",
        reconciled_ms=START_MS,
        bar=BarView(START_MS, Decimal(40_000), None),
        event_seq=1,
    ),
    epoch=1,
)


def _read(record: RunRecord, size: str, now: int) -> Decision:
    position = a_position(size=Decimal(size), take_profit=None, updated_ms=now)
    return decide(record, (a_reading(position, taken_ms=now),), Situation(now, now, SPEC, INSTRUMENT))


def test_a_size_that_differs_once_is_only_looked_at_again() -> None:
    first = _read(RUNNING, "0.020", START_MS)
    assert (first.halt, first.state.status, first.state.reconcile_due) == ("", RunStatus.RUNNING, "size")


def test_a_size_that_nothing_explains_pauses_the_run_and_halts_the_workspace() -> None:
    first = _read(RUNNING, "0.020", START_MS)
    second = _read(replace(RUNNING, state=first.state), "0.020", START_MS + CONFIRM_MISMATCH_MS)
    assert second.halt == "BTCUSDT 0.02 ≠ 0"
    assert (second.state.status, second.state.paused_reason) == (RunStatus.PAUSED, "unexplained_size")
    assert [event.data["level"] for event in second.events if event.key == "events.finding.unexplained_size"] == [
        "critical"
    ]


def test_two_sizes_that_differ_are_two_differences_each_seen_once() -> None:
    first = _read(RUNNING, "0.020", START_MS)
    second = _read(replace(RUNNING, state=first.state), "0.021", START_MS + CONFIRM_MISMATCH_MS)
    third = _read(replace(RUNNING, state=second.state), "0.021", START_MS + 2 * CONFIRM_MISMATCH_MS)
    assert (second.halt, second.state.status) == ("", RunStatus.RUNNING)
    assert third.halt == "BTCUSDT 0.021 ≠ 0"


def test_it_closes_nothing_that_the_run_did_not_open() -> None:
    first = _read(RUNNING, "0.020", START_MS)
    second = _read(replace(RUNNING, state=first.state), "0.020", START_MS + CONFIRM_MISMATCH_MS)
    assert second.state.stop_reason is None
    assert second.intents == ()


def test_a_difference_that_is_gone_at_the_second_look_halts_nothing() -> None:
    first = _read(RUNNING, "0.020", START_MS)
    second = _read(replace(RUNNING, state=first.state), "0", START_MS + CONFIRM_MISMATCH_MS)
    assert (second.halt, second.state.status) == ("", RunStatus.RUNNING)
