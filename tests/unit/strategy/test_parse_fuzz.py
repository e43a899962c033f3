"""Whatever JSON comes in: a strategy or an InvalidDocument, within 50 ms."""

from __future__ import annotations

import copy
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.decision import decide_on_close
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import Plan, compile_plan
from chalicelib.domain.strategy.presets import PRESETS
from chalicelib.domain.strategy.spec import StrategySpec

from ..backtest.markets import random_bars
from .documents import cross, minimal, rsi_dip

BUDGET_SECONDS = 0.05
YARDSTICK_SECONDS = 0.005
BARS = random_bars(1, 400)
parse_strategy(minimal())  # the schema is compiled once, at the first use

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["ema", "1h", ">", "all"]),
)
KEYS = ["type", "indicator", "params", "length", "conditions", "condition", "a", "b", "left", "right", "op", "args"]
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=4)), inner, max_size=5),
    ),
    max_leaves=40,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def parsed(document: object) -> StrategySpec | None:
    try:
        return parse_strategy(document)
    except InvalidDocument:
        return None


def refused_or_parsed_in_time(document: object) -> StrategySpec | None:
    """What ``parsed`` answers. Fails when none of five tries is within the budget.

    The budget is for a machine that does a fixed piece of work in the yardstick's time; a slower one, or one that is
    slow at this moment, has as much more. What grows faster than its document is out of it by far on any.
    """
    tries = []
    for _ in range(5):
        begun = time.process_time()
        spec = parsed(document)
        tries.append(time.process_time() - begun)
        if tries[-1] < BUDGET_SECONDS or tries[-1] < BUDGET_SECONDS * _piece_of_work() / YARDSTICK_SECONDS:
            return spec
    raise AssertionError(f"never within the budget: {tries}")


def _piece_of_work() -> float:
    begun = time.process_time()
    sum(number * number for number in range(100_000))
    return time.process_time() - begun


def parse_within_budget(document: object) -> None:
    spec = refused_or_parsed_in_time(document)
    if spec is None:
        return
    if spec.timeframe is Interval.M5:
        use_without_raising(compile_plan(spec))


def use_without_raising(plan: Plan) -> None:
    bars = {interval: BARS.aggregate(Interval.M5, interval) for interval in plan.timeframes}

    decide_on_close(plan, bars)
    for assumed in (Settings(fixed_qty=1.0), Settings(slippage_bps=1.0, leverage=10.0)):
        run_backtest(plan, Market(bars), assumed)


@settings(max_examples=200, deadline=None)
@given(anything)
def test_any_json_is_refused_or_accepted_and_nothing_else(document: object) -> None:
    parse_within_budget(document)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), base=st.sampled_from([rsi_dip(), minimal(), *(preset.document() for preset in PRESETS)]))
def test_a_strategy_with_one_place_replaced_is_refused_or_can_be_evaluated(data: st.DataObject, base: Any) -> None:
    document = copy.deepcopy(base)
    path = data.draw(st.sampled_from(places(document)[1:]))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = data.draw(st.one_of(anything, st.integers(-3, 2000), st.floats(0, 1e6)))

    parse_within_budget(document)


def nested(depth: int) -> Any:
    value: Any = {"constant": 1}
    for _ in range(depth):
        value = {"type": "not", "condition": value}
    return value


def deep_lists(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = {
    "very deep": deep_lists(900),
    "deep conditions": minimal(entry={"long": nested(35)}),
    "wide conditions": minimal(entry={"long": {"type": "all", "conditions": [cross()] * 400}}),
    "many unknown keys": {f"key{index}": index for index in range(3900)},
    "all wrong": minimal(entry={"long": {"type": "all", "conditions": [{"type": "x"}] * 1900}}),
    "full of blocks": minimal(
        entry={"long": {"type": "all", "conditions": [{"type": "any", "conditions": [cross()] * 19}] * 18}}
    ),
    "not finite": minimal(entry={"long": {"type": "compare", "op": ">", "left": {"constant": float("nan")}}}),
    "huge number": minimal(timeframe=10**400),
    "broken text": minimal(name="\ud800"),
    "not json": {1: object()},
    "long text": minimal(name="x" * 100_000),
    "decimal infinity": minimal(name=Decimal("Infinity")),
    "signalling decimal": minimal(name=Decimal("sNaN")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused_quickly(name: str) -> None:
    with pytest.raises(InvalidDocument):
        parse_strategy(HOSTILE[name])

    assert refused_or_parsed_in_time(HOSTILE[name]) is None


def test_decimals_as_a_database_returns_them_are_numbers() -> None:
    document = minimal()
    document["exit"]["stopLoss"]["value"] = Decimal("1.50")

    assert parse_strategy(document).exit.stop_loss.value == Decimal("1.5")  # type: ignore[union-attr] # it is fixed_pct
