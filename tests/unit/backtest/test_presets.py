"""The presets as golden specs: valid, honest in words, and with the expected trades on the real month.

``python -m tests.unit.backtest.golden_presets`` writes the expectations anew after a deliberate change of the engine.
"""

from __future__ import annotations

import json

import pytest

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.parse import normalise, parse_strategy
from chalicelib.domain.strategy.presets import PRESETS, Preset, preset
from functions.backtest.candle_file import read_candles

from .golden_presets import GOLDEN, outcome_of
from .markets import REAL_MONTH


@pytest.fixture(scope="module")
def month() -> Bars:
    if not REAL_MONTH.exists():
        pytest.skip("the shared candles are not beside the project")
    return read_candles(REAL_MONTH, Interval.M1)


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.slug)
def test_a_preset_is_a_valid_strategy_under_its_own_name(one: Preset) -> None:
    spec = parse_strategy(one.document())

    assert spec.id == one.slug
    assert normalise(normalise(one.document())) == normalise(one.document())


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.slug)
def test_a_preset_promises_nothing(one: Preset) -> None:
    words = f"{one.description_en} {one.description_ru}".lower()

    assert not any(claim in words for claim in ("profit", "guarant", "прибыл", "гарант", "доход"))


def test_a_preset_hands_out_fresh_copies() -> None:
    found = preset("ema-cross")
    assert found is not None

    found.document()["name"] = "changed"

    assert found.document()["name"] != "changed"
    assert preset("nothing") is None


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.slug)
def test_a_preset_trades_on_the_real_month_as_it_always_did(one: Preset, month: Bars) -> None:
    expected = json.loads(GOLDEN.read_text())[one.slug]

    assert outcome_of(one, month) == expected
