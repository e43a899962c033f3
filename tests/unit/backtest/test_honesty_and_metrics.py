from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from chalicelib.domain.backtest.equity import daily_returns, drawdown, equity_curve
from chalicelib.domain.backtest.honesty import look_ahead_check, recursive_check
from chalicelib.domain.backtest.metrics import calmar, deflated_sharpe, sharpe, sortino, trade_figures
from chalicelib.domain.backtest.monte_carlo import shuffle_trades
from chalicelib.domain.backtest.report import build_report, canonical_report
from chalicelib.domain.backtest.settings import FillAt, Settings
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.plan import Plan, Signals

from .markets import above, backtest, bars_of, plan_of, random_bars, strategy

DAY_MS = 86_400_000


def test_the_figures_of_trades() -> None:
    figures = trade_figures(np.array([10.0, -5.0, -5.0, 0.0, -1.0, 3.0]))

    assert (figures.wins, figures.losses, figures.longest_losing_run) == (2, 3, 2)
    assert figures.profit_factor == pytest.approx(13 / 11)
    assert figures.expectancy == pytest.approx(2 / 6)


def test_figures_that_are_not_defined_are_none() -> None:
    empty, winners = trade_figures(np.empty(0)), trade_figures(np.array([1.0, 2.0]))

    assert (empty.win_rate, empty.profit_factor, empty.expectancy, empty.longest_losing_run) == (None, None, None, 0)
    assert winners.profit_factor is None
    assert sharpe(np.array([0.01])) is None
    assert sharpe(np.array([0.01, 0.01])) is None
    assert sortino(np.array([0.01, 0.02])) is None
    assert calmar(0, 100, 10, 5) is None


def test_sharpe_and_sortino_are_annual_and_on_daily_returns() -> None:
    returns = np.array([0.01, -0.02, 0.03, 0.0])

    assert sharpe(returns) == pytest.approx(returns.mean() / returns.std(ddof=1) * math.sqrt(365))
    assert sortino(returns) == pytest.approx(0.005 / math.sqrt(0.0004 / 4) * math.sqrt(365))


def test_the_deflated_sharpe_ratio_falls_with_the_number_of_trials() -> None:
    returns = np.random.default_rng(1).normal(0.002, 0.01, 300)
    observed = sharpe(returns)
    assert observed is not None

    few = deflated_sharpe(returns, [observed, 0.5, 1.0])
    many = deflated_sharpe(returns, [observed, *np.linspace(-3, 3, 200)])

    assert few is not None
    assert many is not None
    assert 0 <= many < few <= 1


def test_equity_is_marked_at_each_close_and_ends_at_the_sum_of_the_trades() -> None:
    rows = [(100, 101, 99, 101), (100, 100, 95, 96), (96, 104, 96, 104), (104, 104, 104, 104), (90, 90, 90, 90)]
    bars = bars_of(rows)
    trades = backtest(
        strategy({"long": above(100)}, timeExit={"maxBars": 2}), bars, Settings(fixed_qty=2.0, taker_fee_bps=0)
    ).trades

    curve = equity_curve(trades, bars, 1000.0)

    assert curve.tolist() == [1000, 992, 1008, 1008, 1008]
    fall = drawdown(curve, bars, 300_000, 1000.0)
    assert (fall.value, fall.percent, fall.longest_ms) == (8, pytest.approx(0.8), 600_000)


def test_daily_returns_take_the_last_value_of_each_utc_day() -> None:
    bars = random_bars(1, 600)
    equity = np.linspace(1000, 1600, 600)

    returns = daily_returns(equity, bars, 1000.0)

    assert returns is not None
    assert len(returns) == 3
    assert (1 + returns).prod() == pytest.approx(1.6)
    assert daily_returns(equity - 1500, bars, 1000.0) is None


class Cheating(Plan):
    """Enters when the next bar will close higher."""

    def evaluate(self, bars: Mapping[Interval, Bars], **_: Any) -> Signals:
        close = bars[self.spec.timeframe].close
        knows = np.append(close[1:] > close[:-1], False)
        nothing = np.zeros(len(close), np.bool_)
        return Signals(knows, nothing, nothing, nothing, {})


def test_the_look_ahead_check_catches_a_plan_that_sees_the_next_bar() -> None:
    honest = plan_of(strategy({"long": above(100)}))
    bars = {Interval.M5: random_bars(3, 300)}
    rising = np.flatnonzero(np.diff(bars[Interval.M5].close) > 0)
    cuts = [int(rising[20]) + 1, int(rising[60]) + 1]

    caught = look_ahead_check(Cheating(honest.spec, honest.required_bars, honest.level_keys), bars, cuts)

    assert look_ahead_check(honest, bars, cuts) == []
    assert [(one.what, one.bar, one.cut) for one in caught] == [("long", cut - 1, cut) for cut in cuts]


def test_the_recursive_check_shows_the_error_of_short_histories_shrinking() -> None:
    ema = {"indicator": "ema", "params": {"length": 50}}
    entry = {"long": {"type": "compare", "op": ">", "left": {"price": "close"}, "right": ema}}
    plan = plan_of(strategy(entry))
    bars = random_bars(4, 3000)

    rows = recursive_check(plan, {Interval.M5: bars}, [20, 60, 200, plan.warmup_bars])

    errors = [row.difference for row in rows]
    assert errors[0] is None
    assert errors[1] is not None
    assert errors[2] is not None
    assert errors[3] is not None
    assert errors[1] > errors[2] > errors[3]
    assert errors[3] < 1e-9


def test_shuffled_trades_keep_their_sum_and_a_seed_gives_the_same_figures() -> None:
    pnl = np.array([50.0, -30, 20, -60, 40, -10, 5, -25] * 10)

    once, again, other = (shuffle_trades(pnl, 1000.0, runs=500, seed=seed) for seed in (7, 7, 8))

    assert once == again
    assert once is not None
    assert once != other
    marks = list(once.percentiles.values())
    assert marks == sorted(marks)
    assert once.percentiles["p99"] <= 1250
    assert shuffle_trades(np.empty(0), 1000.0) is None


def test_a_shuffle_of_two_trades_has_both_orders_about_equally_often() -> None:
    result = shuffle_trades(np.array([10.0, -10.0]), 5.0, runs=2000, seed=3)

    assert result is not None
    assert 0.45 < result.ruin < 0.55


def test_a_report_is_the_same_to_the_byte_and_says_what_it_rests_on() -> None:
    document = strategy({"long": above(100)}, stop=1, target=1)
    bars, settings = random_bars(5, 800), Settings(fixed_qty=1.0, fill_at=FillAt.CLOSE)
    plan = plan_of(document)

    reports = [
        build_report(plan, bars, settings, backtest(document, bars, settings), strategy_hash="h") for _ in range(2)
    ]

    assert canonical_report(reports[0]) == canonical_report(reports[1])
    assert any(sentence.startswith("OPTIMISTIC") for sentence in reports[0]["assumptions"])
    assert sum(month["trades"] for month in reports[0]["monthly"]) == reports[0]["trades"]
    assert sum(reports[0]["exit_reasons"].values()) == reports[0]["trades"]
    assert len(reports[0]["trade_list"]) == reports[0]["trades"]
    assert 0 < reports[0]["exposure"] <= 1
