from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.findings import messages
from chalicelib.domain.strategy.parse import normalise, parse_strategy, strategy_hash
from chalicelib.domain.strategy.spec import FixedPct, OnStop

from .documents import cross, ema, minimal, rsi_dip


def refused(document: object) -> set[tuple[str, str]]:
    with pytest.raises(InvalidDocument) as caught:
        parse_strategy(document)
    return {(finding.pointer, finding.key.removeprefix("strategy.")) for finding in caught.value.findings}


def with_long(condition: dict[str, Any]) -> dict[str, Any]:
    return minimal(entry={"long": condition})


def close_above(operand: dict[str, Any]) -> dict[str, Any]:
    return {"type": "compare", "op": ">", "left": {"price": "close"}, "right": operand}


def test_the_example_of_the_decision_is_a_strategy() -> None:
    spec = parse_strategy(rsi_dip())

    assert spec.timeframes == (Interval.H1,)
    assert spec.exit.max_bars == 50
    assert spec.risk.risk_per_trade_pct == Decimal(1)


def test_defaults_are_filled_in() -> None:
    spec = parse_strategy(minimal())

    assert spec.market.env == "demo"
    assert spec.enabled
    assert spec.execution.on_stop is OnStop.CLOSE_MARKET
    assert spec.execution.client_order_id_prefix == "bm"
    assert spec.guards.max_orders_per_minute == 10
    assert spec.exit.stop_loss == FixedPct(Decimal(1))


def test_normalising_twice_changes_nothing() -> None:
    once = normalise(rsi_dip())

    assert normalise(once) == once


def test_the_hash_ignores_key_order_spelling_of_numbers_and_written_defaults() -> None:
    document = minimal()
    other = dict(reversed(list(minimal(enabled=True).items())))
    other["exit"] = {"stopLoss": {"value": 1.0, "type": "fixed_pct"}, "takeProfit": {"type": "fixed_pct", "value": 2}}

    assert strategy_hash(document) == strategy_hash(other)


def test_the_hash_changes_with_the_meaning() -> None:
    other = minimal()
    other["exit"]["stopLoss"]["value"] = 1.01

    assert strategy_hash(minimal()) != strategy_hash(other)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("nonsense", ("", "wrong_type")),
        (minimal(surprise=1), ("/surprise", "unknown_key")),
        (minimal(entry={}), ("/entry", "side_missing")),
        (minimal(entry={"long": {"type": "magic"}}), ("/entry/long/type", "not_allowed")),
        (with_long(close_above({"nothing": 1})), ("/entry/long/right", "unknown_operand")),
        (
            with_long(close_above({"indicator": "ema", "params": {"length": 0}})),
            ("/entry/long/right/params/length", "too_small"),
        ),
        (with_long(close_above(ema(20, offset=1000))), ("/entry/long/right", "lookback_too_long")),
        (with_long(close_above(ema(20, timeframe="1m"))), ("/entry/long/right/timeframe", "timeframe_not_higher")),
        (
            {**with_long(close_above(ema(20, timeframe="1h"))), "timeframes": ["4h"]},
            ("/entry/long/right/timeframe", "timeframe_undeclared"),
        ),
        (
            with_long(close_above({"op": "-", "args": [{"constant": 1}]})),
            ("/entry/long/right/args", "wrong_argument_count"),
        ),
        (with_long({"type": "not", "condition": {"type": "external"}}), ("/entry/long/condition", "external_not_here")),
        (
            minimal(entry={"long": cross(), "order": {"timeoutBars": 3}}),
            ("/entry/order/timeoutBars", "limit_options_without_limit"),
        ),
        (minimal(dslVersion=7), ("/dslVersion", "no_migration")),
        (
            minimal(risk={"maxPositionSizeUsd": 100, "maxLossPerRunUsd": 20}),
            ("/risk", "sizing_missing"),
        ),
        (minimal(execution={"clientOrderIdPrefix": "ninechars"}), ("/execution/clientOrderIdPrefix", "bad_text")),
        (minimal(exit={"stopLoss": {"type": "fixed_pct", "value": 1}}), ("/exit", "required")),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(document: object, expected: tuple[str, str]) -> None:
    assert expected in refused(document)


def test_conditions_may_not_be_nested_more_than_eight_deep() -> None:
    condition: dict[str, Any] = close_above({"constant": 1})
    for _ in range(7):
        condition = {"type": "not", "condition": condition}

    assert ("/entry/long" + "/condition" * 7 + "/left", "expression_too_deep") in refused(with_long(condition))


def test_two_hundred_nodes_are_the_most() -> None:
    block = {"type": "any", "conditions": [cross()] * 20}

    assert ("/entry", "too_many_nodes") in refused(with_long({"type": "all", "conditions": [block] * 4}))


def test_both_dictionaries_have_the_same_messages_and_placeholders() -> None:
    english, russian = messages("en"), messages("ru")

    assert english.keys() == russian.keys()
    for key, text in english.items():
        assert set(re.findall(r"{{\w+}}", text)) == set(re.findall(r"{{\w+}}", russian[key])), key
