"""Bars and plans that the tests of the backtest start from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.history import History
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import Plan, compile_plan

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
SPECS = ROOT / "tests" / "fixtures" / "strategies"
REAL_MONTH = SHARED / "data" / "candles" / "btc_perp_1m_2022-01.csv.gz"

Rows = Sequence[tuple[float, float, float, float]]


def random_bars(seed: int, count: int = 1500, interval: Interval = Interval.M5, sigma: float = 0.003) -> Bars:
    """A random walk with gaps between closes and opens, prices on a tick of 0.01."""
    rng = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, sigma, count))), 2)
    opened = np.round(np.concatenate(([100.0], close[:-1])) * np.exp(rng.normal(0, sigma / 5, count)), 2)
    high = np.round(np.maximum(opened, close) * (1 + np.abs(rng.normal(0, sigma / 2, count))), 2)
    low = np.round(np.minimum(opened, close) * (1 - np.abs(rng.normal(0, sigma / 2, count))), 2)
    times = 1_640_995_200_000 + np.arange(count, dtype=np.int64) * interval.milliseconds
    return Bars(times, opened, np.maximum.reduce([high, opened, close]), low, close, rng.integers(1, 9, count) * 1.0)


def bars_of(rows: Rows, interval: Interval = Interval.M5) -> Bars:
    """Bars from (open, high, low, close), volume 1, from the start of 2022."""
    values = np.array(rows, np.float64).reshape(-1, 4)
    times = 1_640_995_200_000 + np.arange(len(values), dtype=np.int64) * interval.milliseconds
    return Bars(times, *(values[:, at].copy() for at in range(4)), np.ones(len(values)))


def plan_of(document: dict[str, Any]) -> Plan:
    return compile_plan(parse_strategy(document))


def backtest(document: dict[str, Any], bars: Bars, settings: Settings | None = None, **market: Any) -> History:
    plan = plan_of(document)
    every = {interval: bars.aggregate(plan.spec.timeframe, interval) for interval in plan.timeframes[1:]}
    return run_backtest(
        plan, Market({plan.spec.timeframe: bars, **every}, **market), settings or Settings(fixed_qty=1.0)
    )


def benchmark_document(timeframe: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SPECS / f"ema_cross_benchmark_{timeframe}.json").read_text())
    return document


def above(level: float) -> dict[str, Any]:
    """True on a close above ``level``."""
    return {"type": "compare", "op": ">", "left": {"price": "close"}, "right": {"constant": level}}


def below(level: float) -> dict[str, Any]:
    """True on a close below ``level``."""
    return {"type": "compare", "op": "<", "left": {"price": "close"}, "right": {"constant": level}}


def strategy(
    entry: dict[str, Any], *, stop: float = 10, target: float = 10, dca: dict[str, Any] | None = None, **exits: Any
) -> dict[str, Any]:
    """A strategy with percentage levels."""
    document = {
        "id": "test",
        "name": "Test",
        "dslVersion": 1,
        "market": {"symbol": "BTCUSDT"},
        "timeframe": "5m",
        "entry": entry,
        "exit": {
            "stopLoss": {"type": "fixed_pct", "value": stop},
            "takeProfit": {"type": "fixed_pct", "value": target},
            **exits,
        },
        "risk": {"fixedNotionalUsd": 1000, "maxPositionSizeUsd": 1000, "maxLossPerRunUsd": 500, "cooldownSeconds": 0},
    }
    if dca is not None:
        document["dca"] = dca
        document["risk"] = {"maxPositionSizeUsd": 10_000, "maxLossPerRunUsd": 5000, "cooldownSeconds": 0}
    return document
