"""The kill switch over HTTP: it closes and forbids, only an admin releases it, unreadable counts as engaged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.runtime.halt import HaltMode
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.states import RunStatus, StopReason
from chalicelib.domain.strategy.spec import OnStop
from chalicelib.run_ports import KillState
from tests.unit.api.gateway import Client, Gateway

MANY_RUNS = WorkspaceLimits(max_active_runs=5, start_cooldown_seconds=0)


def started(client: Client, symbol: str = "BTCUSDT") -> str:
    """The id of a started run."""
    answer = client.post(f"/bots/{client.bot(symbol)}/runs", {"durationMinutes": 5})
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def engage(client: Client, reason: str = "Strange fills") -> None:
    """Switches the client's trading off."""
    answer = client.post("/kill-switch", {"reason": reason})
    assert answer.status == 200, answer.text


def end(gateway: Gateway, run_id: str) -> None:
    """The run as it is after its last Tick."""
    record = gateway.services.run_rows.records[run_id]
    state = replace(record.state, status=RunStatus.STOPPED)
    gateway.services.run_rows.records[run_id] = replace(record, state=state)


def test_trading_is_on_until_somebody_switches_it_off(client: Client) -> None:
    assert client.get("/kill-switch").json == {"engaged": False, "reason": "", "workspace": None, "platform": None}


def test_an_engaged_switch_tells_why_and_since_when(client: Client) -> None:
    engaged = client.post("/kill-switch", {"reason": "  Strange fills "}).json["killSwitch"]

    assert engaged == client.get("/kill-switch").json
    assert engaged["workspace"] == {
        "reason": "Strange fills",
        "since": "2023-11-14T22:13:20.000Z",
        "mode": "flatten",
    }
    assert (engaged["engaged"], engaged["reason"], engaged["platform"]) == (True, "Strange fills", None)


def test_a_second_engaging_keeps_the_first_reason(client: Client) -> None:
    engage(client, "First")
    engage(client, "Second")

    assert client.get("/kill-switch").json["reason"] == "First"


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   "}, {"reason": "x" * 201}, {"reason": 1}])
def test_a_switch_needs_a_reason(gateway: Gateway, client: Client, body: object) -> None:
    answer = client.post("/kill-switch", body)

    assert (answer.status, answer.pointers()) == (400, ["/reason"])
    assert gateway.services.switch.engaged_by == {}


def test_engaging_tells_every_active_run_to_close_and_end(gateway: Gateway) -> None:
    client = gateway.user(limits=MANY_RUNS)
    runs = [started(client, symbol) for symbol in ("BTCUSDT", "ETHUSDT", "SOLUSDT")]
    end(gateway, runs[2])

    engage(client)

    actor = client.get("/me").json["user"]["id"]
    wanted = StopRequested(StopReason.KILL_SWITCH, OnStop.CLOSE_MARKET, actor)
    assert [gateway.services.inbox.messages[run_id] for run_id in runs[:2]] == [{wanted.message_id: wanted}] * 2
    assert runs[2] not in gateway.services.inbox.messages


def test_engaging_concerns_no_other_workspace(gateway: Gateway, client: Client) -> None:
    other = gateway.user("other@example.com")
    run_id = started(other)

    engage(client)

    assert run_id not in gateway.services.inbox.messages
    assert other.get("/kill-switch").json["engaged"] is False


def test_no_run_starts_while_trading_is_off(client: Client) -> None:
    bot_id = client.bot()
    engage(client, "Strange fills")

    answer = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5})

    assert (answer.status, answer.json["code"]) == (409, "trading.off")
    assert answer.json["params"] == {"reason": "Strange fills"}


def test_a_run_starts_again_after_the_release(client: Client) -> None:
    bot_id = client.bot()
    engage(client)

    released = client.step_up().post("/kill-switch/release")

    assert (released.status, released.json["engaged"]) == (200, False)
    assert client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5}).status == 201


def blocked(gateway: Gateway, client: Client) -> None:
    """The client's workspace after one of its runs found a size that nothing explains."""
    state = KillState("BTCUSDT 0.02 ≠ 0", gateway.services.clock.now, "run r", HaltMode.BLOCK)
    gateway.services.switch.engage(client.workspace_id, state)


