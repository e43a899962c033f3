"""From when on a reading of the account asks for executions: nothing that a stream may have lost is left out."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.reconcile import OVERLAP_MS, executions_since
from chalicelib.domain.runtime.record import RunRecord
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import a_holding_state, a_protected_holding
from tests.simulation.scenario import START_MS, parsed, terms_of

HOUR = 3_600_000
LATER = START_MS + HOUR


def since(**changes: Any) -> int:
    """As milliseconds after the run was created."""
    state = a_holding_state(a_protected_holding(Side.BUY, START_MS), START_MS, **changes)
    record = RunRecord(terms_of(parsed(), CATALOGUE["BTCUSDT"].instrument, 240, START_MS), state)
    return executions_since(record) - START_MS


@pytest.mark.parametrize(
    ("read_ms", "booked_ms"),
    [
        pytest.param(LATER, LATER + 600_000, id="a stream has told of later ones"),
        pytest.param(LATER + 600_000, LATER, id="nothing has happened since the last booked one"),
    ],
)
def test_the_earlier_of_last_reading_and_last_booked_one_counts(read_ms: int, booked_ms: int) -> None:
    assert since(reconciled_ms=read_ms, last_exec_ms=booked_ms) == HOUR - OVERLAP_MS


@pytest.mark.parametrize(
    "changes",
    [
        {"reconciled_ms": 0, "last_exec_ms": LATER},
        {"reconciled_ms": LATER, "last_exec_ms": LATER, "mismatch_ms": LATER},
        {"reconciled_ms": LATER, "last_exec_ms": LATER, "reconcile_due": "missed_fill"},
    ],
)
def test_without_a_whole_reading_or_when_something_does_not_add_up_all_is_read(changes: dict[str, Any]) -> None:
    assert since(**changes) == 0
