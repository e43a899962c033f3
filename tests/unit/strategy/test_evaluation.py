from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chalicelib.domain.errors import UnknownFact
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.decision import decide_on_close
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import Plan, compile_plan

from .documents import cross, minimal, rsi_dip

MONDAY = 1_641_168_000_000  # 2022-01-03T00:00Z
HOUR = 3_600_000


def closes(values: list[float], interval: Interval = Interval.M5, start: int = MONDAY) -> Bars:
    series = np.array(values, np.float64)
    times = start + np.arange(len(series), dtype=np.int64) * interval.milliseconds
    return Bars(times, series, series, series, series, np.ones(len(series)))


def plan_for(condition: dict[str, Any], **changes: Any) -> Plan:
    return compile_plan(parse_strategy(minimal(entry={"long": condition}, **changes)))


def longs(condition: dict[str, Any], bars: Bars, **others: Bars) -> list[bool]:
    plan = plan_for(condition)
    every = {Interval.M5: bars, **{Interval(name[1:]): series for name, series in others.items()}}
    return [bool(one) for one in plan.evaluate(every).long]


CLOSE = {"price": "close"}


def compare(op: str, right: float, left: dict[str, Any] = CLOSE) -> dict[str, Any]:
    return {"type": "compare", "op": op, "left": left, "right": {"constant": right}}


SMA3 = {"indicator": "sma", "params": {"length": 3}}


def test_a_crossing_needs_not_above_before_and_above_now() -> None:
    condition = {"type": "crossover", "a": CLOSE, "b": {"constant": 5}}

    assert longs(condition, closes([4, 5, 6, 6, 5, 6, 4, 9])) == [False, False, True, False, False, True, False, True]


def test_what_is_undefined_is_false_and_so_is_its_negation() -> None:
    bars = closes([1, 2, 3, 4])

    assert longs(compare(">", 0, SMA3), bars) == [False, False, True, True]
    assert longs({"type": "not", "condition": compare(">", 0, SMA3)}, bars) == [False] * 4
    assert longs({"type": "not", "condition": compare(">", 100, SMA3)}, bars) == [False, False, True, True]


def test_any_is_true_when_one_is_known_to_be_true_and_the_other_is_unknown() -> None:
    either = {"type": "any", "conditions": [compare(">", 0, SMA3), compare("==", 2)]}
    neither = {"type": "not", "condition": either}

    assert longs(either, closes([1, 2, 3])) == [False, True, True]
    assert longs(neither, closes([1, 2, 3])) == [False, False, False]


def test_confirm_bars_wants_the_condition_that_many_bars_in_a_row() -> None:
    condition = {"type": "confirmBars", "n": 3, "condition": compare(">", 1)}

    assert longs(condition, closes([2, 2, 2, 2, 1, 2, 2, 2])) == [False, False, True, True, False, False, False, True]


def test_division_by_zero_is_undefined() -> None:
    ratio = {"op": "/", "args": [CLOSE, {"op": "-", "args": [CLOSE, {"constant": 2}]}]}

    assert longs(compare(">", 0, ratio), closes([1, 2, 3])) == [False, False, True]


def test_an_offset_reads_an_earlier_bar() -> None:
    assert longs(compare("==", 1, {"price": "close", "offset": 2}), closes([1, 0, 0, 1])) == [False, False, True, False]


def test_a_session_is_judged_at_the_close_and_may_run_over_midnight() -> None:
    session = {"type": "session", "days": ["mon"], "from": "22:00", "to": "02:00"}
    plan = compile_plan(parse_strategy(minimal(timeframe="1h", entry={"long": session})))
    bars = closes([1.0] * 50, Interval.H1)

    inside = np.flatnonzero(plan.evaluate({Interval.H1: bars}).long)

    # Closes from Monday 22:00 on to before Tuesday 02:00 are those of the bars 21:00 to 00:00.
    assert inside.tolist() == [21, 22, 23, 24]


def test_a_higher_bar_counts_from_the_first_bar_that_opens_after_its_close() -> None:
    hourly = closes([1, 2], Interval.H1)
    condition = compare("==", 1, {"price": "close", "timeframe": "1h"})

    found = longs(condition, closes([0.5] * 26), _1h=hourly)

    assert found == [False] * 12 + [True] * 12 + [False] * 2


def test_a_missing_higher_bar_is_undefined_and_not_replaced_by_an_older_one() -> None:
    whole = closes([1, 1, 1], Interval.H1)
    holed = Bars(*(getattr(whole, name)[[0, 2]] for name in ("open_time_ms", "open", "high", "low", "close", "volume")))
    condition = compare("==", 1, {"price": "close", "timeframe": "1h"})

    found = longs(condition, closes([0.5] * 40), _1h=holed)

    assert found == [False] * 12 + [True] * 12 + [False] * 12 + [True] * 4


def test_a_bar_that_asks_for_both_sides_asks_for_neither() -> None:
    plan = compile_plan(parse_strategy(minimal(entry={"long": compare(">", 0), "short": compare(">", 1)})))

    signals = plan.evaluate({Interval.M5: closes([1, 2])})

    assert signals.long.tolist() == [True, False]
    assert signals.short.tolist() == [False, False]


def test_a_missing_timeframe_is_an_unknown_fact() -> None:
    plan = compile_plan(parse_strategy(rsi_dip()))

    with pytest.raises(UnknownFact):
        plan.evaluate({Interval.M5: closes([1.0] * 20)})


def test_an_outside_signal_is_true_once_and_only_for_its_side() -> None:
    entry = {
        "long": {"type": "all", "conditions": [{"type": "external"}, compare(">", 1)]},
        "short": {"type": "external"},
    }
    plan = compile_plan(parse_strategy(minimal(entry=entry)))
    bars = {Interval.M5: closes([2, 2, 2])}

    assert decide_on_close(plan, bars).signal is None
    assert decide_on_close(plan, bars, external=Side.BUY).signal is Side.BUY
    assert decide_on_close(plan, bars, external=Side.SELL).signal is Side.SELL
    assert decide_on_close(plan, {Interval.M5: closes([1, 1])}, external=Side.BUY).signal is None


def test_a_decision_says_of_each_condition_whether_it_holds_and_why() -> None:
    condition = {"type": "all", "conditions": [compare(">", 2), compare("<", 1, SMA3), cross(fast=100)]}
    plan = plan_for(condition)

    decision = decide_on_close(plan, {Interval.M5: closes([1, 2, 3])})

    assert decision.signal is None
    assert [(reason.pointer, reason.formula, reason.truth) for reason in decision.reasons] == [
        ("/entry/long/conditions/0", "close > 2", True),
        ("/entry/long/conditions/1", "sma(3) < 1", False),
        ("/entry/long/conditions/2", "ema(100) ↗ ema(21)", None),
    ]
    assert decision.as_json()["reasons"][1]["values"] == {"sma(3)": 2.0}


def test_the_plan_asks_for_enough_bars_of_every_timeframe() -> None:
    plan = compile_plan(parse_strategy(rsi_dip()))

    assert plan.timeframes == (Interval.M5, Interval.H1)
    assert plan.required_bars[Interval.M5] > 14
    assert plan.required_bars[Interval.H1] > 200
    assert plan.warmup_bars == plan.required_bars[Interval.M5]


def test_no_bars_are_an_unknown_fact_for_a_decision() -> None:
    with pytest.raises(UnknownFact):
        decide_on_close(plan_for(compare(">", 1)), {Interval.M5: closes([])})
