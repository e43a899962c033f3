"""What backtests know and live runs do not trade yet is refused, each at its place."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.findings import messages
from chalicelib.domain.strategy.live import not_traded_live, sides_from_outside
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.presets import PRESETS
from tests.unit.api.gateway import strategy_document


def findings(**entry: Any) -> list[tuple[str, str]]:
    document = strategy_document()
    document["entry"] |= entry
    return [(found.pointer, found.key) for found in not_traded_live(parse_strategy(document))]


def test_what_is_traded_live_is_accepted() -> None:
    assert findings() == []
    assert findings(onOpposite="close") == []
    assert findings(onOpposite="reverse") == []


@pytest.mark.parametrize("slug", [preset.slug for preset in PRESETS])
def test_every_preset_is_traded_live(slug: str) -> None:
    document = next(preset for preset in PRESETS if preset.slug == slug).document()
    assert not_traded_live(parse_strategy(document)) == []


def test_an_outside_signal_is_waited_for_on_the_side_that_names_it() -> None:
    rule = {"type": "compare", "op": ">", "left": {"price": "close"}, "right": {"constant": 1}}
    document = strategy_document()
    document["entry"] |= {"long": {"type": "all", "conditions": [{"type": "external"}, rule]}, "short": rule}
    spec = parse_strategy(document)

    assert sides_from_outside(spec) == (Side.BUY,)
    assert not_traded_live(spec) == []
    assert sides_from_outside(parse_strategy(strategy_document())) == ()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_each_refusal_has_its_text(language: str) -> None:
    assert "not_live" in messages(language)
