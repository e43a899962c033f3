"""The equity curve: closed trades plus what the open position is worth at each bar's close."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.domain.backtest.outcome import Leg
from chalicelib.domain.backtest.trades import Trades
from chalicelib.domain.market.bars import Bars, Floats

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a peak: in money, in percent of that peak, and the longest time below a peak."""

    value: float
    percent: float
    longest_ms: int


def equity_curve(trades: Trades, bars: Bars, starting_equity: float) -> Floats:
    """Equity at each bar's close, marked to the close; a trade's fees and funding count when it closes.

    A position that the end of the data finds open is not in it: the curve ends at the sum of the closed trades.
    """
    count = len(bars)
    if not len(trades):
        return np.full(count, starting_equity)
    last = count - 1
    booked = np.bincount(np.minimum(trades.exit_bar, last), trades.pnl, count).astype(np.float64)
    curve: Floats = np.cumsum(booked, dtype=np.float64) + starting_equity
    plain = np.ones(len(trades), np.bool_)
    plain[list(trades.legs)] = False
    # One position at a time: the bars that each trade was held over do not overlap.
    begin = trades.entry_bar[plain]
    held = np.maximum(np.minimum(trades.exit_bar[plain], count) - begin, 0)
    places = np.arange(int(held.sum())) + np.repeat(begin - np.cumsum(held) + held, held)
    gain = bars.close[places] - np.repeat(trades.entry_price[plain], held)
    curve[places] += np.repeat((trades.sign * trades.qty)[plain], held) * gain
    for row, (entries, exits) in trades.legs.items():
        _add_parts(curve, bars, int(trades.sign[row]), entries, exits)
    return curve


def _add_parts(curve: Floats, bars: Bars, sign: int, entries: tuple[Leg, ...], exits: tuple[Leg, ...]) -> None:
    """Adds the open result of a position that was opened or closed in parts."""
    begin, end = entries[0].bar, min(exits[-1].bar, len(curve))
    held, cash = np.zeros(end - begin), np.zeros(end - begin)
    for direction, legs in ((sign, entries), (-sign, exits)):
        for leg in legs:
            held[leg.bar - begin :] += direction * leg.qty
            cash[leg.bar - begin :] -= direction * leg.qty * leg.price
    curve[begin:end] += cash + held * bars.close[begin:end]


def drawdown(equity: Floats, bars: Bars, bar_ms: int, starting_equity: float) -> Drawdown:
    """The drawdown of a curve that starts at ``starting_equity``."""
    if not len(equity):
        return Drawdown(0.0, 0.0, 0)
    peaks = np.maximum.accumulate(np.concatenate(([starting_equity], equity)))[1:]
    fall = peaks - equity
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(peaks > 0, fall / peaks * 100, np.nan)
    at_peak = np.flatnonzero(fall <= 0)
    since = np.concatenate(([-1], at_peak))
    until = np.concatenate((at_peak, [len(equity)]))
    longest = int((until - since).max() - 1)
    span = 0
    if longest > 0:
        place = int((until - since).argmax())
        last = min(int(until[place]), len(equity) - 1)
        peak = int(since[place])
        begun = int(bars.open_time_ms[0]) if peak < 0 else int(bars.open_time_ms[peak]) + bar_ms
        span = int(bars.open_time_ms[last]) + bar_ms - begun
    return Drawdown(float(fall.max()), float(np.nanmax(percent)), span)


def daily_returns(equity: Floats, bars: Bars, starting_equity: float) -> Floats | None:
    """Returns of each UTC day on the equity of the day before; None when the equity was used up on the way."""
    if not len(equity):
        return np.empty(0)
    day = bars.open_time_ms // _DAY_MS
    last_of_day = np.flatnonzero(np.diff(day, append=day[-1] + 1))
    values = np.concatenate(([starting_equity], equity[last_of_day]))
    if (values <= 0).any():
        return None
    returns: Floats = np.diff(values) / values[:-1]
    return returns
