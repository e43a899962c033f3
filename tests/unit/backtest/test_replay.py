"""A run held against its backtest: each difference has its cause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.backtest.replay import ReplayTrade, SignalFate, compare, expected_trades
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import compile_plan
from tests.unit.api.gateway import strategy_document
from tests.unit.backtest.markets import random_bars

MINUTE = 60_000
EXPECTED = ReplayTrade(Side.BUY, 9 * MINUTE, 10 * MINUTE, 100.0, 20 * MINUTE, 110.0, "take_profit")
REAL = replace(EXPECTED, entry_ms=10 * MINUTE + 900, exit_ms=19 * MINUTE + 5_000)


def causes(*actual: ReplayTrade, fates: tuple[SignalFate, ...] = ()) -> list[tuple[str, str]]:
    found = compare([EXPECTED], actual, fates)
    return [(difference.what, difference.cause) for difference in found.differences]


def test_a_run_that_got_what_the_backtest_says_differs_in_nothing() -> None:
    assert compare([EXPECTED], [REAL], ()).matched == 1
    assert causes(REAL) == []


def test_a_worse_price_in_time_is_slippage_and_later_it_is_latency() -> None:
    worse = replace(REAL, entry_price=100.1)
    assert causes(worse) == [("entry_price", "slippage")]
    assert causes(replace(worse, entry_ms=10 * MINUTE + 2_500)) == [("entry_price", "latency")]
    [difference] = compare([EXPECTED], [worse], ()).differences
    assert (difference.bps, difference.late_ms) == (pytest.approx(10), 900)


def test_a_better_exit_has_negative_cost() -> None:
    [difference] = compare([EXPECTED], [replace(REAL, exit_price=111.1)], ()).differences
    assert (difference.what, difference.cause, difference.bps) == ("exit_price", "slippage", pytest.approx(-100))


def test_a_refused_order_is_a_reject_and_a_guard_is_named() -> None:
    signal = EXPECTED.entry_ms - MINUTE
    assert causes(fates=(SignalFate(signal, rejected="110007"),)) == [("trade", "reject")]
    assert causes(fates=(SignalFate(signal, blocked="cooldown"),)) == [("trade", "blocked:cooldown")]


def test_a_signal_that_the_run_never_saw_is_missed() -> None:
    assert causes() == [("trade", "missed")]


def test_a_signal_during_another_position_found_it_occupied() -> None:
    other = replace(REAL, signal_ms=4 * MINUTE, entry_ms=5 * MINUTE, exit_ms=15 * MINUTE)
    assert causes(other) == [("trade", "not_expected"), ("trade", "occupied")]


def test_the_end_of_the_run_and_another_way_out_are_told_apart() -> None:
    assert causes(replace(REAL, exit_reason="stop_timeout")) == [("exit", "run_end")]
    assert causes(replace(REAL, exit_reason="stop_loss")) == [("exit", "other_exit")]


def test_a_trade_of_the_other_side_is_not_the_expected_one() -> None:
    assert sorted(causes(replace(REAL, side=Side.SELL))) == [("trade", "missed"), ("trade", "not_expected")]


def test_expected_trades_are_those_of_decisions_inside_the_window() -> None:
    plan = compile_plan(parse_strategy(strategy_document()))
    bars = random_bars(3, 600, Interval.M1)
    begin, end = int(bars.open_time_ms[200]), int(bars.open_time_ms[500])
    trades = expected_trades(plan, {Interval.M1: bars}, Settings(fixed_qty=1), begin, end)
    assert trades
    assert all(begin < trade.entry_ms <= end for trade in trades)
    assert expected_trades(plan, {Interval.M1: bars}, Settings(fixed_qty=1), end, end) == ()
