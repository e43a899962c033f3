"""The report of a backtest: figures, curve, trades, and the assumptions they rest on. Canonical, versioned JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson

from chalicelib.domain.backtest.costs import FundingTable
from chalicelib.domain.backtest.equity import daily_returns, drawdown, equity_curve
from chalicelib.domain.backtest.history import History
from chalicelib.domain.backtest.metrics import calmar, deflated_sharpe, sharpe, sortino, trade_figures
from chalicelib.domain.backtest.outcome import ExitReason
from chalicelib.domain.backtest.settings import ENGINE_VERSION, FillAt, Settings
from chalicelib.domain.backtest.trades import Trades
from chalicelib.domain.market.bars import Bars, Floats
from chalicelib.domain.strategy.plan import Plan
from chalicelib.domain.strategy.spec import OrderType

REPORT_VERSION = 1
_CURVE_POINTS = 500
_DAY_MS = 86_400_000
Report = dict[str, Any]


def build_report(
    plan: Plan,
    bars: Bars,
    settings: Settings,
    history: History,
    *,
    strategy_hash: str,
    with_detail: bool = False,
    trial_sharpes: list[float] | None = None,
) -> Report:
    """The report of ``history``; ``trial_sharpes`` are those of all runs of the sweep that this one comes from."""
    trades, starting = history.trades, float(settings.starting_equity)
    equity = equity_curve(trades, bars, starting)
    fall = drawdown(equity, bars, plan.spec.timeframe.milliseconds, starting)
    returns = daily_returns(equity, bars, starting)
    figures = trade_figures(trades.pnl)
    final = starting + trades.net_pnl
    days = len(bars) * plan.spec.timeframe.milliseconds / _DAY_MS
    report: Report = {
        "report_version": REPORT_VERSION,
        "engine_version": ENGINE_VERSION,
        "strategy_id": plan.spec.id,
        "strategy_hash": strategy_hash,
        "symbol": plan.spec.market.symbol,
        "timeframe": plan.spec.timeframe.value,
        "period": _period(bars, plan.spec.timeframe.milliseconds),
        "assumptions": assumptions(plan, settings, with_detail=with_detail),
        "trades": len(trades),
        "wins": figures.wins,
        "losses": figures.losses,
        "net_pnl": trades.net_pnl,
        "gross_pnl": float(trades.gross.sum()),
        "fees": float(trades.fees.sum()),
        "funding": float(trades.funding.sum()),
        "starting_equity": starting,
        "final_equity": final,
        "return_pct": trades.net_pnl / starting * 100,
        "max_drawdown": {"value": fall.value, "pct": fall.percent, "longest_ms": fall.longest_ms},
        "sharpe": sharpe(returns),
        "sortino": sortino(returns),
        "calmar": calmar(final, starting, days, fall.percent),
        "deflated_sharpe": deflated_sharpe(returns, trial_sharpes) if trial_sharpes is not None else None,
        "profit_factor": figures.profit_factor,
        "expectancy": figures.expectancy,
        "win_rate": figures.win_rate,
        "average_win": figures.average_win,
        "average_loss": figures.average_loss,
        "longest_losing_run": figures.longest_losing_run,
        "exposure": exposure(trades, len(bars)),
        "exit_reasons": _reasons(trades),
        "refused_entries": history.refused,
        "stopped_by": history.stopped_by,
        "open_position": _open_position(history),
        "monthly": _monthly(trades),
        "buy_and_hold": _buy_and_hold(bars, settings, plan.spec.timeframe.milliseconds),
        "equity_curve": _curve(equity, bars, plan.spec.timeframe.milliseconds),
        "trade_list": trades.rows(),
    }
    return report


def canonical_report(report: Report) -> bytes:
    """The report's bytes: sorted keys, no spaces; equal reports have equal bytes."""
    return orjson.dumps(report, option=orjson.OPT_SORT_KEYS)


