"""A second backtest, a plain loop over bars, for the tests alone: slow, short, nothing shared with the first.

It knows market entries with fixed-percent levels, onOpposite, indicator and time exits, fills at the next open.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.strategy.plan import Signals


@dataclass
class Held:
    sign: int
    entry: float
    bar: int


def naive_trades(
    bars: Bars,
    signals: Signals,
    *,
    stop_pct: float,
    target_pct: float,
    on_opposite: str,
    max_bars: int | None,
    slippage: float,
    fee: float,
) -> list[tuple[int, int, int, float]]:
    """(entry bar, exit bar, sign, net result of one unit) of each closed trade."""
    trades: list[tuple[int, int, int, float]] = []
    held: Held | None = None
    leave = enter = 0
    for bar in range(len(bars)):
        opened, high, low = float(bars.open[bar]), float(bars.high[bar]), float(bars.low[bar])
        if held is not None and leave:
            trades.append(_close(held, bar, opened, slippage, fee))
            held = None
        if enter and held is None:
            held = Held(enter, opened * (1 + enter * slippage), bar)
        if held is not None:
            stop = held.entry * (1 - held.sign * stop_pct / 100)
            target = held.entry * (1 + held.sign * target_pct / 100)
            price = None
            if held.sign > 0 and low <= stop:
                price = min(stop, opened)
            elif held.sign < 0 and high >= stop:
                price = max(stop, opened)
            elif held.sign > 0 and high >= target:
                price = max(target, opened)
            elif held.sign < 0 and low <= target:
                price = min(target, opened)
            if price is not None:
                trades.append(_close(held, bar, price, slippage, fee))
                held = None
        signal = 1 if signals.long[bar] else -1 if signals.short[bar] else 0
        leave = enter = 0
        if held is None:
            enter = signal
            continue
        asked = signals.exit_long[bar] if held.sign > 0 else signals.exit_short[bar]
        timed_out = max_bars is not None and bar - held.bar + 1 >= max_bars
        against = signal == -held.sign and on_opposite != "ignore"
        leave = int(asked or timed_out or against)
        if against and on_opposite == "reverse":
            enter = signal
    return trades


def _close(held: Held, bar: int, price: float, slippage: float, fee: float) -> tuple[int, int, int, float]:
    left = price * (1 - held.sign * slippage)
    return (held.bar, bar, held.sign, held.sign * (left - held.entry) - (left + held.entry) * fee)
