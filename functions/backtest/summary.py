"""A report as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def summary_lines(report: dict[str, Any]) -> Iterator[str]:
    """The report's figures and assumptions, one line each."""
    period, fall = report["period"], report["max_drawdown"]
    yield f"{report['strategy_id']}  {report['symbol']} {report['timeframe']}  {period['from']} – {period['to']}"
    yield f"{'bars':<22}{period['bars']}"
    rows = [
        ("trades", report["trades"]),
        ("wins", report["wins"]),
        ("win rate", _percent(report["win_rate"])),
        ("net PnL", _money(report["net_pnl"])),
        ("gross PnL", _money(report["gross_pnl"])),
        ("fees", _money(report["fees"])),
        ("funding", _money(report["funding"])),
        ("return", f"{report['return_pct']:.2f} %"),
        ("max drawdown", f"{fall['value']:.2f} ({fall['pct']:.2f} %), {fall['longest_ms'] / 86_400_000:.1f} days"),
        ("Sharpe / Sortino", f"{_ratio(report['sharpe'])} / {_ratio(report['sortino'])}"),
        ("Calmar", _ratio(report["calmar"])),
        ("profit factor", _ratio(report["profit_factor"])),
        ("expectancy", _money(report["expectancy"])),
        ("longest losing run", report["longest_losing_run"]),
        ("exposure", _percent(report["exposure"])),
        ("exits", ", ".join(f"{name} {count}" for name, count in report["exit_reasons"].items()) or "–"),
    ]
    if report["refused_entries"]:
        rows.append(("refused entries", ", ".join(f"{k} {v}" for k, v in report["refused_entries"].items())))
    if report["stopped_by"]:
        rows.append(("stopped by", report["stopped_by"]))
    if report["buy_and_hold"]:
        rows.append(("buy and hold", f"{report['buy_and_hold']['return_pct']:.2f} %"))
    yield from (f"{name:<22}{value}" for name, value in rows)
    yield ""
    yield from (f"{row['month']}  {row['trades']:>6} trades  {row['net_pnl']:>14.2f}" for row in report["monthly"])
    yield ""
    yield "This rests on:"
    yield from (f"- {sentence}" for sentence in report["assumptions"])


def _money(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.2f} %"
