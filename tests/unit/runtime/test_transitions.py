"""The transition tables: published as they are, and closed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest

from chalicelib.domain.runtime.states import RunStatus, TradingState
from chalicelib.domain.runtime.transitions import RUN_MOVES, TRADING_MOVES, IllegalMove, check_run, check_trading

DOCS = Path(__file__).parents[3] / "docs" / "runtime.md"


def _published(name: str) -> list[tuple[str, str, str]]:
    text = DOCS.read_text()
    body = text.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]
    rows = [line.strip("| ").split(" | ") for line in body.strip().splitlines()[2:]]
    return [(row[0], row[1], row[2]) for row in rows]


def _coded(moves: dict[tuple[StrEnum, StrEnum], str]) -> list[tuple[str, str, str]]:
    return [(before.value, after.value, cause) for (before, after), cause in moves.items()]


def test_the_published_run_table_is_the_code() -> None:
    assert _published("run-table") == _coded(dict(RUN_MOVES))


def test_the_published_trading_table_is_the_code() -> None:
    assert _published("trading-table") == _coded(dict(TRADING_MOVES))


def test_a_terminal_run_goes_nowhere() -> None:
    assert not [move for move in RUN_MOVES if move[0].terminal]


def test_every_living_run_can_end() -> None:
    for status in RunStatus:
        if not status.terminal and status is not RunStatus.STOPPING:
            assert (status, RunStatus.STOPPING) in RUN_MOVES
        if not status.terminal:
            assert (status, RunStatus.ERROR) in RUN_MOVES


def test_disabled_is_the_end_of_trading_and_reachable_from_everywhere() -> None:
    for state in TradingState:
        assert (TradingState.DISABLED, state) not in TRADING_MOVES
        if state is not TradingState.DISABLED:
            assert (state, TradingState.DISABLED) in TRADING_MOVES


def test_a_move_outside_the_tables_is_refused() -> None:
    with pytest.raises(IllegalMove):
        check_run(RunStatus.FINISHED, RunStatus.RUNNING)
    with pytest.raises(IllegalMove):
        check_trading(TradingState.IDLE, TradingState.ENTRY_PENDING)
