"""A run's report: trades from its fills, the equity curve, and the figures that must add up (FR-67).

Net = gross - fees + funding. A trade is from flat to flat; its fees are those of all its fills. The equity curve
starts at zero and moves by each fill's result and each funding payment. Maximum drawdown is the largest fall of that
curve from an earlier high, in quote currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import Booked
from chalicelib.domain.runtime.facts import ExecType
from chalicelib.domain.runtime.position import ZERO, Holding, book, in_turn, share


@dataclass(frozen=True, slots=True)
class Trade:
    """One trip from flat to flat. Prices are volume-weighted averages, times milliseconds UTC, money quote currency."""

    number: int
    side: Side
    qty: Decimal
    entry_price: Decimal
    entry_ms: int
    exit_price: Decimal
    exit_ms: int
    exit_reason: str
    gross: Decimal
    fees: Decimal

    @property
    def net(self) -> Decimal:
        """Gross result less fees; funding is booked on the run, not on a trade."""
        return self.gross - self.fees


@dataclass(frozen=True, slots=True)
class Figures:
    """What the fills of a run amount to."""

    trades: tuple[Trade, ...]
    equity: tuple[tuple[int, Decimal], ...]
    gross: Decimal
    fees: Decimal
    funding: Decimal
    max_drawdown: Decimal

    @property
    def net(self) -> Decimal:
        """Gross result less fees plus funding."""
        return self.gross - self.fees + self.funding

    @property
    def win_rate(self) -> Decimal | None:
        """Share of trades with a positive net result, None without a trade."""
        if not self.trades:
            return None
        wins = sum(1 for trade in self.trades if trade.net > 0)
        return (Decimal(wins) / len(self.trades)).quantize(Decimal("0.0001"))


@dataclass(slots=True)
class _OpenTrade:
    side: Side
    opened_ms: int
    entry_qty: Decimal = ZERO
    entry_value: Decimal = ZERO
    exit_qty: Decimal = ZERO
    exit_value: Decimal = ZERO
    gross: Decimal = ZERO
    fees: Decimal = ZERO


@dataclass(slots=True)
class _Tally:
    holding: Holding | None = None
    open: _OpenTrade | None = None
    trades: list[Trade] = field(default_factory=list)
    equity: list[tuple[int, Decimal]] = field(default_factory=list)
    gross: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO

    def add(self, fill: Booked) -> None:
        execution = fill.execution
        if execution.exec_type is ExecType.FUNDING:
            self.funding -= execution.fee
        else:
            self._trade(fill)
        self.equity.append((execution.time_ms, self.gross - self.fees + self.funding))

    def _trade(self, fill: Booked) -> None:
        execution = fill.execution
        booking = book(self.holding, execution, fill.intent_id, 0)
        self.holding = booking.holding
        self.gross += booking.gross
        self.fees += execution.fee
        closing_fee = share(execution.fee, booking.closed_qty, execution.qty)
        if booking.closed_qty and self.open is not None:
            trade = self.open
            trade.exit_qty += booking.closed_qty
            trade.exit_value += booking.closed_qty * execution.price
            trade.gross += booking.gross
            trade.fees += closing_fee
            if booking.holding is None or booking.holding.side is not trade.side:
                self.trades.append(_finished(len(self.trades) + 1, trade, execution.time_ms, fill.exit_reason))
                self.open = None
        if booking.opened_qty:
            trade = self.open or _OpenTrade(execution.side, execution.time_ms)
            trade.entry_qty += booking.opened_qty
            trade.entry_value += booking.opened_qty * execution.price
            trade.fees += execution.fee - closing_fee
            self.open = trade


def figures(fills: Iterable[Booked]) -> Figures:
    """The figures of a run from all its fills. Of equal times each comes after what it closes, as it was booked."""
    tally = _Tally()
    for _, at_once in groupby(sorted(fills, key=_time_ms), key=_time_ms):
        fill_of = {id(fill.execution): fill for fill in at_once}
        fitting, unexplained, _ = in_turn(tally.holding, (fill.execution for fill in fill_of.values()))
        for execution in (*fitting, *unexplained):
            tally.add(fill_of[id(execution)])
    return Figures(
        trades=tuple(tally.trades),
        equity=tuple(tally.equity),
        gross=tally.gross,
        fees=tally.fees,
        funding=tally.funding,
        max_drawdown=_drawdown([value for _, value in tally.equity]),
    )


def _time_ms(fill: Booked) -> int:
    return fill.execution.time_ms


def _finished(number: int, trade: _OpenTrade, exit_ms: int, reason: str) -> Trade:
    return Trade(
        number=number,
        side=trade.side,
        qty=trade.entry_qty,
        entry_price=trade.entry_value / trade.entry_qty,
        entry_ms=trade.opened_ms,
        exit_price=trade.exit_value / trade.exit_qty,
        exit_ms=exit_ms,
        exit_reason=reason,
        gross=trade.gross,
        fees=trade.fees,
    )


def _drawdown(curve: list[Decimal]) -> Decimal:
    high, worst = ZERO, ZERO
    for value in curve:
        high = max(high, value)
        worst = max(worst, high - value)
    return worst
