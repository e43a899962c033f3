from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.catalogue import DEFINITIONS
from chalicelib.domain.strategy.indicators.compute import COMPUTE, compute
from chalicelib.domain.strategy.schema import schema
from functions.backtest.candle_file import read_candles

from ..backtest.markets import random_bars
from .naive_indicators import NAIVE

REAL_MONTH = Path(__file__).parents[4] / "shared" / "data" / "candles" / "btc_perp_1m_2022-01.csv.gz"
NAMES = sorted(DEFINITIONS)


def default_params(name: str) -> tuple[tuple[str, int | float | str], ...]:
    return tuple(sorted(DEFINITIONS[name].defaults().items()))


@pytest.fixture(scope="module")
def real_bars() -> Bars:
    if not REAL_MONTH.exists():
        pytest.skip("the shared candles are not beside the project")
    return read_candles(REAL_MONTH, Interval.M1).slice(0, 2500)


def agree(name: str, bars: Bars) -> None:
    ours, theirs = compute(name, default_params(name), bars), NAIVE[name](bars, DEFINITIONS[name].defaults())
    assert ours.keys() == set(DEFINITIONS[name].outputs)
    for output, series in ours.items():
        scale = max(float(np.nanmax(np.abs(series), initial=0)), 1.0)
        assert np.allclose(series, theirs[output], rtol=0, atol=1e-9 * scale, equal_nan=True), output


@pytest.mark.parametrize("name", sorted(NAIVE))
def test_an_indicator_equals_its_plain_implementation_on_random_bars(name: str) -> None:
    agree(name, random_bars(11, 700))


@pytest.mark.parametrize("name", sorted(NAIVE))
def test_an_indicator_equals_its_plain_implementation_on_real_bars(name: str, real_bars: Bars) -> None:
    agree(name, real_bars)


@settings(max_examples=15, deadline=None)
@given(name=st.sampled_from(NAMES), seed=st.integers(0, 1000), end=st.integers(3500, 4000))
def test_the_newest_value_from_the_asked_window_is_that_of_the_full_history(name: str, seed: int, end: int) -> None:
    bars, definition = random_bars(seed, 4000).slice(0, end), DEFINITIONS[name]
    values = definition.defaults()
    window = definition.window(values) + definition.memory(values, Interval.M5)

    whole = compute(name, default_params(name), bars)
    short = compute(name, default_params(name), bars.slice(end - window, end))

    for output in definition.outputs:
        scale = max(float(np.nanmax(np.abs(whole[output]), initial=0)), 1.0)
        assert abs(whole[output][-1] - short[output][-1]) <= 1e-9 * scale, output


@pytest.mark.parametrize("name", NAMES)
def test_the_window_is_where_all_outputs_are_defined_first(name: str) -> None:
    bars, definition = random_bars(5, 1200), DEFINITIONS[name]
    window = definition.window(definition.defaults())

    outputs = compute(name, default_params(name), bars).values()

    assert np.isnan(np.stack(list(outputs))[:, : window - 1]).any(axis=0).all()
    if name != "vwap":
        assert np.isfinite(np.stack(list(outputs))[:, window - 1]).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_too_few_bars_leave_an_indicator_undefined(name: str, count: int) -> None:
    for series in compute(name, default_params(name), random_bars(5, 10).slice(0, count)).values():
        assert len(series) == count


@pytest.mark.parametrize("name", NAMES)
def test_flat_prices_without_volume_raise_nothing(name: str) -> None:
    count = 300
    flat = np.full(count, 7.0)
    bars = Bars(np.arange(count, dtype=np.int64) * 60_000, flat, flat, flat, flat, np.zeros(count))

    for series in compute(name, default_params(name), bars).values():
        assert not np.isinf(series).any()


def test_the_schema_and_the_catalogue_name_the_same_indicators_parameters_and_outputs() -> None:
    definitions = schema()["$defs"]

    assert definitions["indicatorOperand"]["properties"]["indicator"]["enum"] == list(DEFINITIONS)
    assert set(COMPUTE) == set(DEFINITIONS)
    for name, definition in DEFINITIONS.items():
        place = definitions[f"indicator_{name}"]["properties"]
        assert tuple(place["output"]["enum"]) == definition.outputs
        params = place["params"]["properties"]
        assert {key: rule["default"] for key, rule in params.items()} == definition.defaults()
        for parameter in definition.parameters:
            if parameter.name != "source":
                rule = params[parameter.name]
                low = rule.get("minimum", rule.get("exclusiveMinimum"))
                assert (low, rule["maximum"]) == (parameter.minimum, parameter.maximum), (name, parameter.name)
