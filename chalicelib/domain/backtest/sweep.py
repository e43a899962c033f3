"""A sweep: the same strategy with many parameter values on the same bars, ranked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.domain.backtest.engine import trade_signals
from chalicelib.domain.backtest.equity import daily_returns, drawdown, equity_curve
from chalicelib.domain.backtest.history import History
from chalicelib.domain.backtest.metrics import deflated_sharpe, sharpe, trade_figures
from chalicelib.domain.backtest.parameters import Document, Parameter, Point, grid, with_values
from chalicelib.domain.backtest.passage_memo import RememberedPassages
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.track import Track, make_track
from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.evaluation import Evaluation
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import Plan, Signals, compile_plan

MAX_COMBINATIONS = 10_000
_REMEMBERED_LEVELS = 4
_REMEMBERED_SERIES = 64


class RankBy(StrEnum):
    """What the best run has most of. Undefined ranks last; a profit factor without losses ranks first."""

    NET_PNL = "net_pnl"
    SHARPE = "sharpe"
    PROFIT_FACTOR = "profit_factor"
    EXPECTANCY = "expectancy"


@dataclass(frozen=True, slots=True)
class SweepRow:
    """One combination's result. ``error`` says why it is no valid strategy; its figures are then zero or None."""

    index: int
    values: Mapping[str, float]
    trades: int
    wins: int
    net_pnl: float
    return_pct: float
    max_drawdown_pct: float
    sharpe: float | None
    profit_factor: float | None
    expectancy: float | None
    error: str | None = None

    def rank(self, by: RankBy) -> float:
        """The figure to rank by, higher is better."""
        if self.error is not None:
            return float("-inf")
        if by is RankBy.PROFIT_FACTOR and self.profit_factor is None:
            return float("inf") if self.wins else float("-inf")
        value = getattr(self, by.value)
        return float("-inf") if value is None else float(value)


@dataclass(frozen=True, slots=True)
class SweepResult:
    """All rows, best first, ties in the order of the grid; ``cancelled`` when it was stopped before the end."""

    rows: tuple[SweepRow, ...]
    cancelled: bool
    deflated_sharpe: float | None


class SweepRunner:
    """Runs combinations one after the other and keeps what they share: series, conditions and first passages."""

    def __init__(self, primary: Interval, bars: Mapping[Interval, Bars], settings: Settings) -> None:
        self._interval = primary
        self._bars = bars
        self.primary_bars = bars[primary]
        self.settings = settings
        self._track: Track = make_track(bars[primary], primary, settings.fill_at)
        self._look = Evaluation(primary, bars)
        self._passages: dict[object, RememberedPassages] = {}

    def signals(self, plan: Plan) -> Signals:
        """The signals of ``plan`` over all bars."""
        if self._look.remembered > _REMEMBERED_SERIES:
            self._look = Evaluation(self._interval, self._bars)
        return plan.evaluate(self._bars, look=self._look)

    def history(self, plan: Plan) -> History:
        """The trades of ``plan``."""
        signals = self.signals(plan)
        return trade_signals(plan, self.primary_bars, signals, self._track, self.settings, self._passages_of(plan.spec))

    def row(self, index: int, values: Mapping[str, float], document: Document) -> SweepRow:
        """The result of one combination."""
        try:
            plan = compile_plan(parse_strategy(document))
        except InvalidDocument as error:
            return SweepRow(index, values, 0, 0, 0.0, 0.0, 0.0, None, None, None, str(error))
        return summarise(index, values, self.history(plan), self.primary_bars, self.settings, self._interval)

    def _passages_of(self, spec: sp.StrategySpec) -> RememberedPassages:
        key = (spec.exit.stop_loss, spec.exit.take_profit)
        if key not in self._passages:
            if len(self._passages) >= _REMEMBERED_LEVELS:
                self._passages.pop(next(iter(self._passages)))
            self._passages[key] = RememberedPassages(self._track)
        return self._passages[key]


def summarise(
    index: int, values: Mapping[str, float], history: History, bars: Bars, settings: Settings, interval: Interval
) -> SweepRow:
    """A history as a row."""
    trades, starting = history.trades, float(settings.starting_equity)
    figures = trade_figures(trades.pnl)
    equity = equity_curve(trades, bars, starting)
    return SweepRow(
        index=index,
        values=values,
        trades=len(trades),
        wins=figures.wins,
        net_pnl=trades.net_pnl,
        return_pct=trades.net_pnl / starting * 100,
        max_drawdown_pct=drawdown(equity, bars, interval.milliseconds, starting).percent,
        sharpe=sharpe(daily_returns(equity, bars, starting)),
        profit_factor=figures.profit_factor,
        expectancy=figures.expectancy,
    )


def run_sweep(
    document: Document,
    parameters: Sequence[Parameter],
    bars: Mapping[Interval, Bars],
    settings: Settings,
    *,
    rank_by: RankBy = RankBy.NET_PNL,
    limit: int = MAX_COMBINATIONS,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> SweepResult:
    """Runs the whole grid over ``document``. Raises InvalidDocument for a grid that cannot be run.

    ``progress`` is told (done, total) after each combination; ``cancelled`` is asked before each.
    """
    points = grid(document, parameters, limit)
    runner = SweepRunner(Interval(document["timeframe"]), bars, settings)
    rows = sweep_rows(document, parameters, points, range(len(points)), runner, progress, cancelled)
    return merged_sweep(document, parameters, rows, len(points), runner, rank_by)


def sweep_rows(
    document: Document,
    parameters: Sequence[Parameter],
    points: Sequence[Point],
    part: range,
    runner: SweepRunner,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> list[SweepRow]:
    """The results of the grid's points with an index in ``part``, in their order, as far as nobody cancels."""
    rows: list[SweepRow] = []
    for index in part:
        if cancelled():
            break
        point = points[index]
        rows.append(runner.row(index, named(parameters, point), with_values(document, parameters, point)))
        progress(len(rows), len(part))
    return rows


def merged_sweep(
    document: Document,
    parameters: Sequence[Parameter],
    rows: Sequence[SweepRow],
    total: int,
    runner: SweepRunner,
    rank_by: RankBy,
) -> SweepResult:
    """The result of a grid of ``total`` points from the rows of all its parts."""
    ranked = ranking(rows, rank_by)
    return SweepResult(ranked, len(rows) < total, _deflated(document, parameters, ranked, rows, runner))


def ranking(rows: Sequence[SweepRow], by: RankBy) -> tuple[SweepRow, ...]:
    """Best first; equal ones in the order of the grid."""
    return tuple(sorted(rows, key=lambda row: (-row.rank(by), row.index)))


def named(parameters: Sequence[Parameter], point: Point) -> dict[str, float]:
    """The point's values by pointer."""
    return {parameter.pointer: value for parameter, value in zip(parameters, point, strict=True)}


def _deflated(
    document: Document,
    parameters: Sequence[Parameter],
    ranked: Sequence[SweepRow],
    rows: Sequence[SweepRow],
    runner: SweepRunner,
) -> float | None:
    """The deflated Sharpe ratio of the best row, its luck among all rows taken off."""
    if not ranked or ranked[0].error is not None:
        return None
    best: Any = with_values(document, parameters, tuple(ranked[0].values.values()))
    plan = compile_plan(parse_strategy(best))
    starting, primary = float(runner.settings.starting_equity), runner.primary_bars
    returns = daily_returns(equity_curve(runner.history(plan).trades, primary, starting), primary, starting)
    return deflated_sharpe(returns, [row.sharpe for row in rows if row.sharpe is not None])
