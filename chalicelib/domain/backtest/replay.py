"""A finished run held against the backtest of its own candles: each difference, and its cause.

The backtest takes the run's window with a fixed quantity, fees and slippage of zero, and fills at the next open. A
trade of the run belongs to the expected one of the same side and signal bar. What differs has a cause:

- ``latency``: the fill came more than ``LATE_MS`` after the moment the backtest fills at, at another price;
- ``slippage``: it came in time, at another price;
- ``reject``: the exchange or our own checks refused the order; ``blocked:<rule>``: a guard of the run forbade it;
- ``occupied``: the run still held another position; ``missed``: the run never saw the signal;
- ``run_end``: the run ended and closed what the strategy would have held;
- ``other_exit``: both left, for different reasons; ``not_expected``: the run traded what the backtest does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from chalicelib.domain.backtest.engine import trade_signals
from chalicelib.domain.backtest.passage_memo import FreshPassages
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.track import make_track
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.plan import Plan

LATE_MS = 2_000
_NO_DIFFERENCE_BPS = 0.01
_EXITS = {
    "stop_loss": {"stop_loss", "trailing_stop", "liquidation", "stop_passed", "unprotected"},
    "take_profit": {"take_profit"},
    "indicator": {"indicator", "indicator_exit"},
    "opposite": {"opposite", "opposite_signal"},
    "time": {"time", "time_exit"},
}


@dataclass(frozen=True, slots=True)
class ReplayTrade:
    """One trip from flat to flat. Times are milliseconds UTC of the market; the exit is None while it is open.

    ``signal_ms`` is the open of the bar whose close asked for it, 0 when nobody knows.
    """

    side: Side
    signal_ms: int
    entry_ms: int
    entry_price: float
    exit_ms: int | None
    exit_price: float | None
    exit_reason: str


@dataclass(frozen=True, slots=True)
class SignalFate:
    """What the run did with the entry signal of the bar that opened at ``open_time_ms``: "" when it sent the order."""

    open_time_ms: int
    blocked: str = ""
    rejected: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """``what`` differs (entry_price, exit_price, exit, trade) and why. ``bps`` is positive when it cost the run;
    ``late_ms`` how long after the expected moment it happened."""

    what: str
    cause: str
    side: Side
    at_ms: int
    expected: float | None
    actual: float | None
    bps: float | None = None
    late_ms: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """Both lists of trades, and every difference between them in the order of time."""

    expected: tuple[ReplayTrade, ...]
    actual: tuple[ReplayTrade, ...]
    matched: int
    differences: tuple[Difference, ...]


def expected_trades(
    plan: Plan, bars: Mapping[Interval, Bars], settings: Settings, from_ms: int, to_ms: int
) -> tuple[ReplayTrade, ...]:
    """The trades of decisions at bars that closed within from_ms < close <= to_ms; the last one may be open.

    ``bars`` reach far enough back for the strategy's warm-up.
    """
    primary, timeframe = bars[plan.spec.timeframe], plan.spec.timeframe
    signals = plan.evaluate(bars)
    closes = primary.open_time_ms + timeframe.milliseconds
    begin, end = int(closes.searchsorted(from_ms, side="right")), int(closes.searchsorted(to_ms, side="right"))
    part = slice(begin, end)
    cut = replace(
        signals,
        long=signals.long[part],
        short=signals.short[part],
        exit_long=signals.exit_long[part],
        exit_short=signals.exit_short[part],
        levels={key: series[part] for key, series in signals.levels.items()},
    )
    inside = primary.slice(begin, end)
    if not len(inside):
        return ()
    track = make_track(inside, timeframe, settings.fill_at)
    history = trade_signals(plan, inside, cut, track, settings, FreshPassages(track))
    trades = [
        ReplayTrade(
            Side(row["side"]),
            row["entry_time_ms"] - timeframe.milliseconds,
            row["entry_time_ms"],
            row["entry_price"],
            row["exit_time_ms"],
            row["exit_price"],
            row["reason"],
        )
        for row in history.trades.rows()
    ]
    held = history.open_position
    if held is not None:
        signal_ms = held.entry_time_ms - timeframe.milliseconds
        trades.append(ReplayTrade(held.side, signal_ms, held.entry_time_ms, held.entry_price, None, None, ""))
    return tuple(trades)


def compare(expected: Sequence[ReplayTrade], actual: Sequence[ReplayTrade], fates: Sequence[SignalFate]) -> Replay:
    """Matches the trades and names each difference."""
    by_bar = {fate.open_time_ms: fate for fate in fates}
    left = list(actual)
    found: list[Difference] = []
    matched = 0
    for trade in expected:
        twin = next((one for one in left if (one.side, one.signal_ms) == (trade.side, trade.signal_ms)), None)
        if twin is None:
            found.append(_missing(trade, actual, by_bar.get(trade.signal_ms)))
            continue
        left.remove(twin)
        matched += 1
        found += _entry(trade, twin)
        found += _exit(trade, twin)
    found += [Difference("trade", "not_expected", one.side, one.entry_ms, None, one.entry_price) for one in left]
    return Replay(tuple(expected), tuple(actual), matched, tuple(sorted(found, key=lambda one: one.at_ms)))


def _missing(trade: ReplayTrade, actual: Sequence[ReplayTrade], fate: SignalFate | None) -> Difference:
    cause, detail = "missed", ""
    if fate is not None and fate.blocked:
        cause = f"blocked:{fate.blocked}"
    elif fate is not None and fate.rejected:
        cause, detail = "reject", fate.rejected
    elif any(one.entry_ms < trade.entry_ms and (one.exit_ms or trade.entry_ms) >= trade.entry_ms for one in actual):
        cause = "occupied"
    return Difference("trade", cause, trade.side, trade.entry_ms, trade.entry_price, None, detail=detail)


def _entry(expected: ReplayTrade, actual: ReplayTrade) -> Iterator[Difference]:
    bps = _cost_bps(expected.side.sign, expected.entry_price, actual.entry_price)
    if abs(bps) >= _NO_DIFFERENCE_BPS:
        late = actual.entry_ms - expected.entry_ms
        yield Difference(
            "entry_price",
            "latency" if late > LATE_MS else "slippage",
            expected.side,
            actual.entry_ms,
            expected.entry_price,
            actual.entry_price,
            bps,
            late,
        )


def _exit(expected: ReplayTrade, actual: ReplayTrade) -> Iterator[Difference]:
    if actual.exit_ms is None or actual.exit_price is None:
        return
    reasons = f"{expected.exit_reason or 'open'} / {actual.exit_reason}"
    if expected.exit_ms is None or expected.exit_price is None or _group(expected) != _group(actual):
        ended = actual.exit_reason.startswith("stop_") and _group(actual) not in _EXITS
        cause = "run_end" if ended else "other_exit"
        yield Difference(
            "exit", cause, expected.side, actual.exit_ms, expected.exit_price, actual.exit_price, detail=reasons
        )
        return
    bps = _cost_bps(-expected.side.sign, expected.exit_price, actual.exit_price)
    if abs(bps) >= _NO_DIFFERENCE_BPS:
        # What ended inside a bar has the bar's close as its time in the backtest: only decided exits can be late.
        late = actual.exit_ms - expected.exit_ms
        decided = _group(expected) not in ("stop_loss", "take_profit")
        yield Difference(
            "exit_price",
            "latency" if decided and late > LATE_MS else "slippage",
            expected.side,
            actual.exit_ms,
            expected.exit_price,
            actual.exit_price,
            bps,
            late if decided else None,
            reasons,
        )


def _group(trade: ReplayTrade) -> str:
    return next((name for name, reasons in _EXITS.items() if trade.exit_reason in reasons), trade.exit_reason)


def _cost_bps(sign: int, expected: float, actual: float) -> float:
    """How much worse than expected a price was: paying more is worse for +1, getting less for -1."""
    return sign * (actual - expected) / expected * 10_000
