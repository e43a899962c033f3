"""A month replayed bar by bar through the Tick's question gives the decisions of the backtest (FR-45)."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.decision import decide_on_close
from chalicelib.domain.strategy.plan import Plan
from chalicelib.domain.strategy.presets import PRESETS, Preset
from functions.backtest.candle_file import read_candles

from .markets import REAL_MONTH, plan_of


@pytest.fixture(scope="module")
def month() -> Bars:
    if not REAL_MONTH.exists():
        pytest.skip("the shared candles are not beside the project")
    return read_candles(REAL_MONTH, Interval.M1)


def live_windows(plan: Plan, bars: dict[Interval, Bars], bar: int) -> dict[Interval, Bars]:
    """What a live run has when primary bar ``bar`` closes: the newest closed bars, as many as the plan asks for."""
    now = int(bars[plan.spec.timeframe].open_time_ms[bar]) + plan.spec.timeframe.milliseconds
    windows = {}
    for interval, needed in plan.required_bars.items():
        closed = bars[interval].closed_before(now, interval)
        windows[interval] = closed.slice(max(len(closed) - needed, 0), len(closed))
    return windows


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_a_month_bar_by_bar_decides_as_the_backtest_does(preset: Preset, month: Bars) -> None:
    plan = plan_of(preset.document())
    bars = {
        interval: month if interval is Interval.M1 else month.aggregate(Interval.M1, interval)
        for interval in plan.timeframes
    }
    signals = plan.evaluate(bars)
    count = len(bars[plan.spec.timeframe])
    different = []
    levels = {key: np.empty(count) for key in signals.levels}

    for bar in range(count):
        decision = decide_on_close(plan, live_windows(plan, bars, bar))
        expected = Side.BUY if signals.long[bar] else Side.SELL if signals.short[bar] else None
        leave = (bool(signals.exit_long[bar]), bool(signals.exit_short[bar]))
        if decision.signal is not expected or (decision.indicator_exit_long, decision.indicator_exit_short) != leave:
            different.append(bar)
        for key, values in levels.items():
            values[bar] = float(decision.level_inputs.get(key, "nan"))

    assert different == []
    for key, values in levels.items():
        np.testing.assert_allclose(values, signals.levels[key], rtol=1e-9, err_msg=key)
