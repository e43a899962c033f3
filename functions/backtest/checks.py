"""``--check``: is the strategy honest, and how much of the result is luck of order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from chalicelib.domain.backtest.honesty import look_ahead_check, recursive_check
from chalicelib.domain.backtest.monte_carlo import shuffle_trades
from chalicelib.domain.backtest.trades import Trades
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.plan import Plan

_CUTS = 20


def run_checks(
    plan: Plan, bars: Mapping[Interval, Bars], trades: Trades, starting_equity: float, seed: int
) -> dict[str, Any]:
    """Look-ahead at twenty cuts, warm-up sensitivity around what a live run loads, and shuffled trades; plain JSON."""
    count = len(bars[plan.spec.timeframe])
    cuts = sorted(set(np.linspace(1, count, _CUTS, dtype=np.int64).tolist()))
    needed = plan.warmup_bars
    windows = sorted({max(needed // 8, 1), max(needed // 4, 1), max(needed // 2, 1), needed})
    shuffled = shuffle_trades(trades.pnl, starting_equity, seed=seed)
    return {
        "look_ahead": {"cuts": cuts, "changed_decisions": [asdict(one) for one in look_ahead_check(plan, bars, cuts)]},
        "recursive": [asdict(one) for one in recursive_check(plan, bars, windows)],
        "monte_carlo": None if shuffled is None else asdict(shuffled),
    }


def check_lines(checks: dict[str, Any]) -> Iterator[str]:
    """The checks for a terminal."""
    changed = checks["look_ahead"]["changed_decisions"]
    verdict = "no decision depends on later bars" if not changed else f"{len(changed)} DECISIONS CHANGED: {changed[:3]}"
    yield f"look-ahead ({len(checks['look_ahead']['cuts'])} cuts): {verdict}"
    for row in checks["recursive"]:
        off = "undefined" if row["difference"] is None else f"off by {row['difference']:.1e} of its scale"
        yield f"warm-up: {row['formula']} from {row['window']} bars: {off}"
    if (luck := checks["monte_carlo"]) is not None:
        marks = ", ".join(f"{name} {value:.2f}" for name, value in luck["percentiles"].items())
        yield f"drawdown of {luck['runs']} shuffled orders (seed {luck['seed']}): {marks}; real {luck['observed']:.2f}"
        yield f"orders that lose everything: {luck['ruin'] * 100:.1f} %"
