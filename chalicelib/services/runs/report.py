"""The report of an ended run in the API's shape."""

from __future__ import annotations

from typing import Any

from chalicelib.domain.runtime.decision import Booked
from chalicelib.domain.runtime.draft import plain
from chalicelib.domain.runtime.position import SHOWN_PRICE
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.report import Trade, figures
from chalicelib.domain.timestamps import iso
from chalicelib.services.runs.equity_curve import thinned

MOST_TRADES = 2_500
"""Bars give a day no more than 1,440; outside signals can."""
MOST_POINTS = 2_000


def build_report(record: RunRecord, state: RunState, fills: tuple[Booked, ...]) -> dict[str, Any]:
    """The report of a run that has just ended in ``state``, from all its fills.

    ``complete`` is false when something was adopted that no execution explains: then the sums are not the whole truth.
    ``proven`` is false when the run ended before it had read its account: nothing was opened, and nothing was checked.
    Metered minutes are started minutes (decision 24).

    It fits into one row whatever the run did: of the trades the last ``MOST_TRADES`` are listed, the equity curve is
    thinned to ``MOST_POINTS`` of its ``equityPoints``. Sums, shares and counts are always of everything.
    """
    terms = record.terms
    result = figures(fills)
    minutes = -(-max(0, state.ended_ms - (state.started_ms or state.ended_ms)) // 60_000)
    return {
        "runId": terms.run_id,
        "symbol": terms.symbol,
        "status": state.status.value,
        "stopReason": state.stop_reason.value if state.stop_reason else None,
        "startedAt": iso(state.started_ms) if state.started_ms else None,
        "endedAt": iso(state.ended_ms),
        "grossPnl": plain(result.gross),
        "fees": plain(result.fees),
        "funding": plain(result.funding),
        "netPnl": plain(result.net),
        "trades": [_trade(trade) for trade in result.trades[-MOST_TRADES:]],
        "equity": [{"at": iso(at), "value": plain(value)} for at, value in thinned(result.equity, MOST_POINTS)],
        "equityPoints": len(result.equity),
        "winRate": plain(result.win_rate) if result.win_rate is not None else None,
        "maxDrawdown": plain(result.max_drawdown),
        "counts": {
            "orders": state.counts.orders,
            "fills": state.counts.fills,
            "trades": len(result.trades),
            "errors": state.counts.errors,
            "ticks": record.epoch,
        },
        "meteredMinutes": minutes,
        "flat": state.holding is None,
        "openOrdersLeft": 0,
        # A run that begins has read its account whole, and ends only when a reading proves how it leaves it.
        "proven": state.reconciled_ms > 0,
        "complete": state.complete,
    }


def _trade(trade: Trade) -> dict[str, Any]:
    return {
        "no": trade.number,
        "side": trade.side.value,
        "qty": plain(trade.qty),
        "entryPrice": plain(trade.entry_price.quantize(SHOWN_PRICE)),
        "entryAt": iso(trade.entry_ms),
        "exitPrice": plain(trade.exit_price.quantize(SHOWN_PRICE)),
        "exitAt": iso(trade.exit_ms),
        "exitReason": trade.exit_reason,
        "grossPnl": plain(trade.gross),
        "fees": plain(trade.fees),
        "netPnl": plain(trade.net),
    }
