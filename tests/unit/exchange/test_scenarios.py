"""Every scenario file plays as it says, the same way each time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.local.exchange.engine.scenario import Scenario, ScenarioFailed

FILES = sorted((Path(__file__).parents[2] / "fixtures" / "exchange_scenarios").glob("*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_scenario_plays_as_it_says(file: Path) -> None:
    first, second = (Scenario(json.loads(file.read_text())).play() for _ in range(2))
    assert first.conserved("1001") == 0
    ids = [[fill.exec_id for fill in run.world.accounts["1001"].fills] for run in (first, second)]
    assert ids[0] == ids[1]


def test_there_are_scenarios() -> None:
    assert len(FILES) >= 3


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ({"call": ["POST", "/v5/order/cancel", {"orderId": "x"}]}, "step 1: /v5/order/cancel answered 110001"),
        ({"expect": [[["GET", "/v5/position/list", {}], {"list.0.size": "1"}]]}, "list.0.size is '0', not '1'"),
        ({"events": {"execution": 1}}, "0 execution messages, not 1"),
    ],
)
def test_a_scenario_that_is_wrong_says_where_and_what(step: dict[str, object], says: str) -> None:
    with pytest.raises(ScenarioFailed, match=says.replace("/", ".")):
        Scenario({"steps": [step]}).play()
