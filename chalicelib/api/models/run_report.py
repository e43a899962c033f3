"""What a run has earned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.api.models.base import (
    Id,
    Timestamp,
    View,
)


class TradeView(View):
    """One trade of a run, from its first entry to flat."""

    no: int
    side: str
    qty: str
    entry_price: str
    entry_at: Timestamp
    exit_price: str | None
    exit_at: Timestamp | None
    exit_reason: str | None
    gross_pnl: str
    fees: str
    net_pnl: str


class EquityPointView(View):
    """What the run had earned at a time."""

    at: Timestamp
    value: str


class ReportCountsView(View):
    """How often things happened."""

    orders: int
    fills: int
    trades: int
    errors: int
    ticks: int


class ReportView(View):
    """What a run has earned, in quote currency. ``flat`` and ``openOrdersLeft`` say of the run's own position
    and orders how it left them: ``proven`` by a reading of the exchange, unless it ended before it had begun to trade.

    ``trades`` are the last 2,500 of ``counts.trades``. ``equity`` is the curve in at most 2,000 of its
    ``equityPoints``: first, last, and the lowest and highest of each stretch. Sums, win rate and drawdown are of all.
    """

    run_id: Id
    symbol: str
    status: str
    stop_reason: str | None
    started_at: Timestamp | None
    ended_at: Timestamp
    gross_pnl: str
    fees: str
    funding: str
    net_pnl: str
    trades: list[TradeView]
    equity: list[EquityPointView]
    equity_points: int
    win_rate: str | None
    max_drawdown: str
    counts: ReportCountsView
    metered_minutes: int
    flat: bool
    open_orders_left: int
    complete: bool = True
    proven: bool = True

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> ReportView:
        """The view of a stored report, which has the API's shape already; one from before has the whole curve."""
        return cls.model_validate({"equityPoints": len(report["equity"]), **report})
