from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.backtest.candidates import find_candidates
from chalicelib.domain.backtest.costs import FundingTable
from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.equity import equity_curve
from chalicelib.domain.backtest.history import sized_history
from chalicelib.domain.backtest.honesty import cut_bars, look_ahead_check
from chalicelib.domain.backtest.path_exits import PathExits
from chalicelib.domain.backtest.scene import Scene
from chalicelib.domain.backtest.settings import FillAt, Settings
from chalicelib.domain.backtest.track import make_track
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.presets import PRESETS, Preset

from .markets import backtest, plan_of, random_bars, strategy

FREE = Settings(fixed_qty=1.0, taker_fee_bps=0, maker_fee_bps=0)


def crosses(on_opposite: str = "reverse", **exits: Any) -> dict[str, Any]:
    def cross(kind: str) -> dict[str, Any]:
        lengths = [{"indicator": "ema", "params": {"length": length}} for length in (5, 13)]
        return {"type": kind, "a": lengths[0], "b": lengths[1]}

    entry = {"long": cross("crossover"), "short": cross("crossunder"), "onOpposite": on_opposite}
    document = strategy(entry)
    document["exit"] = {
        "stopLoss": {"type": "atr_multiple", "value": 1.5},
        "takeProfit": {"type": "atr_multiple", "value": 2.5},
        **exits,
    }
    return document


MOVING = {
    "trailing": {"trailingStop": {"type": "trailing_atr", "activationAtr": 1, "callbackAtr": 0.7}},
    "break_even": {"breakEven": {"activationPct": 0.3, "offsetPct": 0.05}},
    "ladder": {
        "takeProfit": {
            "type": "ladder",
            "steps": [
                {"type": "atr_multiple", "value": 1, "sharePct": 40},
                {"type": "atr_multiple", "value": 3, "sharePct": 60},
            ],
        }
    },
}
VARIANTS = [crosses(), *(crosses(**exits) for exits in MOVING.values())]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), document=st.sampled_from(VARIANTS))
def test_scaling_prices_scales_results(seed: int, document: dict[str, Any]) -> None:
    bars = random_bars(seed, 500)
    scaled = Bars(bars.open_time_ms, bars.open * 4, bars.high * 4, bars.low * 4, bars.close * 4, bars.volume)

    once, four_times = backtest(document, bars).trades, backtest(document, scaled).trades

    assert np.allclose(once.pnl * 4, four_times.pnl, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_mirroring_prices_mirrors_long_and_short(seed: int) -> None:
    bars = random_bars(seed, 500)
    mirrored = Bars(bars.open_time_ms, 300 - bars.open, 300 - bars.low, 300 - bars.high, 300 - bars.close, bars.volume)

    plain, other = backtest(crosses(), bars, FREE).trades, backtest(crosses(), mirrored, FREE).trades

    assert (plain.sign == -other.sign).all()
    assert np.allclose(plain.pnl, other.pnl, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), document=st.sampled_from(VARIANTS), cut=st.integers(1, 499))
def test_what_happened_before_a_cut_does_not_depend_on_what_came_after(
    seed: int, document: dict[str, Any], cut: int
) -> None:
    bars = random_bars(seed, 500)

    whole, part = backtest(document, bars).trades, backtest(document, bars.slice(0, cut)).trades

    assert np.array_equal(whole.pnl[: len(part)], part.pnl)
    assert (whole.exit_bar[len(part) :] >= cut - 1).all()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    document=st.sampled_from(VARIANTS),
    fee=st.floats(0, 50),
    slippage=st.floats(0, 20),
)
def test_no_costs_are_never_worse_than_costs(seed: int, document: dict[str, Any], fee: float, slippage: float) -> None:
    bars = random_bars(seed, 500)
    fees_only = Settings(fixed_qty=1.0, taker_fee_bps=fee)

    free, charged = backtest(document, bars, FREE).trades, backtest(document, bars, fees_only).trades

    assert free.net_pnl >= charged.net_pnl
    assert (backtest(document, bars, Settings(fixed_qty=1.0, slippage_bps=slippage)).trades.fees >= 0).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), document=st.sampled_from(VARIANTS))
def test_the_trades_sum_to_the_change_of_equity(seed: int, document: dict[str, Any]) -> None:
    bars = random_bars(seed, 500)
    trades = backtest(document, bars).trades

    curve = equity_curve(trades, bars, 10_000.0)

    assert trades.gross.sum() - trades.fees.sum() - trades.funding.sum() == pytest.approx(trades.net_pnl, abs=1e-9)
    open_at_end = len(trades) and trades.exit_bar[-1] < len(bars)
    if open_at_end or not len(trades):
        assert curve[-1] - 10_000.0 == pytest.approx(trades.net_pnl, abs=1e-6)


@pytest.mark.parametrize(
    ("on_opposite", "fill_at", "slippage", "leverage", "timed"),
    list(itertools.product(["ignore", "close", "reverse"], FillAt, [0.0, 20.0], [None, 150.0], [False, True])),
)
def test_the_array_walk_and_the_single_walk_agree(
    on_opposite: str, fill_at: FillAt, slippage: float, leverage: float | None, timed: bool
) -> None:
    exits = {"timeExit": {"maxBars": 7}} if timed else {}
    plan = plan_of(crosses(on_opposite, **exits))
    bars = random_bars(7)
    assumed = Settings(fixed_qty=1.0, fill_at=fill_at, slippage_bps=slippage, leverage=leverage)
    signals = plan.evaluate({Interval.M5: bars})
    track = make_track(bars, Interval.M5, fill_at)
    candidates = find_candidates(plan.spec, signals, bars.close, track, assumed)
    scene = Scene(plan.spec, assumed, bars, track, candidates, FundingTable(None, bars))

    arrays = run_backtest(plan, Market({Interval.M5: bars}), assumed).trades
    single = sized_history(scene, PathExits(scene, signals)).trades

    assert len(arrays) > 20
    assert np.allclose(arrays.pnl, single.pnl, atol=1e-9)
    assert (arrays.reason == single.reason).all()


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_no_preset_sees_the_future(preset: Preset) -> None:
    plan = plan_of(preset.document())
    primary = random_bars(3, 3000, plan.spec.timeframe)
    bars = {interval: primary.aggregate(plan.spec.timeframe, interval) for interval in plan.timeframes[1:]}
    bars[plan.spec.timeframe] = primary

    assert look_ahead_check(plan, bars, range(1, 3000, 271)) == []


def test_cutting_leaves_no_higher_bar_that_had_not_closed() -> None:
    plan = plan_of(PRESETS[1].document())
    primary = random_bars(3, 100)
    bars = {Interval.M5: primary, Interval.H1: primary.aggregate(Interval.M5, Interval.H1)}

    cut = cut_bars(plan, bars, 23)

    assert len(cut[Interval.H1]) == 1
