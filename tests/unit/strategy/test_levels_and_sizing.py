from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.backtest.candidates import level_prices
from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.dca import base_order_qty, ladder
from chalicelib.domain.strategy.levels import levels, protective_stop
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.presets import PRESETS
from chalicelib.domain.strategy.sizing import position_size
from chalicelib.domain.strategy.spec import Risk, StrategySpec

from .documents import minimal

D = Decimal
BTC = Instrument(
    "BTCUSDT", "BTC", "USDT", *(D(text) for text in ("0.1", "0.001", "0.001", "100", "50", "5", "0.1", "1e6", "100"))
)
RISK = Risk(D(1), None, D(1_000_000), D(100), None, 0)
INPUTS = {"atr:14": D("123.456"), "swing_low:10": D(59_000), "swing_high:10": D(61_000)}


def spec_with(**exits: Any) -> StrategySpec:
    document = minimal()
    document["exit"] = {**document["exit"], **exits}
    return parse_strategy(document)


LEVELS: list[dict[str, Any]] = [
    {"type": "fixed_pct", "value": 1.37},
    {"type": "atr_multiple", "value": 2.5},
    {"type": "swing", "lookback": 10, "bufferPct": 0.13},
]


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level["type"])
def test_levels_are_on_the_tick_and_rounded_towards_the_entry(side: Side, level: dict[str, Any]) -> None:
    spec = spec_with(stopLoss=level, takeProfit=level)
    entry = D(60_000)

    exact = levels(spec, side, entry, INPUTS, None)
    rounded = levels(spec, side, entry, INPUTS, BTC)

    for before, after in ((exact.stop_loss, rounded.stop_loss), (exact.take_profit, rounded.take_profit)):
        assert after % BTC.tick_size == 0
        assert abs(entry - after) <= abs(entry - before)
        assert abs(before - after) < BTC.tick_size


@given(
    entry=st.decimals(D(1000), D(90_000), places=1),
    level=st.sampled_from(LEVELS),
    side=st.sampled_from(list(Side)),
)
def test_the_backtest_computes_the_levels_of_the_live_bot(entry: D, level: dict[str, Any], side: Side) -> None:
    spec = spec_with(stopLoss=level, takeProfit={"type": "fixed_pct", "value": 2.2})
    inputs = {**INPUTS, "swing_low:10": entry * D("0.99"), "swing_high:10": entry * D("1.01")}
    arrays = {key: np.array([float(value)]) for key, value in inputs.items()}

    live = levels(spec, side, entry, inputs, BTC)
    stop, targets = level_prices(spec, np.array([side.sign]), np.array([float(entry)]), arrays, BTC)

    assert float(live.stop_loss) == pytest.approx(stop[0], abs=1e-9)
    assert float(live.take_profit) == pytest.approx(targets[0][0], abs=1e-9)


def test_a_level_without_its_input_is_refused() -> None:
    with pytest.raises(InvalidOrder) as caught:
        levels(spec_with(stopLoss={"type": "atr_multiple", "value": 2}), Side.BUY, D(100), {}, None)

    assert caught.value.findings[0].key == "strategy.level_unknown"


def test_a_stop_above_a_longs_entry_is_refused() -> None:
    document = minimal(entry={"long": minimal()["entry"]["long"]})
    document["exit"] = {
        "stopLoss": {"type": "fixed_price", "value": 50},
        "takeProfit": {"type": "fixed_price", "value": 70},
    }
    spec = parse_strategy(document)

    with pytest.raises(InvalidOrder) as caught:
        levels(spec, Side.BUY, D(45), {}, None)

    assert caught.value.findings[0].key == "strategy.level_wrong_side"


def test_a_ladder_is_ordered_as_the_price_reaches_it() -> None:
    steps = [
        {"type": "atr_multiple", "value": 20, "sharePct": 30},
        {"type": "fixed_pct", "value": 1, "sharePct": 70},
    ]
    spec = spec_with(takeProfit={"type": "ladder", "steps": steps})

    found = levels(spec, Side.SELL, D(60_000), INPUTS, BTC).targets

    assert [target.share_pct for target in found] == [70, 30]
    assert found[0].price > found[1].price


def test_the_protective_stop_is_the_tightest_and_never_loosens() -> None:
    spec = spec_with(
        trailingStop={"type": "trailing_pct", "activationPct": 2, "callbackPct": 1},
        breakEven={"activationPct": 1, "offsetPct": 0.1},
    )

    def stop(best: int) -> D:
        return protective_stop(spec, Side.BUY, D(1000), D(best), D(990), {}, None)

    assert [stop(best) for best in (1005, 1010, 1020, 1100)] == [990, 1001, D("1009.80"), 1089]
    assert protective_stop(spec, Side.SELL, D(1000), D(900), D(1010), {}, None) == 909


@given(
    equity=st.decimals(D(1), D(1_000_000), places=2),
    entry=st.decimals(D(10), D(100_000), places=1),
    distance_pct=st.decimals(D("0.1"), D(50), places=2),
    percent=st.decimals(D("0.1"), D(100), places=1),
)
def test_a_size_never_risks_more_than_asked_nor_exceeds_the_cap(
    equity: D, entry: D, distance_pct: D, percent: D
) -> None:
    stop = entry * (1 - distance_pct / 100)
    risk = replace(RISK, risk_per_trade_pct=percent, max_position_size_usd=D(5000))
    try:
        qty = position_size(equity, entry, stop, risk, BTC)
    except InvalidOrder:
        return

    assert qty % BTC.qty_step == 0
    assert qty * (entry - stop) <= equity * percent / 100
    assert qty * entry <= 5000
    assert qty * entry >= BTC.min_notional


@pytest.mark.parametrize(
    ("equity", "stop", "key"),
    [(D(1000), D(60_000), "size_no_risk"), (D(0), D(59_000), "size_no_equity"), (D(10), D(1000), "size_below_minimum")],
)
def test_a_size_that_cannot_be_is_refused_with_a_reason(equity: D, stop: D, key: str) -> None:
    with pytest.raises(InvalidOrder) as caught:
        position_size(equity, D(60_000), stop, RISK, BTC)

    assert caught.value.findings[0].key == f"strategy.{key}"


def test_a_fixed_notional_does_not_ask_for_the_stop_distance() -> None:
    risk = replace(RISK, risk_per_trade_pct=None, fixed_notional_usd=D(600))

    assert position_size(D(0), D(60_000), D(1), risk, BTC) == D("0.010")


def dca_spec() -> StrategySpec:
    return parse_strategy(next(one for one in PRESETS if one.slug == "dca-momentum").document())


def test_the_dca_preset_has_the_check_values_of_its_template() -> None:
    spec = dca_spec()
    assert spec.dca is not None
    facts = ladder(spec.dca)

    assert round(facts.exposure_usd, 2) == D("496.50")
    assert round(facts.last_deviation_pct, 2) == D("6.63")
    assert round(facts.average_deviation_pct(Side.BUY, 5), 2) == D("3.95")


def test_risk_shrinks_a_dca_ladder_to_its_worst_loss() -> None:
    spec = dca_spec()
    cautious = replace(spec, risk=replace(spec.risk, risk_per_trade_pct=D(1)))

    full = base_order_qty(spec, D(1000), D(50), Side.BUY, None)
    small = base_order_qty(cautious, D(1000), D(50), Side.BUY, None)

    assert full == 1
    assert small * 50 / D(50) * D("496.504") * D("0.08") == pytest.approx(10, rel=D("0.001"))
