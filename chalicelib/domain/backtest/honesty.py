"""Checks that a strategy cannot see the future and does not depend on where its history starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.domain.market.bars import Bars, Floats
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy import expressions as ex
from chalicelib.domain.strategy.evaluation import Evaluation
from chalicelib.domain.strategy.plan import Plan, Signals
from chalicelib.domain.strategy.wording import formula


@dataclass(frozen=True, slots=True)
class LookAhead:
    """One decision that changed when later bars were taken away: ``what`` on bar ``bar``, with data up to ``cut``."""

    what: str
    bar: int
    cut: int


def look_ahead_check(plan: Plan, bars: Mapping[Interval, Bars], cuts: Sequence[int]) -> list[LookAhead]:
    """Every decision before a cut that differs when only the bars up to the cut are known; empty is honest.

    ``cuts`` are numbers of primary bars. Higher timeframes are cut at the same moment.
    """
    whole = plan.evaluate(bars)
    return [one for cut in cuts for one in _changed(whole, plan.evaluate(cut_bars(plan, bars, cut)), cut)]


def cut_bars(plan: Plan, bars: Mapping[Interval, Bars], count: int) -> dict[Interval, Bars]:
    """What was closed when the primary bar ``count - 1`` closed."""
    primary = bars[plan.spec.timeframe].slice(0, count)
    if not len(primary):
        return {interval: series.slice(0, 0) for interval, series in bars.items()}
    now = int(primary.open_time_ms[-1]) + plan.spec.timeframe.milliseconds
    return {interval: series.closed_before(now, interval) for interval, series in bars.items()}


def _changed(whole: Signals, part: Signals, cut: int) -> Iterator[LookAhead]:
    for name in ("long", "short", "exit_long", "exit_short"):
        different = np.flatnonzero(getattr(whole, name)[:cut] != getattr(part, name)[:cut])
        yield from (LookAhead(name, int(bar), cut) for bar in different[:10])
    for key, series in whole.levels.items():
        different = np.flatnonzero(~_same(series[:cut], part.levels[key][:cut], 1e-12))
        yield from (LookAhead(key, int(bar), cut) for bar in different[:10])


def _same(a: Floats, b: Floats, tolerance: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.isclose(a, b, rtol=tolerance, atol=0, equal_nan=True)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """How one value of the strategy depends on the length of its history.

    ``difference`` is that between the newest value from ``window`` bars and from all, relative to the scale of the
    series; None when the short history leaves it undefined.
    """

    formula: str
    window: int
    difference: float | None


def recursive_check(plan: Plan, bars: Mapping[Interval, Bars], windows: Sequence[int]) -> list[WarmUp]:
    """For each indicator of the strategy and each window (bars of its own timeframe): how far off a short history is.

    A live bot sees ``plan.required_bars``; differences there show up as other trades than in the backtest.
    """
    rows = []
    for indicator in indicators(plan):
        series = bars[indicator.timeframe]
        place = ex.Indicator(indicator.name, indicator.params, indicator.output, indicator.timeframe)
        whole = _values(place, series)
        scale = max(float(np.nanmax(np.abs(whole), initial=0.0)), 1e-300)
        for window in windows:
            short = _values(place, series.slice(max(len(series) - window, 0), len(series)))
            newest, full = float(short[-1]), float(whole[-1])
            known = np.isfinite(newest) and np.isfinite(full)
            difference = abs(newest - full) / scale if known else None
            rows.append(WarmUp(formula(place, plan.spec.timeframe), window, difference))
    return rows


def indicators(plan: Plan) -> list[ex.Indicator]:
    """The strategy's indicators, each once, without offsets."""
    found: dict[ex.Indicator, None] = {}
    roots: list[ex.Node] = [root for root in (plan.spec.entry.long, plan.spec.entry.short) if root is not None]
    roots += [rule.condition for rule in plan.spec.exit.indicator_exits]
    while roots:
        node = roots.pop(0)
        if isinstance(node, ex.Indicator):
            found[ex.Indicator(node.name, node.params, node.output, node.timeframe)] = None
        roots += ex.children(node)
    return list(found)


def _values(indicator: ex.Indicator, bars: Bars) -> Floats:
    return Evaluation(indicator.timeframe, {indicator.timeframe: bars}).value(indicator)
