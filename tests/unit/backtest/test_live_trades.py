"""A live run over a real month makes the trades of the backtest: same bars, same sizes, same prices (FR-45).

``test_live_parity`` holds the decisions to each other; here the run is lived through with orders: the real Tick and
domain against the exchange's engine, take-profit ladder and safety orders resting in its book. The price walks through
each bar as the backtest assumes (``market_replay``). Cooldown and loss limits are out: a backtest looks at them at
closes, a run at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.outcome import ExitReason
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.trades import Trades
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.intent import IntentKind
from chalicelib.domain.runtime.report import Trade
from chalicelib.domain.strategy.presets import PRESETS, Preset
from functions.backtest.candle_file import read_candles
from tests.simulation.market_replay import INSTRUMENT, MarketReplay
from tests.simulation.scenario import RUN_ID

from .markets import REAL_MONTH, plan_of

TEN_DAYS = 14_400
# One name each for what both sides call the end of a trade.
SAME_END = {
    "stop_loss": "stop",
    "trailing_stop": "stop",
    "stop_passed": "stop",
    "indicator_exit": "indicator",
    "opposite_signal": "opposite",
    "time_exit": "time",
}
LADDERS = {"dca-momentum": (IntentKind.SAFETY, 40), "donchian-breakout": (IntentKind.STEP, 20)}
Fact = tuple[int, int, int, float, str]


@pytest.fixture(scope="module")
def month() -> Bars:
    if not REAL_MONTH.exists():
        pytest.skip("the shared candles are not beside the project")
    return read_candles(REAL_MONTH, Interval.M1)


def expected(trades: Trades) -> tuple[list[Fact], list[float]]:
    """Entry bar, exit bar, side, quantity and what ended it of each trade; then all entry and exit prices."""
    reasons = [ExitReason(int(reason)).label for reason in trades.reason]
    facts = [
        (
            int(trades.entry_bar[at]),
            int(trades.exit_bar[at]),
            int(trades.sign[at]),
            round(float(trades.qty[at]), 6),
            SAME_END.get(reason, reason),
        )
        for at, reason in enumerate(reasons)
    ]
    return facts, [*trades.entry_price.tolist(), *trades.exit_price.tolist()]


def lived(trades: Sequence[Trade], bars: Bars, timeframe: Interval) -> tuple[list[Fact], list[float]]:
    """The same of the trades of a run."""
    begin, length = int(bars.open_time_ms[0]), timeframe.milliseconds
    facts = [
        (
            (trade.entry_ms - begin) // length,
            (trade.exit_ms - begin) // length,
            trade.side.sign,
            round(float(trade.qty), 6),
            SAME_END.get(trade.exit_reason, trade.exit_reason),
        )
        for trade in trades
    ]
    prices = [trade.entry_price for trade in trades] + [trade.exit_price for trade in trades]
    return facts, [float(price) for price in prices]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_a_run_over_a_month_makes_the_trades_of_the_backtest(preset: Preset, month: Bars) -> None:
    document = preset.document()
    document["risk"] |= {"cooldownSeconds": 0, "maxLossPerRunUsd": 5000}
    if "dca" not in document:
        document["risk"]["maxPositionSizeUsd"] = 1000
    plan = plan_of(document)
    timeframe = plan.spec.timeframe
    minutes = month.slice(0, TEN_DAYS) if timeframe is Interval.M1 else month
    bars = {
        interval: minutes if interval is Interval.M1 else minutes.aggregate(Interval.M1, interval)
        for interval in plan.timeframes
    }
    history = run_backtest(plan, Market(bars), Settings(instrument=INSTRUMENT))
    run = MarketReplay(plan, bars)

    trades = run.run().trades

    facts, prices = expected(history.trades)
    seen, paid = lived(trades, bars[timeframe], timeframe)
    assert seen == facts
    # A take profit sells into a book whose bid is a tick below the price that triggered it.
    assert paid == pytest.approx(prices, abs=float(INSTRUMENT.tick_size) * 1.01, rel=0)
    if preset.slug in LADDERS:
        kind, least = LADDERS[preset.slug]
        filled = [intent for intent in run.store.intents(RUN_ID) if intent.kind is kind and intent.filled_qty]
        assert len(filled) >= least, "the ladder hardly filled: nothing was proven"
