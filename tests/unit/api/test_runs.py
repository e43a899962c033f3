"""Runs over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.states import RunStatus
from chalicelib.ports import NotFound
from tests.fakes.scripted_exchange import GOOD_KEY
from tests.unit.api.gateway import Client, Gateway


def started(client: Client, bot_id: str, minutes: int = 5, key: str | None = None) -> str:
    """The id of a started run."""
    answer = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": minutes}, key=key)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def test_a_started_run_is_queued_with_its_deadline(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()

    run = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5}).json

    assert (run["status"], run["tradingState"], run["stopReason"]) == ("queued", "IDLE", None)
    assert (run["createdAt"], run["deadlineAt"]) == ("2023-11-14T22:13:20.000Z", "2023-11-14T22:18:20.000Z")
    assert (run["botId"], run["symbol"], run["position"]) == (bot_id, "BTCUSDT", None)
    assert run["pnl"] == {"realised": "0", "fees": "0", "funding": "0", "unrealised": "0", "net": "0"}
    assert [one[0] for one in gateway.services.workflow.started] == [run["id"]]


def test_a_repeat_with_the_same_key_finds_the_first_run(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()

    assert started(client, bot_id, key="k") == started(client, bot_id, key="k")
    assert len(gateway.services.run_rows.records) == 1


@pytest.mark.parametrize(("first", "second"), [(5, 600), (5, None), (None, 60), (5, 1440)])
def test_the_same_key_for_another_duration_is_refused(
    gateway: Gateway, client: Client, first: int | None, second: int | None
) -> None:
    path = f"/bots/{client.bot()}/runs"
    run = client.post(path, {"durationMinutes": first}, key="k").json

    other = client.post(path, {"durationMinutes": second}, key="k")

    assert (other.status, other.json["code"]) == (422, "idempotency.key_reused")
    assert list(gateway.services.run_rows.records) == [run["id"]]


def trading_off(gateway: Gateway, client: Client, bot_id: str) -> None:
    assert client.post("/kill-switch", {"reason": "enough"}).status == 200


def connection_broken(gateway: Gateway, client: Client, bot_id: str) -> None:
    gateway.services.exchange.key = replace(GOOD_KEY, read_only=True)
    client.post(f"/exchanges/{client.get(f'/bots/{bot_id}').json['exchangeConnectionId']}/test")


def strategy_disabled(gateway: Gateway, client: Client, bot_id: str) -> None:
    rows = gateway.services.strategy_rows.rows
    rows.update({key: replace(row, normalised={**row.normalised, "enabled": False}) for key, row in rows.items()})


def bot_deleted(gateway: Gateway, client: Client, bot_id: str) -> None:
    bots = gateway.services.bot_rows
    workspace_id = str(client.login.json["workspace"]["id"])
    bots.delete(workspace_id, bot_id, gateway.services.clock.now_ms())


def limits_lowered(gateway: Gateway, client: Client, bot_id: str) -> None:
    limits = {"maxDurationMinutes": 4, "defaultDurationMinutes": 4}
    client.step_up()
    assert client.call("PATCH", "/workspace", body={"limits": limits}).status == 200


@pytest.mark.parametrize("event", [trading_off, connection_broken, strategy_disabled, bot_deleted, limits_lowered])
@pytest.mark.parametrize("minutes", [5, None])
def test_a_repeat_finds_the_first_run_whatever_has_happened_since(
    gateway: Gateway, client: Client, event: Callable[[Gateway, Client, str], None], minutes: int | None
) -> None:
    bot_id = client.bot()
    first = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": minutes}, key="k")
    event(gateway, client, bot_id)

    fresh = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": minutes}, key="other")
    repeat = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": minutes}, key="k")

    assert fresh.status in ((404,) if event is bot_deleted else (400, 409))
    assert (repeat.status, repeat.json["id"]) == (201, first.json["id"])


def test_a_repeat_starts_the_execution_that_the_first_request_did_not_get_to(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    run_id = started(client, bot_id, key="k")
    gateway.services.workflow.started.clear()

    assert started(client, bot_id, key="k") == run_id
    assert [one[0] for one in gateway.services.workflow.started] == [run_id]


def test_a_repeat_after_the_run_has_ended_starts_nothing(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    run_id = started(client, bot_id, key="k")
    gateway.services.workflow.started.clear()
    rows = gateway.services.run_rows.records
    rows[run_id] = replace(rows[run_id], state=replace(rows[run_id].state, status=RunStatus.FINISHED))

    repeat = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5}, key="k").json

    assert (repeat["id"], repeat["status"]) == (run_id, "finished")
    assert gateway.services.workflow.started == []


@pytest.mark.parametrize(("minutes", "status"), [(5, 201), (None, 201), (6, 422)])
def test_a_run_from_before_the_asked_duration_was_written_down_is_told_by_its_own(
    gateway: Gateway, client: Client, minutes: int | None, status: int
) -> None:
    bot_id = client.bot()
    run_id = started(client, bot_id, key="k")
    events = gateway.services.run_rows.event_rows[run_id]
    events[1] = replace(events[1], data={"strategyVersion": 1})

    assert client.post(f"/bots/{bot_id}/runs", {"durationMinutes": minutes}, key="k").status == status


@pytest.mark.parametrize(("minutes", "status"), [(5, 201), (6, 422)])
def test_of_two_first_requests_at_once_the_later_one_finds_the_earlier_one_s_run(
    gateway: Gateway, client: Client, minutes: int, status: int
) -> None:
    bot_id = client.bot()
    rows = gateway.services.run_rows
    look = rows.get
    looks: list[str] = []

    def looked_too_early(run_id: str) -> RunRecord:
        looks.append(run_id)
        if len(looks) == 1:
            started(client, bot_id, key="k")
            raise NotFound(run_id)
        return look(run_id)

    rows.get = looked_too_early  # type: ignore[method-assign]  # the twin is quicker, between look and write
    later = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": minutes}, key="k")

    assert later.status == status
    assert len(rows.records) == 1


def test_a_second_run_on_the_same_symbol_is_refused(client: Client) -> None:
    bot_id = client.bot()
    started(client, bot_id)

    second = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5})

    assert (second.status, second.json["code"]) == (409, "run.symbol_busy")
    assert len(client.get("/runs").json["items"]) == 1


def test_a_run_over_the_quota_is_refused(client: Client) -> None:
    started(client, client.bot())

    second = client.post(f"/bots/{client.bot('ETHUSDT')}/runs")

    assert (second.status, second.json["code"]) == (409, "run.quota")


@pytest.mark.parametrize("minutes", [0, 1441, "5", 1.5])
def test_an_impossible_duration_is_pointed_at(client: Client, minutes: object) -> None:
    answer = client.post(f"/bots/{client.bot()}/runs", {"durationMinutes": minutes})

    assert (answer.status, answer.pointers()) == (400, ["/durationMinutes"])


def test_without_a_duration_the_workspace_s_default_counts(client: Client) -> None:
    assert client.post(f"/bots/{client.bot()}/runs").json["durationMinutes"] == 60


def test_runs_are_listed_by_state_and_bot(client: Client) -> None:
    bot_id = client.bot()
    run_id = started(client, bot_id)

    assert [run["id"] for run in client.get("/runs", status="active").json["items"]] == [run_id]
    assert client.get("/runs", status="ended").json["items"] == []
    assert [run["id"] for run in client.get(f"/bots/{bot_id}/runs").json["items"]] == [run_id]
    assert client.get("/runs", botId="other").json["items"] == []


def test_stop_is_a_message_to_the_run(gateway: Gateway, client: Client) -> None:
    run_id = started(client, client.bot())

    answer = client.post(f"/runs/{run_id}/stop", {"policy": "leave_protected"})

    assert answer.status == 202
    (message,) = gateway.services.inbox.messages[run_id].values()
    assert isinstance(message, StopRequested)
    assert message.policy == "leave_protected"


def test_an_unknown_stop_policy_is_refused(client: Client) -> None:
    run_id = started(client, client.bot())

    assert client.post(f"/runs/{run_id}/stop", {"policy": "hope"}).status == 400


def test_stop_all_reaches_every_run(gateway: Gateway) -> None:
    client = gateway.user(limits=WorkspaceLimits(max_active_runs=2, start_cooldown_seconds=0))
    runs = {started(client, client.bot()), started(client, client.bot("ETHUSDT"))}

    answer = client.post("/runs/stop-all")

    assert answer.status == 202
    assert (set(answer.json["stopped"]), answer.json["errors"], answer.json["total"]) == (runs, [], 2)


def test_a_queued_run_cannot_be_resumed(client: Client) -> None:
    run_id = started(client, client.bot())

    answer = client.post(f"/runs/{run_id}/resume")

    assert (answer.status, answer.json["code"]) == (409, "run.not_paused")


def test_events_are_read_after_a_number(client: Client) -> None:
    run_id = started(client, client.bot())

    events = client.get(f"/runs/{run_id}/events").json

    assert [(event["seq"], event["type"]) for event in events["items"]] == [(1, "run_queued")]
    assert events["nextCursor"] is None
    assert client.get(f"/runs/{run_id}/events", after="1").json["items"] == []


def test_a_full_page_of_events_says_where_to_go_on(client: Client) -> None:
    run_id = started(client, client.bot())

    assert client.get(f"/runs/{run_id}/events", limit="1").json["nextCursor"] == "1"


def test_the_report_is_not_there_before_the_end(client: Client) -> None:
    run_id = started(client, client.bot())

    answer = client.get(f"/runs/{run_id}/report")

    assert (answer.status, answer.json["code"]) == (404, "run.report_not_ready")


def test_intents_and_fills_start_empty(client: Client) -> None:
    run_id = started(client, client.bot())

    assert client.get(f"/runs/{run_id}/intents").json["items"] == []
    assert client.get(f"/runs/{run_id}/fills").json["items"] == []


def test_a_run_needs_a_tested_connection(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    connection_id = client.get(f"/bots/{bot_id}").json["exchangeConnectionId"]
    gateway.services.exchange.key = replace(GOOD_KEY, read_only=True)
    client.post(f"/exchanges/{connection_id}/test")

    answer = client.post(f"/bots/{bot_id}/runs")

    assert (answer.status, answer.json["code"]) == (409, "run.connection_not_tested")


def test_a_cursor_that_is_not_of_this_list_is_refused(client: Client) -> None:
    answer = client.get("/runs", cursor="nonsense")

    assert (answer.status, answer.pointers()) == (400, ["#/query/cursor"])


def test_a_run_that_its_key_would_not_outlive_is_not_started(gateway: Gateway, client: Client) -> None:
    gateway.services.exchange.key = replace(GOOD_KEY, expires_ms=gateway.services.clock.now + 60 * 60_000)
    bot_id = client.bot()

    answer = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 60})

    assert (answer.status, answer.json["code"]) == (409, "run.key_expires")
    assert client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 59}).status == 201
