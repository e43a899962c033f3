"""What each preset does on the real month; run as a module it writes the expectations."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.outcome import ExitReason
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.presets import PRESETS, Preset
from functions.backtest.candle_file import read_candles

from .markets import REAL_MONTH, SPECS, plan_of

GOLDEN = SPECS.parent / "preset_trades.json"


def outcome_of(one: Preset, month: Bars) -> dict[str, Any]:
    """Trades with one unit, and sized as live from 10,000, at the preset's baseline costs; rounded to cents."""
    plan = plan_of(one.document())
    bars = {
        interval: month if interval is Interval.M1 else month.aggregate(Interval.M1, interval)
        for interval in plan.timeframes
    }
    costs = {"taker_fee_bps": one.fee_bps, "slippage_bps": one.slippage_bps}
    fixed = run_backtest(plan, Market(bars), Settings(fixed_qty=1.0, **costs)).trades
    sized = run_backtest(plan, Market(bars), Settings(**costs))
    return {
        "trades": len(fixed),
        "wins": fixed.wins,
        "net_pnl": round(fixed.net_pnl, 2),
        "exits": {reason.label: int((fixed.reason == reason).sum()) for reason in ExitReason},
        "entry_bars": fixed.entry_bar[:20].tolist(),
        "exit_bars": fixed.exit_bar[:20].tolist(),
        "sized": {
            "trades": len(sized.trades),
            "net_pnl": round(sized.trades.net_pnl, 2),
            "refused": sized.refused,
            "stopped_by": sized.stopped_by,
        },
    }


def main() -> None:
    """Writes the golden file."""
    month = read_candles(REAL_MONTH, Interval.M1)
    GOLDEN.write_text(json.dumps({one.slug: outcome_of(one, month) for one in PRESETS}, indent=1) + "\n")


if __name__ == "__main__":
    main()
