from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from chalicelib.domain.backtest.findings import messages
from chalicelib.domain.backtest.folds import FoldConfig, make_folds
from chalicelib.domain.backtest.parameters import Parameter, grid, with_values
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.sweep import RankBy, SweepRow, ranking, run_sweep
from chalicelib.domain.backtest.walk_forward import run_walk_forward
from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.interval import Interval

from .markets import backtest, benchmark_document, random_bars

SETTINGS = Settings(fixed_qty=1.0)
FAST = Parameter("/entry/long/a/params/length", Decimal(5), Decimal(20), Decimal(5), ("/entry/short/a/params/length",))
STOP = Parameter("/exit/stopLoss/value", Decimal("0.5"), Decimal("1.5"), Decimal("0.5"))
BARS = random_bars(21, 2000)


def row(index: int, **figures: Any) -> SweepRow:
    given = {"trades": 1, "wins": 1, "net_pnl": 0.0, "return_pct": 0.0, "max_drawdown_pct": 0.0}
    rest = {"sharpe": None, "profit_factor": None, "expectancy": None}
    return SweepRow(index, {}, **{**given, **rest, **figures})


def test_a_grid_is_lexicographic_and_has_whole_numbers_as_integers() -> None:
    points = grid(benchmark_document("5m"), [FAST, STOP], 100)

    assert points[:4] == [(5, 0.5), (5, 1), (5, 1.5), (10, 0.5)]
    assert len(points) == 12


def test_a_step_that_does_not_divide_the_range_stops_before_its_end() -> None:
    assert Parameter("/x", Decimal(1), Decimal(2), Decimal("0.3")).values() == [1, 1.3, 1.6, 1.9]


@pytest.mark.parametrize(
    ("parameters", "key"),
    [
        ([], "parameter_count"),
        ([FAST, FAST], "parameter_repeated"),
        ([Parameter("/name", Decimal(1), Decimal(2), Decimal(1))], "parameter_unknown"),
        ([Parameter("/exit/nowhere/3", Decimal(1), Decimal(2), Decimal(1))], "parameter_unknown"),
        ([Parameter("/exit/stopLoss/value", Decimal(3), Decimal(2), Decimal(1))], "parameter_range"),
        ([Parameter("/exit/stopLoss/value", Decimal(1), Decimal(2), Decimal("0.001"))], "parameter_combinations"),
    ],
)
def test_a_grid_that_cannot_be_run_says_why(parameters: list[Parameter], key: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        grid(benchmark_document("5m"), parameters, 100)

    assert f"sweep.{key}" in {finding.key for finding in caught.value.findings}


def test_each_row_is_the_backtest_of_its_values() -> None:
    document = benchmark_document("5m")
    result = run_sweep(document, [FAST, STOP], {Interval.M5: BARS}, SETTINGS)

    assert len(result.rows) == 12
    for one in result.rows:
        alone = backtest(with_values(document, [FAST, STOP], tuple(one.values.values())), BARS, SETTINGS).trades
        assert (one.trades, one.wins) == (len(alone), alone.wins)
        assert one.net_pnl == pytest.approx(alone.net_pnl)


def test_rows_are_ranked_and_equal_ones_keep_the_order_of_the_grid() -> None:
    rows = [row(0, sharpe=1.0), row(1), row(2, sharpe=2.0), row(3, sharpe=1.0)]

    assert [one.index for one in ranking(rows, RankBy.SHARPE)] == [2, 0, 3, 1]
    assert [one.index for one in ranking([row(0, profit_factor=9.0), row(1)], RankBy.PROFIT_FACTOR)] == [1, 0]


def test_a_combination_that_is_no_strategy_ranks_last_and_says_why() -> None:
    beyond = Parameter("/exit/stopLoss/value", Decimal(50), Decimal(150), Decimal(50))

    result = run_sweep(benchmark_document("5m"), [beyond], {Interval.M5: BARS}, SETTINGS)

    assert [one.error is None for one in result.rows] == [True, False, False]


def test_a_sweep_tells_its_progress_and_can_be_cancelled() -> None:
    told: list[tuple[int, int]] = []

    result = run_sweep(
        benchmark_document("5m"),
        [FAST],
        {Interval.M5: BARS},
        SETTINGS,
        progress=lambda done, total: told.append((done, total)),
        cancelled=lambda: len(told) == 2,
    )

    assert told == [(1, 4), (2, 4)]
    assert result.cancelled
    assert len(result.rows) == 2


def test_rolling_folds_move_and_anchored_ones_grow() -> None:
    rolling = make_folds(FoldConfig(400, 100, 100), 750)
    anchored = make_folds(FoldConfig(400, 100, 100, anchored=True), 750)

    assert [(fold.is_start, fold.oos_start, fold.oos_end) for fold in rolling] == [
        (0, 400, 500),
        (100, 500, 600),
        (200, 600, 700),
    ]
    assert [fold.is_start for fold in anchored] == [0, 0, 0]


@pytest.mark.parametrize("config", [FoldConfig(700, 100, 100), FoldConfig(10, 5, 1), FoldConfig(0, 100, 100)])
def test_folds_that_do_not_fit_are_refused(config: FoldConfig) -> None:
    with pytest.raises(InvalidDocument):
        make_folds(config, 750)


def test_walk_forward_chooses_in_sample_and_trades_the_rest_after_an_embargo() -> None:
    document = benchmark_document("5m")
    document["exit"]["timeExit"] = {"maxBars": 30}

    result = run_walk_forward(document, [FAST], {Interval.M5: BARS}, SETTINGS, FoldConfig(800, 400, 400))

    assert result.is_optimised
    assert len(result.folds) == 3
    assert {fold.embargo_bars for fold in result.folds} == {30}
    assert result.total_oos_return_pct == pytest.approx(sum(f.out_of_sample.return_pct for f in result.folds))
    stability = result.stability[FAST.pointer]
    assert len(stability.values) == 3
    assert 1 / 3 <= stability.most_frequent_share <= 1


def test_a_walk_forward_tells_its_progress_and_ends_inside_a_fold_when_cancelled() -> None:
    told: list[tuple[int, int]] = []
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return bool(told) and len(asked) > 10

    result = run_walk_forward(
        benchmark_document("5m"),
        [FAST],
        {Interval.M5: BARS},
        SETTINGS,
        FoldConfig(800, 400, 400),
        progress=lambda done, total: told.append((done, total)),
        cancelled=cancelled,
    )

    assert told == [(1, 3)]
    assert result.cancelled
    assert len(result.folds) == 1
    assert len(asked) == 11


def test_the_out_of_sample_block_decides_with_warm_indicators_and_only_its_own_bars() -> None:
    document = benchmark_document("5m")
    config = FoldConfig(1000, 500, 500)
    whole = run_walk_forward(document, [], {Interval.M5: BARS}, SETTINGS, config)
    cut = run_walk_forward(document, [], {Interval.M5: BARS.slice(0, 1500)}, SETTINGS, config)

    assert not whole.is_optimised
    assert whole.folds[0].out_of_sample == cut.folds[0].out_of_sample
    assert whole.folds[0].out_of_sample.trades > 0
    assert np.isfinite(whole.folds[0].in_sample.net_pnl)


def test_both_dictionaries_have_the_same_messages() -> None:
    english, russian = messages("en"), messages("ru")

    assert {group: set(texts) for group, texts in english.items()} == {
        group: set(texts) for group, texts in russian.items()
    }
