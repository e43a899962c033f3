"""Runs, and what is asked of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from chalicelib.api.models.base import (
    DecimalText,
    Id,
    PageQuery,
    RequestModel,
    Timestamp,
    View,
    iso_or_none,
)
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.runtime.record import RunRecord, RunState


ZERO = Decimal(0)


RunCursor = Annotated[str, Field(pattern=r"^[0-9]{1,16}(\.[0-9A-Z]{26})?$")]
"""Where a page of runs ended: the time of a start, and the run."""


class StartRunBody(RequestModel):
    """How long the run may last; the workspace's default when nothing is said."""

    duration_minutes: int | None = Field(default=None, ge=1, le=1440)


class StopRunBody(RequestModel):
    """What becomes of the position; the strategy's own ``onStop`` when nothing is said."""

    policy: Literal["close_market", "leave_protected", "cancel_entries_only"] | None = None


class BotRunsQuery(PageQuery):
    """Which page of a bot's runs."""

    cursor: RunCursor | None = None


class RunsQuery(PageQuery):
    """Which runs."""

    cursor: RunCursor | None = None
    status: Literal["active", "ended"] | None = None
    bot_id: Id | None = None


class RunPositionView(View):
    """The position a run holds; ``protected`` says that stop loss and take profit were seen on the exchange."""

    side: str
    qty: DecimalText
    entry_price: DecimalText
    stop_loss: DecimalText | None
    take_profit: DecimalText | None
    protected: bool
    protected_at: Timestamp | None
    opened_at: Timestamp


class PnlView(View):
    """Money in quote currency: ``net`` is realised less fees plus funding plus unrealised."""

    realised: DecimalText
    fees: DecimalText
    funding: DecimalText
    unrealised: DecimalText
    net: DecimalText


class CountsView(View):
    """How often things happened."""

    orders: int
    fills: int
    trades: int
    errors: int


class LastBarView(View):
    """The newest bar that was judged, and why it did or did not trade."""

    open_time: int
    signal: str | None
    reasons: list[dict[str, Any]]


class RunView(View):
    """A run."""

    id: Id
    bot_id: Id
    bot_name: str
    strategy_id: Id
    strategy_version: int
    exchange_connection_id: Id
    symbol: str
    timeframe: str
    env: str
    status: str
    stop_reason: str | None
    trading_state: str
    created_at: Timestamp
    started_at: Timestamp | None
    deadline_at: Timestamp
    ended_at: Timestamp | None
    duration_minutes: int
    position: RunPositionView | None
    pnl: PnlView
    counts: CountsView
    last_bar: LastBarView | None
    last_tick_at: Timestamp | None
    event_seq: int
    paused_reason: str

    @classmethod
    def of(cls, record: RunRecord) -> RunView:
        """The view of a run."""
        terms, state = record.terms, record.state
        return cls(
            id=terms.run_id,
            bot_id=terms.bot_id,
            bot_name=terms.bot_name,
            strategy_id=terms.strategy_id,
            strategy_version=terms.strategy_version,
            exchange_connection_id=terms.connection_id,
            symbol=terms.symbol,
            timeframe=terms.timeframe.value,
            env=terms.env,
            status=state.status.value,
            stop_reason=None if state.stop_reason is None else state.stop_reason.value,
            trading_state=state.trading.value,
            created_at=iso(terms.created_ms),
            started_at=iso_or_none(state.started_ms),
            deadline_at=iso(terms.deadline_ms),
            ended_at=iso_or_none(state.ended_ms),
            duration_minutes=terms.duration_minutes,
            position=_position(state),
            pnl=_pnl(state),
            counts=CountsView(
                orders=state.counts.orders,
                fills=state.counts.fills,
                trades=state.counts.trades,
                errors=state.counts.errors,
            ),
            last_bar=_last_bar(state),
            last_tick_at=iso_or_none(record.tick_ms),
            event_seq=state.event_seq,
            paused_reason=state.paused_reason,
        )


class RunList(View):
    """A page of runs, newest first."""

    items: list[RunView]
    next_cursor: str | None


class StopAllError(View):
    """A run that could not be told to stop."""

    run_id: Id
    detail: str


class StopAllView(View):
    """Which runs were told to stop."""

    stopped: list[Id]
    errors: list[StopAllError]
    total: int


def _position(state: RunState) -> RunPositionView | None:
    holding = state.holding
    if holding is None:
        return None
    return RunPositionView(
        side=holding.side.value,
        qty=holding.qty,
        entry_price=holding.shown_entry_price,
        stop_loss=holding.stop_loss,
        take_profit=holding.take_profit,
        protected=holding.protected_ms is not None,
        protected_at=iso_or_none(holding.protected_ms),
        opened_at=iso(holding.opened_ms),
    )


def _pnl(state: RunState) -> PnlView:
    unrealised = ZERO
    if state.holding is not None and state.last_price is not None:
        unrealised = state.holding.unrealised(state.last_price)
    return PnlView(
        realised=state.ledger.gross,
        fees=state.ledger.fees,
        funding=state.ledger.funding,
        unrealised=unrealised,
        net=state.ledger.net + unrealised,
    )


def _last_bar(state: RunState) -> LastBarView | None:
    if state.bar is None:
        return None
    return LastBarView(
        open_time=state.bar.open_time_ms,
        signal=state.bar.signal,
        reasons=[dict(reason) for reason in state.bar.reasons],
    )