def assumptions(plan: Plan, settings: Settings, *, with_detail: bool) -> list[str]:
    """What the figures rest on, one sentence each."""
    said = [
        "Signals are evaluated on closed bars only; a higher-timeframe bar counts once it closed by the bar's open."
    ]
    if settings.fill_at is FillAt.CLOSE:
        said.append("OPTIMISTIC: decisions fill at the close of the bar that made them; nobody gets that price live.")
    else:
        said.append("Decisions fill at the next bar's open; without a next bar they do not fill.")
    said.append("Inside a bar the stop comes before the target; a bar that opens beyond a level fills at its open.")
    if with_detail:
        said.append("Finer bars decide what came first inside a bar.")
    said.append("Moving stops move at a bar's close and count from the next bar on.")
    said.append(f"Taker fee {settings.taker_fee_bps:g} bps of each side's notional, counted when the trade closes.")
    if plan.spec.entry.order.type is OrderType.LIMIT:
        said.append(f"Limit entries fill only when traded through, at a maker fee of {settings.maker_fee_bps:g} bps.")
    said.append(f"Slippage {settings.slippage_bps:g} bps against the trade on market fills and exits.")
    said.append(_about_funding(settings))
    if settings.fixed_qty is not None:
        said.append(f"Fixed quantity {settings.fixed_qty:g}; no compounding, cooldown or loss limits.")
    else:
        said.append("Sized as live on the equity so far; cooldown and loss limits apply as in one long run.")
    if settings.instrument is None:
        said.append("No instrument: prices and quantities are not rounded, minimums not checked.")
    if settings.leverage is None:
        said.append("No liquidation check.")
    else:
        said.append(f"Isolated margin at {settings.leverage:g}x; liquidation is checked before the stop.")
    said.append("A position still open at the end is not counted. Queue, latency and market impact are not modelled.")
    return said


def _about_funding(settings: Settings) -> str:
    if settings.funding is None:
        return "Funding is not included."
    return (
        f"Funding is charged at its times ({len(settings.funding)} rates), on the open of the bar that each falls in."
    )


def exposure(trades: Trades, bar_count: int) -> float:
    """The share of bars on which there was a position at the close or that one ended inside."""
    if not bar_count:
        return 0.0
    inside = np.isin(trades.reason, [ExitReason.STOP_LOSS, ExitReason.TRAILING_STOP, ExitReason.TAKE_PROFIT])
    held = trades.exit_bar - trades.entry_bar + inside
    return min(float(held.sum()) / bar_count, 1.0)


def _period(bars: Bars, bar_ms: int) -> Report:
    if not len(bars):
        return {"bars": 0, "from": None, "to": None}
    first, last = int(bars.open_time_ms[0]), int(bars.open_time_ms[-1]) + bar_ms
    return {"bars": len(bars), "from": _iso(first), "to": _iso(last)}


def _iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _reasons(trades: Trades) -> dict[str, int]:
    return {
        reason.label: int((trades.reason == reason).sum()) for reason in ExitReason if (trades.reason == reason).any()
    }


def _open_position(history: History) -> Report | None:
    position = history.open_position
    if position is None:
        return None
    return {
        "side": position.side.value,
        "qty": position.qty,
        "entry_price": position.entry_price,
        "entry_time": _iso(position.entry_time_ms),
        "unrealised": position.unrealised,
    }


def _monthly(trades: Trades) -> list[Report]:
    months = (trades.exit_time_ms - 1).astype("datetime64[ms]").astype("datetime64[M]")
    names, place = np.unique(months, return_inverse=True)
    sums = np.bincount(place, trades.pnl, len(names)) if len(names) else np.empty(0)
    counts = np.bincount(place, minlength=len(names))
    return [
        {"month": str(name), "trades": int(count), "net_pnl": float(total)}
        for name, count, total in zip(names, counts, sums, strict=False)
    ]


def _buy_and_hold(bars: Bars, settings: Settings, bar_ms: int) -> Report | None:
    """All equity in the market from the first open to the last close, with the same costs."""
    if not len(bars):
        return None
    starting = float(settings.starting_equity)
    slip, fee = settings.slippage_bps / 10_000, settings.taker_fee_bps / 10_000
    bought, sold = float(bars.open[0]) * (1 + slip), float(bars.close[-1]) * (1 - slip)
    qty = starting / bought
    table, closes = FundingTable(settings.funding, bars), bars.open_time_ms + bar_ms
    paid = table.paid(np.full(len(bars), bars.open_time_ms[0]), closes - 1)
    net = qty * (sold - bought) - qty * (sold + bought) * fee - qty * float(paid[-1])
    fall = drawdown(starting + qty * (bars.close - bought - paid), bars, bar_ms, starting)
    return {"net_pnl": net, "return_pct": net / starting * 100, "max_drawdown_pct": fall.percent}


def _curve(equity: Floats, bars: Bars, bar_ms: int) -> list[list[float]]:
    """The curve thinned to a few hundred points, the last one always among them."""
    if not len(equity):
        return []
    step = max(1, -(-len(equity) // _CURVE_POINTS))
    places = np.unique(np.concatenate((np.arange(0, len(equity), step), [len(equity) - 1])))
    times = bars.open_time_ms[places] + bar_ms
    return [[time, value] for time, value in zip(times.tolist(), equity[places].tolist(), strict=True)]
