"""Every example of docs/strategy-dsl.md is a valid part of a strategy, and every construct has one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.strategy.catalogue import DEFINITIONS
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.schema import schema

from .documents import minimal

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLES = re.findall(r"```json (\w+)\n(.*?)```", (DOCS / "strategy-dsl.md").read_text(), re.DOTALL)


def whole(kind: str, part: dict[str, Any]) -> dict[str, Any]:
    document = minimal()
    match kind:
        case "strategy":
            return part
        case "condition":
            return minimal(entry={"long": part})
        case "operand":
            return minimal(entry={"long": {"type": "compare", "op": ">", "left": part, "right": {"constant": 1}}})
        case "level":
            return minimal(exit={"stopLoss": part, "takeProfit": part})
        case "exit":
            one_sided = {"long": document["entry"]["long"]} if "fixed_price" in str(part) else document["entry"]
            return minimal(exit=part, entry=one_sided)
        case _:
            return minimal(**{kind: part})


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_an_example_is_valid(kind: str, text: str) -> None:
    parse_strategy(whole(kind, json.loads(text)))


def test_every_construct_of_the_schema_has_an_example() -> None:
    shown = " ".join(text for _, text in EXAMPLES)
    definitions = schema()["$defs"]
    kinds = [
        *definitions["condition"]["properties"]["type"]["enum"],
        *definitions["target"]["properties"]["type"]["enum"],
        *definitions["trailingStop"]["properties"]["type"]["enum"],
        *(key for name in ("exit", "risk", "dca", "execution", "guards") for key in definitions[name]["properties"]),
    ]

    assert [kind for kind in kinds if f'"{kind}"' not in shown] == []


def test_every_indicator_is_documented() -> None:
    text = (DOCS / "indicators.md").read_text()

    assert [name for name in DEFINITIONS if f"`{name}`" not in text] == []
