"""The operators' switch: every workspace's runs close, nobody's switch but theirs is touched."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.states import StopReason
from chalicelib.domain.strategy.spec import OnStop
from chalicelib.services.runs.kill_switch import PlatformKillSwitch
from functions.ops.platform_kill_switch import answer_to
from tests.unit.api.gateway import Gateway


@pytest.fixture
def gateway() -> Gateway:
    """Two workspaces' application."""
    return Gateway()


@pytest.fixture
def switch(gateway: Gateway) -> PlatformKillSwitch:
    """The use-cases over the same memory."""
    fakes = gateway.services
    return PlatformKillSwitch(fakes.switch, fakes.run_rows, fakes.inbox, fakes.audit, fakes.clock)


def test_engaging_tells_the_runs_of_all_workspaces_to_close(gateway: Gateway, switch: PlatformKillSwitch) -> None:
    users = [gateway.user("one@example.com"), gateway.user("two@example.com")]
    runs = [user.post(f"/bots/{user.bot()}/runs", {"durationMinutes": 5}).json["id"] for user in users]

    answer = answer_to({"action": "engage", "reason": "Exchange incident", "operator": "ann"}, switch)

    wanted = StopRequested(StopReason.KILL_SWITCH, OnStop.CLOSE_MARKET, "ann")
    assert [list(gateway.services.inbox.messages[run_id].values()) for run_id in runs] == [[wanted]] * 2
    assert answer == {
        "engaged": True,
        "reason": "Exchange incident",
        "sinceMs": gateway.services.clock.now,
        "by": "ann",
        "runsTold": 2,
    }


def test_status_changes_nothing(gateway: Gateway, switch: PlatformKillSwitch) -> None:
    answer = answer_to({"action": "status"}, switch)

    assert (answer["engaged"], answer["runsTold"]) == (False, 0)
    assert gateway.services.audit.rows == []


def test_releasing_leaves_the_workspaces_switches_alone(gateway: Gateway, switch: PlatformKillSwitch) -> None:
    user = gateway.user()
    user.post("/kill-switch", {"reason": "Own doubts"})
    answer_to({"action": "engage", "reason": "Incident"}, switch)

    answer = answer_to({"action": "release", "reason": "Over"}, switch)

    assert answer["engaged"] is False
    assert user.get("/kill-switch").json["reason"] == "Own doubts"


def test_each_use_is_in_the_audit_trail(gateway: Gateway, switch: PlatformKillSwitch) -> None:
    answer_to({"action": "engage", "reason": "Incident", "operator": "ann"}, switch)
    answer_to({"action": "release", "reason": "Over", "operator": "bob"}, switch)

    assert gateway.services.audit.rows == [
        ("platform", "kill_switch.engage", "ann", "platform", "Incident; runs told: 0"),
        ("platform", "kill_switch.release", "bob", "platform", "Over"),
    ]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"action": "off", "reason": "x"},
        {"action": "engage"},
        {"action": "engage", "reason": "  "},
        {"action": "release", "reason": 5},
        {"action": "engage", "reason": "x" * 201},
    ],
)
def test_what_is_not_understood_switches_nothing(
    gateway: Gateway, switch: PlatformKillSwitch, event: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"action|reason"):
        answer_to(event, switch)

    assert gateway.services.switch.engaged_by == {}
