"""What happened in one millisecond comes in the order of random ids, and is booked in an order that it can have had."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import Booked
from chalicelib.domain.runtime.facts import ExecType, ExecutionFact
from chalicelib.domain.runtime.fills import bookable
from chalicelib.domain.runtime.position import book, in_turn, out_of_turn
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.report import figures
from chalicelib.domain.runtime.states import RunStatus
from chalicelib.domain.strategy.parse import parse_strategy
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import a_running_state, an_execution
from tests.simulation.scenario import START_MS, document, terms_of

MOMENT = START_MS + 61_000
ENTRY = an_execution(exec_id="f-entry", side=Side.SELL, qty=Decimal("0.125"), price=Decimal(39_992), time_ms=MOMENT)


def _stop(number: int, qty: str, price: int) -> ExecutionFact:
    return an_execution(
        exec_id=f"0-{number:02}",
        side=Side.BUY,
        qty=Decimal(qty),
        closed_size=Decimal(qty),
        price=Decimal(price),
        create_type="CreateByStopLoss",
        time_ms=MOMENT,
    )


# Eleven parts, whose ids all sort before the entry's.
STOPPED = (*(_stop(number, "0.010", 40_040 + number) for number in range(10)), _stop(10, "0.025", 40_050))
FUNDING = an_execution(exec_id="0-f", exec_type=ExecType.FUNDING, qty=Decimal(0), fee=Decimal("0.5"), time_ms=MOMENT)


def _record(status: RunStatus = RunStatus.RUNNING) -> RunRecord:
    spec = parse_strategy(document())
    terms = replace(terms_of(spec, CATALOGUE["BTCUSDT"].instrument, 60), created_ms=START_MS)
    return RunRecord(terms, a_running_state(MOMENT, status=status, started_ms=START_MS + 1), epoch=1)


@given(st.permutations([ENTRY, *STOPPED, FUNDING]))
def test_a_stop_is_booked_after_the_entry_that_it_closes(shuffled: list[ExecutionFact]) -> None:
    ours, others = bookable(_record(), shuffled)

    assert others == ()
    assert sorted(row.exec_id for row in ours) == sorted(row.exec_id for row in shuffled)
    holding = None
    for row in ours:
        assert not out_of_turn(holding, row)
        if row.exec_type.changes_size:
            holding = book(holding, row, "", 0).holding
    assert holding is None


@given(st.permutations([ENTRY, *STOPPED, FUNDING]))
def test_a_report_shows_the_trade_as_it_was(shuffled: list[ExecutionFact]) -> None:
    found = figures(Booked(row, "", "stop_loss" if row.closed_size else "") for row in shuffled)

    (trade,) = found.trades
    assert (trade.side, trade.qty, trade.entry_price) == (Side.SELL, Decimal("0.125"), Decimal(39_992))
    assert trade.exit_reason == "stop_loss"
    assert found.funding == Decimal("-0.5")
    assert found.gross == sum((ENTRY.price - row.price) * row.qty for row in STOPPED)


def test_what_closes_something_unknown_waits_and_is_counted_in_a_report_all_the_same() -> None:
    ours, others = bookable(_record(), STOPPED)

    assert (ours, others) == ((), STOPPED)
    assert in_turn(None, STOPPED) == ((), STOPPED, None)
    assert figures([Booked(row, "", "") for row in STOPPED]).fees == sum(row.fee for row in STOPPED)


@pytest.mark.parametrize("status", [RunStatus.QUEUED, RunStatus.STARTING])
def test_what_strangers_did_before_the_start_is_none_of_the_runs(status: RunStatus) -> None:
    assert bookable(_record(status), (ENTRY, *STOPPED)) == ((), (ENTRY, *STOPPED))


def test_another_symbol_is_none_of_the_runs() -> None:
    elsewhere = replace(ENTRY, symbol="ETHUSDT")

    assert bookable(_record(), (elsewhere,)) == ((), (elsewhere,))
