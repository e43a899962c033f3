"""A run held against its backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.models.base import Timestamp, View, iso_or_none
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.backtest.replay import Difference, Replay, ReplayTrade


class ReplayTradeView(View):
    """A trade, expected or real; without an exit it was open at the end."""

    side: str
    entry_at: Timestamp
    entry_price: float
    exit_at: Timestamp | None
    exit_price: float | None
    exit_reason: str

    @classmethod
    def of(cls, trade: ReplayTrade) -> ReplayTradeView:
        """The view of a trade."""
        return cls(
            side=trade.side,
            entry_at=iso(trade.entry_ms),
            entry_price=trade.entry_price,
            exit_at=iso_or_none(trade.exit_ms),
            exit_price=trade.exit_price,
            exit_reason=trade.exit_reason,
        )


class DifferenceView(View):
    """``what``: entry_price, exit_price, exit, trade. ``cause``: slippage, latency, reject, blocked:<rule>, occupied,
    missed, run_end, other_exit, not_expected. ``bps`` is positive when it cost the run."""

    what: str
    cause: str
    side: str
    at: Timestamp
    expected: float | None
    actual: float | None
    bps: float | None
    late_ms: int | None
    detail: str

    @classmethod
    def of(cls, found: Difference) -> DifferenceView:
        """The view of a difference."""
        return cls(
            what=found.what,
            cause=found.cause,
            side=found.side,
            at=iso(found.at_ms),
            expected=found.expected,
            actual=found.actual,
            bps=found.bps,
            late_ms=found.late_ms,
            detail=found.detail,
        )


class ReplayView(View):
    """The backtest's trades of the run's candles, the run's own, and each difference."""

    expected: list[ReplayTradeView]
    actual: list[ReplayTradeView]
    matched: int
    differences: list[DifferenceView]

    @classmethod
    def of(cls, replay: Replay) -> ReplayView:
        """The view of a replay."""
        return cls(
            expected=[ReplayTradeView.of(trade) for trade in replay.expected],
            actual=[ReplayTradeView.of(trade) for trade in replay.actual],
            matched=replay.matched,
            differences=[DifferenceView.of(found) for found in replay.differences],
        )
