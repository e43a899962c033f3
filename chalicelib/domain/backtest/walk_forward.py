"""Walk-forward: choose parameters on the past, trade them on what came next, fold by fold.

Decisions of every block know all bars before it (that is their warm-up; indicators look back only). Between the
in-sample and the out-of-sample block lies an embargo of the longest holding time, so that no in-sample trade reaches
into the block that judges it. Without parameters the folds validate the strategy as it is, and are labelled so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.domain.backtest.engine import trade_signals
from chalicelib.domain.backtest.folds import Fold, FoldConfig, make_folds
from chalicelib.domain.backtest.history import History
from chalicelib.domain.backtest.parameters import Document, Parameter, Point, grid, with_values
from chalicelib.domain.backtest.passage_memo import FreshPassages
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.sweep import RankBy, SweepRow, SweepRunner, named, ranking, summarise
from chalicelib.domain.backtest.track import make_track
from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import Plan, Signals, compile_plan


@dataclass(frozen=True, slots=True)
class FoldResult:
    """One fold: the parameters chosen in sample and both blocks' results; ``embargo_bars`` were left out between."""

    fold: Fold
    embargo_bars: int
    values: Mapping[str, float]
    in_sample: SweepRow
    out_of_sample: SweepRow


@dataclass(frozen=True, slots=True)
class Stability:
    """How steady a parameter's choice was: its values by fold, the share of the most frequent, and their spread.

    ``variation`` is standard deviation over mean; None for a mean of zero.
    """

    values: tuple[float, ...]
    most_frequent_share: float
    variation: float | None


@dataclass(frozen=True, slots=True)
class WalkForward:
    """All folds and their aggregate (FR-L-21). ``is_optimised`` is False for a validation without parameters.

    Percentages are of the starting equity, each fold starting afresh; sums are simple.
    """

    folds: tuple[FoldResult, ...]
    is_optimised: bool
    cancelled: bool
    avg_is_return_pct: float
    avg_oos_return_pct: float
    total_oos_return_pct: float
    avg_is_sharpe: float | None
    avg_oos_sharpe: float | None
    is_oos_ratio: float | None
    oos_win_fold_share: float
    stability: Mapping[str, Stability]


def run_walk_forward(
    document: Document,
    parameters: Sequence[Parameter],
    bars: Mapping[Interval, Bars],
    settings: Settings,
    config: FoldConfig,
    *,
    rank_by: RankBy = RankBy.NET_PNL,
    limit: int = 1000,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> WalkForward:
    """Runs every fold; cancelled, it ends at the next combination with the folds that were done.

    Raises InvalidDocument for folds or a grid that cannot be run, or if no point is a strategy.
    """
    primary = Interval(document["timeframe"])
    folds = make_folds(config, len(bars[primary]))
    points: list[Point] = grid(document, parameters, limit) if parameters else [()]
    runner = SweepRunner(primary, bars, settings)
    results: list[FoldResult] = []

    def go_on() -> None:
        if cancelled():
            raise _Cancelled

    try:
        choices = _choices(document, parameters, points, runner, go_on)
        for fold in folds:
            results.append(_run_fold(fold, choices, bars[primary], settings, rank_by, go_on))
            progress(len(results), len(folds))
    except _Cancelled:
        pass
    return _aggregate(results, bool(parameters), len(results) < len(folds))


class _Cancelled(Exception):
    """Somebody wants no more of it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    index: int
    values: Mapping[str, float]
    plan: Plan
    signals: Signals


def _choices(
    document: Document,
    parameters: Sequence[Parameter],
    points: Sequence[Point],
    runner: SweepRunner,
    go_on: Callable[[], None],
) -> list[_Choice]:
    choices, last_error = [], None
    for index, point in enumerate(points):
        go_on()
        try:
            plan = compile_plan(parse_strategy(with_values(document, parameters, point)))
        except InvalidDocument as error:
            last_error = error
            continue
        choices.append(_Choice(index, named(parameters, point), plan, runner.signals(plan)))
    if not choices and last_error is not None:
        raise last_error
    return choices


def _run_fold(
    fold: Fold,
    choices: Sequence[_Choice],
    bars: Bars,
    settings: Settings,
    rank_by: RankBy,
    go_on: Callable[[], None],
) -> FoldResult:
    longest = max(_longest_holding(choice, fold, bars, settings) for choice in choices)
    # Half of the block is always left to choose on.
    embargo = min(longest, (fold.oos_start - fold.is_start) // 2)
    rows = []
    for choice in choices:
        go_on()
        rows.append(_block(choice, fold.is_start, fold.oos_start - embargo, bars, settings)[0])
    best = ranking(rows, rank_by)[0]
    chosen = next(choice for choice in choices if choice.index == best.index)
    out_of_sample, _ = _block(chosen, fold.oos_start, fold.oos_end, bars, settings)
    return FoldResult(fold, embargo, chosen.values, best, out_of_sample)


def _longest_holding(choice: _Choice, fold: Fold, bars: Bars, settings: Settings) -> int:
    if choice.plan.spec.exit.max_bars is not None:
        return choice.plan.spec.exit.max_bars
    _, history = _block(choice, fold.is_start, fold.oos_start, bars, settings)
    return int((history.trades.exit_bar - history.trades.entry_bar).max(initial=0)) + 1


def _block(choice: _Choice, begin: int, end: int, bars: Bars, settings: Settings) -> tuple[SweepRow, History]:
    """The choice traded on bars begin <= i < end alone, its signals computed with all bars before."""
    inside, signals = bars.slice(begin, end), _cut(choice.signals, begin, end)
    timeframe = choice.plan.spec.timeframe
    track = make_track(inside, timeframe, settings.fill_at)
    history = trade_signals(choice.plan, inside, signals, track, settings, FreshPassages(track))
    return summarise(choice.index, choice.values, history, inside, settings, timeframe), history


def _cut(signals: Signals, begin: int, end: int) -> Signals:
    part = slice(begin, end)
    return replace(
        signals,
        long=signals.long[part],
        short=signals.short[part],
        exit_long=signals.exit_long[part],
        exit_short=signals.exit_short[part],
        levels={key: series[part] for key, series in signals.levels.items()},
    )


def _aggregate(results: Sequence[FoldResult], is_optimised: bool, cancelled: bool) -> WalkForward:
    inside = [result.in_sample.return_pct for result in results]
    outside = [result.out_of_sample.return_pct for result in results]
    avg_is, avg_oos = _mean(inside) or 0.0, _mean(outside) or 0.0
    names = list(results[0].values) if results else []
    return WalkForward(
        folds=tuple(results),
        is_optimised=is_optimised,
        cancelled=cancelled,
        avg_is_return_pct=avg_is,
        avg_oos_return_pct=avg_oos,
        total_oos_return_pct=sum(outside),
        avg_is_sharpe=_mean([r.in_sample.sharpe for r in results if r.in_sample.sharpe is not None]),
        avg_oos_sharpe=_mean([r.out_of_sample.sharpe for r in results if r.out_of_sample.sharpe is not None]),
        is_oos_ratio=avg_oos / avg_is if avg_is else None,
        oos_win_fold_share=sum(one > 0 for one in outside) / len(outside) if outside else 0.0,
        stability={name: _stability([result.values[name] for result in results]) for name in names},
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _stability(values: Sequence[float]) -> Stability:
    share = Counter(values).most_common(1)[0][1] / len(values)
    mean = float(np.mean(values))
    return Stability(tuple(values), share, float(np.std(values)) / abs(mean) if mean else None)