def test_a_switch_that_a_run_engaged_forbids_opening_until_an_admin_releases_it(
    gateway: Gateway, client: Client
) -> None:
    bot_id = client.bot()
    blocked(gateway, client)

    shown = client.get("/kill-switch").json
    refused = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5})
    client.step_up().post("/kill-switch/release")

    assert (shown["engaged"], shown["workspace"]["mode"]) == (True, "block")
    assert (refused.json["code"], refused.json["params"]) == ("trading.off", {"reason": "BTCUSDT 0.02 ≠ 0"})
    assert client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5}).status == 201


def test_who_engages_a_blocking_switch_by_hand_makes_it_flatten(gateway: Gateway, client: Client) -> None:
    blocked(gateway, client)

    engage(client, "Strange fills")

    own = client.get("/kill-switch").json["workspace"]
    assert (own["reason"], own["mode"]) == ("Strange fills", "flatten")


def test_a_trader_engages_and_cannot_release(gateway: Gateway) -> None:
    trader = gateway.user(role=Role.TRADER)
    engage(trader)

    refused = trader.post("/kill-switch/release")

    assert (refused.status, refused.json["code"]) == (403, "auth.role_required")
    assert trader.get("/kill-switch").json["engaged"] is True


def test_the_platforms_switch_stops_every_workspace_and_no_admin_releases_it(gateway: Gateway, client: Client) -> None:
    gateway.services.switch.engage(None, KillState("Exchange incident", gateway.services.clock.now, "operator"))
    bot_id = client.bot()

    client.step_up().post("/kill-switch/release")
    shown = client.get("/kill-switch").json

    assert (shown["engaged"], shown["reason"], shown["workspace"]) == (True, "Exchange incident", None)
    assert shown["platform"]["reason"] == "Exchange incident"
    assert client.post(f"/bots/{bot_id}/runs").json["code"] == "trading.off"


def test_a_switch_that_cannot_be_read_counts_as_engaged(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    gateway.services.switch.readable = False

    assert client.get("/kill-switch").json["engaged"] is True
    assert client.post(f"/bots/{bot_id}/runs").json["code"] == "trading.off"


def test_killing_a_run_closes_it_by_market_whatever_its_policy(gateway: Gateway, client: Client) -> None:
    run_id = started(client)

    answer = client.post(f"/runs/{run_id}/kill")

    (message,) = gateway.services.inbox.messages[run_id].values()
    assert isinstance(message, StopRequested)
    assert (answer.status, message.reason, message.policy) == (202, StopReason.KILL_SWITCH, OnStop.CLOSE_MARKET)
    assert client.get("/kill-switch").json["engaged"] is False


def test_a_run_that_has_ended_cannot_be_killed(gateway: Gateway, client: Client) -> None:
    run_id = started(client)
    end(gateway, run_id)

    answer = client.post(f"/runs/{run_id}/kill")

    assert (answer.status, answer.json["code"]) == (409, "run.ended")


def test_every_use_of_a_switch_leaves_an_audit_row(gateway: Gateway, client: Client) -> None:
    run_id = started(client)
    client.post(f"/runs/{run_id}/kill")
    engage(client, "Strange fills")
    client.step_up().post("/kill-switch/release")

    rows = [
        (workspace, action, subject, detail)
        for workspace, action, _, subject, detail in gateway.services.audit.rows
        if action.startswith(("run.kill", "kill_switch."))
    ]
    assert rows == [
        (client.workspace_id, "run.kill", run_id, ""),
        (
            client.workspace_id,
            "kill_switch.engage",
            "workspace",
            "Strange fills; runs told: 1; by hand: 0 orders cancelled, 0 positions closed, 0 symbols left",
        ),
        (client.workspace_id, "kill_switch.release", "workspace", ""),
    ]


def test_trading_is_off_even_if_the_audit_row_cannot_be_written(gateway: Gateway, client: Client) -> None:
    run_id = started(client)
    gateway.services.audit.writable = False

    assert client.post("/kill-switch", {"reason": "Strange fills"}).status == 500

    assert client.get("/kill-switch").json["engaged"] is True
    assert run_id in gateway.services.inbox.messages


def test_nothing_is_released_without_its_audit_row(gateway: Gateway, client: Client) -> None:
    engage(client)
    gateway.services.audit.writable = False

    assert client.step_up().post("/kill-switch/release").status == 500

    assert client.get("/kill-switch").json["engaged"] is True
