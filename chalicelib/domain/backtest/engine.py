"""The backtest: strategy and bars in, history out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.domain.backtest.candidates import find_candidates
from chalicelib.domain.backtest.costs import FundingTable
from chalicelib.domain.backtest.dca_exits import DcaExits
from chalicelib.domain.backtest.history import History, fixed_history, sized_history
from chalicelib.domain.backtest.passage_memo import FreshPassages, PassageSource
from chalicelib.domain.backtest.path_exits import PathExits
from chalicelib.domain.backtest.scene import Scene
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.static_exits import StaticExits, is_static
from chalicelib.domain.backtest.track import Track, make_track
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.plan import Plan, Signals


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """What a backtest trades on: closed bars by timeframe and, optionally, finer ones to look inside the primary."""

    bars: Mapping[Interval, Bars]
    detail: Bars | None = None


def run_backtest(plan: Plan, market: Market, settings: Settings) -> History:
    """The trades of ``plan`` over ``market``. Raises UnknownFact when a timeframe's bars are missing."""
    signals = plan.evaluate(market.bars)
    primary = market.bars[plan.spec.timeframe]
    track = make_track(primary, plan.spec.timeframe, settings.fill_at, market.detail)
    return trade_signals(plan, primary, signals, track, settings, FreshPassages(track))


def trade_signals(
    plan: Plan, bars: Bars, signals: Signals, track: Track, settings: Settings, passages: PassageSource
) -> History:
    """The trades that ``signals`` over ``bars`` lead to."""
    spec = plan.spec
    candidates = find_candidates(spec, signals, bars.close, track, settings)
    scene = Scene(spec, settings, bars, track, candidates, FundingTable(settings.funding, bars))
    if spec.dca is not None:
        return sized_history(scene, DcaExits(scene, signals))
    if not is_static(spec):
        return sized_history(scene, PathExits(scene, signals))
    exits = StaticExits(spec, candidates, track, settings, passages)
    if settings.fixed_qty is not None and settings.instrument is None:
        return fixed_history(scene, exits)
    return sized_history(scene, exits)
