"""Single positions, bar by bar: what closes them, where, and at what price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from chalicelib.domain.backtest.outcome import ExitReason
from chalicelib.domain.backtest.settings import FillAt, Settings
from chalicelib.domain.backtest.trades import Trades
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.interval import Interval

from .markets import Rows, above, backtest, bars_of, below, strategy

LONG = {"long": above(100)}
SHORT = {"short": below(100)}
FREE = Settings(fixed_qty=1.0, taker_fee_bps=0, maker_fee_bps=0)
SIGNAL = (100, 101, 99, 101)
FLAT = (100, 100, 100, 100)
INSTRUMENT = Instrument(
    "X", "X", "USDT", *(Decimal(text) for text in ("0.5", "0.1", "0.1", "100", "100", "5", "0.1", "1e6", "100"))
)


def trades(entry: dict[str, Any], rows: Rows, settings: Settings = FREE, **exits: Any) -> Trades:
    return backtest(strategy(entry, **exits), bars_of(rows), settings).trades


def test_a_signal_fills_at_the_next_open_and_the_target_inside_that_bar_counts() -> None:
    done = trades(LONG, [SIGNAL, (100, 103, 100, 100), FLAT], target=2)

    assert done.entry_price.tolist() == [100]
    assert done.exit_price.tolist() == [102]
    assert done.exit_bar.tolist() == [1]


def test_on_one_bar_the_stop_comes_before_the_target() -> None:
    done = trades(LONG, [SIGNAL, (100, 110, 90, 100), FLAT], stop=2, target=2)

    assert done.reason.tolist() == [ExitReason.STOP_LOSS]
    assert done.exit_price.tolist() == [98]


@pytest.mark.parametrize(("opened", "reason", "price"), [(90, "stop_loss", 90), (110, "take_profit", 110)])
def test_a_bar_that_opens_beyond_a_level_fills_at_its_open(opened: float, reason: str, price: float) -> None:
    done = trades(LONG, [SIGNAL, FLAT, (opened, opened, opened, opened), FLAT], stop=2, target=2)

    assert ExitReason(int(done.reason[0])).label == reason
    assert done.exit_price.tolist() == [price]


def test_finer_bars_show_that_the_target_came_first() -> None:
    bars = bars_of([SIGNAL, (100, 103, 90, 95), FLAT])
    minutes = bars_of([FLAT] * 5 + [(100, 103, 100, 102), (102, 102, 90, 95)] + [FLAT] * 8, Interval.M1)
    document = strategy(LONG, stop=2, target=2)

    rough, fine = backtest(document, bars, FREE).trades, backtest(document, bars, FREE, detail=minutes).trades

    assert rough.reason.tolist() == [ExitReason.STOP_LOSS]
    assert fine.reason.tolist() == [ExitReason.TAKE_PROFIT]


def test_a_time_exit_counts_bars_and_fills_at_the_open_after_the_last() -> None:
    done = trades(LONG, [SIGNAL, FLAT, FLAT, (99, 99, 99, 99), FLAT], timeExit={"maxBars": 2})

    assert (done.entry_bar[0], done.exit_bar[0], done.exit_price[0]) == (1, 3, 99)
    assert done.reason.tolist() == [ExitReason.TIME]


def test_an_indicator_exit_fills_at_the_next_open() -> None:
    rows = [SIGNAL, FLAT, (100, 100, 95, 96), (97, 97, 97, 97), FLAT]
    done = trades(LONG, rows, indicatorExit={"condition": below(98)})

    assert (done.exit_bar[0], done.exit_price[0]) == (3, 97)
    assert done.reason.tolist() == [ExitReason.INDICATOR]


def test_filled_at_the_close_an_indicator_exit_comes_before_the_target_of_that_bar() -> None:
    rows = [SIGNAL, (101, 104, 95, 96), FLAT]
    at_close = replace(FREE, fill_at=FillAt.CLOSE)
    done = trades(LONG, rows, at_close, target=2, indicatorExit={"condition": below(98)})

    assert done.entry_price.tolist() == [101]
    assert (done.exit_price[0], ExitReason(int(done.reason[0]))) == (96, ExitReason.INDICATOR)


@pytest.mark.parametrize(
    ("on_opposite", "expected"), [("ignore", []), ("close", [(1, 3)]), ("reverse", [(1, 3), (3, 5)])]
)
def test_an_opposite_signal_does_what_the_strategy_says(on_opposite: str, expected: list[tuple[int, int]]) -> None:
    entry = {"long": above(100), "short": below(100), "onOpposite": on_opposite}
    low, high = (100, 100, 99, 99), (100, 101, 100, 101)
    done = trades(entry, [SIGNAL, FLAT, low, FLAT, high, FLAT])

    assert list(zip(done.entry_bar.tolist(), done.exit_bar.tolist(), strict=True)) == expected


def test_a_trailing_stop_moves_at_closes_and_counts_from_the_next_bar() -> None:
    trail = {"type": "trailing_pct", "activationPct": 3, "callbackPct": 2}
    rows = [SIGNAL, (100, 105, 100, 101), (104, 104, 102, 103), FLAT]
    done = trades(LONG, rows, trailingStop=trail)

    assert done.exit_bar.tolist() == [2]
    assert done.exit_price.tolist() == [pytest.approx(105 * 0.98)]
    assert done.reason.tolist() == [ExitReason.TRAILING_STOP]


def test_a_short_trails_from_above() -> None:
    trail = {"type": "trailing_pct", "activationPct": 3, "callbackPct": 2}
    rows = [(100, 101, 99, 99), (100, 100, 95, 99), (96, 98, 96, 97), FLAT]
    done = trades(SHORT, rows, trailingStop=trail)

    assert done.exit_price.tolist() == [pytest.approx(95 * 1.02)]


def test_break_even_moves_the_stop_to_the_entry() -> None:
    rows = [SIGNAL, (100, 104, 100, 103), (103, 103, 95, 96), FLAT]
    done = trades(LONG, rows, breakEven={"activationPct": 3, "offsetPct": 0.5})

    assert done.exit_price.tolist() == [pytest.approx(100.5)]
    assert done.reason.tolist() == [ExitReason.TRAILING_STOP]


def test_a_ladder_closes_in_parts_and_the_stop_the_rest() -> None:
    ladder = {
        "type": "ladder",
        "steps": [
            {"type": "fixed_pct", "value": 2, "sharePct": 40},
            {"type": "fixed_pct", "value": 6, "sharePct": 60},
        ],
    }
    rows = [SIGNAL, (100, 103, 100, 100), (100, 100, 85, 90), FLAT]
    done = trades(LONG, rows, takeProfit=ladder)

    assert done.pnl.tolist() == [pytest.approx(0.4 * 2 - 0.6 * 10)]
    assert [leg.qty for leg in done.legs[0][1]] == [pytest.approx(0.4), pytest.approx(0.6)]


def test_a_limit_entry_fills_only_when_traded_through_and_times_out() -> None:
    entry = {"long": above(100), "order": {"type": "Limit", "limitOffsetBps": 100, "timeoutBars": 2}}
    limit = 101 * 0.99
    touched = [SIGNAL, (100.5, 101, limit, 100), (100, 101, limit, 100), FLAT]
    through = [SIGNAL, (100.5, 101, limit, 100), (100.5, 100.5, 99.5, 100), (112, 112, 112, 112), FLAT]

    assert len(trades(entry, touched)) == 0
    done = trades(entry, through)
    assert done.entry_price.tolist() == [pytest.approx(limit)]
    assert (done.entry_bar[0], done.exit_bar[0]) == (2, 3)


def test_the_target_does_not_count_in_the_bar_in_which_a_limit_fills() -> None:
    entry = {"long": above(100), "order": {"type": "Limit", "limitOffsetBps": 100}}
    rows = [SIGNAL, (101, 120, 99, 101), (101, 101, 85, 90), FLAT]
    done = trades(entry, rows)

    assert done.reason.tolist() == [ExitReason.STOP_LOSS]


def test_safety_orders_average_down_and_the_target_follows_the_average() -> None:
    dca = {"baseOrderSizeUsd": 100, "maxSafetyOrders": 2, "priceStepPct": 5, "stepScale": 1, "volumeScale": 1}
    rows = [SIGNAL, (100, 100, 94, 95), (95, 98.6, 95, 98), FLAT]
    done = trades(LONG, rows, dca=dca, stop=20, target=1)

    bought = 1 + 100 / 95
    average = (100 + 100) / bought
    assert done.qty.tolist() == [pytest.approx(bought)]
    assert done.entry_price.tolist() == [pytest.approx(average)]
    assert done.exit_price.tolist() == [pytest.approx(average * 1.01)]


def test_liquidation_comes_before_a_stop_that_lies_beyond_it() -> None:
    rows = [SIGNAL, FLAT, (100, 100, 85, 90), FLAT]
    done = trades(LONG, rows, replace(FREE, leverage=20.0), stop=10)

    assert done.reason.tolist() == [ExitReason.LIQUIDATION]
    assert done.exit_price.tolist() == [pytest.approx(100 * (1 - 1 / 20 + 0.005))]


def test_slippage_worsens_both_sides_and_fees_are_on_both_notionals() -> None:
    settings = Settings(fixed_qty=2.0, taker_fee_bps=10, slippage_bps=100)
    done = trades(LONG, [SIGNAL, FLAT, FLAT, FLAT], settings, timeExit={"maxBars": 1})

    assert (done.entry_price[0], done.exit_price[0]) == (101, 99)
    assert done.fees[0] == pytest.approx(2 * (101 + 99) * 0.001)
    assert done.pnl[0] == pytest.approx(2 * (99 - 101) - done.fees[0])


@pytest.mark.parametrize(("entry", "sign"), [(LONG, 1), (SHORT, -1)])
def test_a_long_pays_positive_funding_and_a_short_receives_it(entry: dict[str, Any], sign: int) -> None:
    first = (100, 101, 99, 101) if sign > 0 else (100, 101, 99, 99)
    bars = bars_of([first, *[FLAT] * 5])
    funding = FundingSeries(bars.open_time_ms[[2, 5]], np.array([0.001, 0.5]))
    settings = replace(FREE, funding=funding)

    done = backtest(strategy(entry, timeExit={"maxBars": 2}), bars, settings).trades

    assert done.funding.tolist() == [pytest.approx(sign * 100 * 0.001)]


def test_a_position_open_at_the_end_is_reported_but_not_counted() -> None:
    history = backtest(strategy(LONG), bars_of([SIGNAL, FLAT, (100, 105, 100, 105)]), FREE)

    assert len(history.trades) == 0
    assert history.open_position is not None
    assert history.open_position.unrealised == 5


def test_a_signal_on_the_last_bar_enters_nothing() -> None:
    history = backtest(strategy(LONG), bars_of([FLAT, SIGNAL]), FREE)

    assert history.open_position is None


def test_sizing_by_risk_uses_the_live_function_and_compounds() -> None:
    document = strategy(LONG, stop=10, target=10)
    document["risk"] = {"riskPerTradePct": 1, "maxPositionSizeUsd": 1e6, "maxLossPerRunUsd": 1e5, "cooldownSeconds": 0}
    rows = [SIGNAL, (100, 111, 100, 101), (100, 111, 100, 100), FLAT]
    settings = Settings(taker_fee_bps=0, starting_equity=Decimal(1000))

    done = backtest(document, bars_of(rows), settings).trades

    assert done.qty.tolist() == [pytest.approx(1.0), pytest.approx(1.01)]


def test_an_instrument_rounds_levels_and_quantities_and_refuses_what_is_too_small() -> None:
    document = strategy(LONG, stop=3.3, target=3.3)
    rows = [SIGNAL, (100, 104, 100, 100), FLAT]
    settings = Settings(taker_fee_bps=0, instrument=INSTRUMENT)
    small = {**document, "risk": {**document["risk"], "fixedNotionalUsd": 4}}

    done = backtest(document, bars_of(rows), settings).trades
    refused = backtest(small, bars_of(rows), settings)

    assert done.exit_price.tolist() == [103]
    assert done.qty.tolist() == [10]
    assert refused.refused == {"size_below_minimum": 1}


def test_the_loss_limit_closes_the_position_and_ends_the_run() -> None:
    document = strategy(LONG, stop=50)
    document["risk"] = {
        "fixedNotionalUsd": 1000,
        "maxPositionSizeUsd": 1000,
        "maxLossPerRunUsd": 50,
        "cooldownSeconds": 0,
    }
    rows = [SIGNAL, FLAT, (100, 100, 93, 94), (94, 94, 94, 94), SIGNAL, FLAT, FLAT]

    history = backtest(document, bars_of(rows), Settings(taker_fee_bps=0))

    assert history.stopped_by == "maxLossPerRunUsd"
    assert history.trades.reason.tolist() == [ExitReason.LOSS_LIMIT]
    assert history.trades.pnl.tolist() == [pytest.approx(-60)]


def test_the_cooldown_refuses_an_entry_too_soon_after_an_exit() -> None:
    document = strategy(LONG, target=2)
    document["risk"]["cooldownSeconds"] = 600
    rows: Rows = [SIGNAL, (100, 103, 100, 101), SIGNAL, SIGNAL, SIGNAL, FLAT]

    history = backtest(document, bars_of(rows), Settings(taker_fee_bps=0))

    assert history.refused == {"cooldown": 2}


def test_a_level_on_the_wrong_side_refuses_the_entry() -> None:
    document = strategy(LONG)
    document["exit"]["stopLoss"] = {"type": "fixed_price", "value": 150}
    document["exit"]["takeProfit"] = {"type": "fixed_price", "value": 200}

    history = backtest(document, bars_of([SIGNAL, FLAT, FLAT]), FREE)

    assert history.refused == {"level_wrong_side": 1}


def test_without_bars_there_is_nothing() -> None:
    empty = Bars(np.empty(0, np.int64), *(np.empty(0) for _ in range(5)))

    assert len(backtest(strategy(LONG), empty, FREE).trades) == 0
