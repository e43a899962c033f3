"""What backtests know and live runs do not trade yet is refused, each at its place."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.strategy.findings import messages
from chalicelib.domain.strategy.live import not_traded_live
from chalicelib.domain.strategy.parse import parse_strategy
from tests.unit.api.gateway import strategy_document


def findings(**entry: Any) -> list[tuple[str, str]]:
    document = strategy_document()
    document["entry"] |= entry
    return [(found.pointer, found.key) for found in not_traded_live(parse_strategy(document))]


def test_what_is_traded_live_is_accepted() -> None:
    assert findings() == []
    assert findings(onOpposite="close") == []
    assert findings(onOpposite="reverse") == []


def test_outside_signals_are_refused_also_inside_a_condition() -> None:
    rule = {"type": "compare", "op": ">", "left": {"price": "close"}, "right": {"constant": 1}}
    assert findings(long={"type": "all", "conditions": [{"type": "external"}, rule]}, short={"type": "external"}) == [
        ("/spec/entry/long", "strategy.not_live_external"),
        ("/spec/entry/short", "strategy.not_live_external"),
    ]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_refusal_has_its_text(language: str) -> None:
    assert {"not_live", "not_live_external"} <= set(messages(language))
