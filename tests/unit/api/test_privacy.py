"""One's own data over HTTP: all of it on request, and none of it after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import User
from chalicelib.domain.runtime.states import RunStatus
from tests.fakes.memory_workspaces import MemoryErasure
from tests.unit.api.gateway import Client, Gateway, order_body
from tests.unit.api.test_workspaces import join, user_id


def end_runs(gateway: Gateway) -> None:
    """Every run as it is after its last Tick."""
    for run_id, record in gateway.services.run_rows.records.items():
        state = replace(record.state, status=RunStatus.STOPPED)
        gateway.services.run_rows.records[run_id] = replace(record, state=state)


def erase(client: Client) -> Any:
    """Asks to be forgotten."""
    return client.step_up().post("/me/erase")


def test_an_export_holds_everything_of_a_person(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    connection_id = client.get("/exchanges").json["items"][0]["id"]
    order_id = client.post("/terminal/orders", order_body(connection_id)).json["id"]
    run_id = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5}).json["id"]

    answer = client.step_up().get("/me/export")

    assert answer.status == 200
    data = answer.json
    assert data["user"]["email"] == "trader@example.com"
    assert [session["ip"] for session in data["sessions"]] == ["192.0.2.1"]
    (workspace,) = data["workspaces"]
    assert [bot["id"] for bot in workspace["bots"]] == [bot_id]
    assert [one["id"] for one in workspace["connections"]] == [connection_id]
    assert [one["id"] for one in workspace["orders"]] == [order_id]
    assert [one["id"] for one in workspace["runsStarted"]] == [run_id]
    assert "run.start_requested" in [act["action"] for act in workspace["acts"]]
    assert data["complete"] is True


def test_an_export_holds_no_secret_and_nobody_else(gateway: Gateway, client: Client) -> None:
    client.connection()
    join(gateway, client)

    text = client.step_up().get("/me/export").text

    for hidden in ("TOP-SECRET-CANARY", "APIKEY123456", "passwordHash", "colleague@example.com"):
        assert hidden not in text


@pytest.mark.parametrize(("method", "path"), [("GET", "/me/export"), ("POST", "/me/erase")])
def test_a_stolen_token_alone_reaches_neither(client: Client, method: str, path: str) -> None:
    assert client.call(method, path).json["code"] == "auth.step_up_required"


def test_an_erased_person_cannot_be_found_or_signed_in_again(gateway: Gateway, client: Client) -> None:
    login = gateway.login_body()

    assert erase(client).status == 204

    assert client.get("/me").json["code"] == "auth.session_ended"
    assert gateway.call("POST", "/auth/login", body=login).json["code"] == "auth.invalid_credentials"
    rows = gateway.services
    kept = f"{rows.accounts_rows} {rows.session_rows} {rows.connection_rows}"
    for personal in ("trader@example.com", "192.0.2.1"):
        assert personal not in kept
    assert rows.session_rows.rows == {}


def test_the_address_is_free_again(gateway: Gateway, client: Client) -> None:
    gone = user_id(client)
    erase(client)

    again = gateway.user()

    assert user_id(again) != gone


def test_what_traded_stays_and_the_chain_stays_intact(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    run_id = client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5}).json["id"]
    gateway.services.seal()
    end_runs(gateway)

    assert erase(client).status == 204

    assert gateway.services.run_rows.records[run_id].terms.user_id == user_id(client)
    gateway.services.seal()
    assert gateway.services.read_audit.verify_all(client.workspace_id).intact
    assert gateway.services.audit.rows[-1][1:4] == ("account.erased", user_id(client), "workspace")


def test_the_keys_of_a_workspace_that_was_theirs_alone_are_gone(gateway: Gateway, client: Client) -> None:
    client.connection()

    erase(client)

    assert gateway.services.connection_rows.list(client.workspace_id) == ()


def test_nobody_is_erased_while_their_runs_are_active(gateway: Gateway, client: Client) -> None:
    bot_id = client.bot()
    client.post(f"/bots/{bot_id}/runs", {"durationMinutes": 5})

    answer = erase(client)

    assert (answer.status, answer.json["code"]) == (409, "erase.runs_active")
    assert client.get("/me").json["user"]["email"] == "trader@example.com"


def test_the_last_admin_of_others_is_not_erased(gateway: Gateway, client: Client) -> None:
    join(gateway, client)

    answer = erase(client)

    assert (answer.status, answer.json["code"]) == (409, "erase.last_admin")
    assert client.get("/members").status == 200


def test_what_belongs_to_others_stays_with_them(gateway: Gateway, client: Client) -> None:
    client.bot()
    colleague = join(gateway, client, role=Role.ADMIN)

    assert erase(client).status == 204

    assert [one["email"] for one in colleague.get("/members").json["items"]] == ["colleague@example.com"]
    assert len(colleague.get("/exchanges").json["items"]) == 1
    assert colleague.get("/workspace").json["name"] == "Demo"


def test_an_interrupted_erasure_can_be_asked_for_again(gateway: Gateway, client: Client) -> None:
    client.connection()
    client.step_up()
    privacy = gateway.services.privacy

    class Interrupted(MemoryErasure):
        """Ends when the address is gone."""

        def erase_user(self, user: User) -> None:
            super().erase_user(user)
            raise OSError("the function died")

    interrupted = Interrupted(gateway.services.accounts_rows, gateway.services.session_rows)
    gateway.services.__dict__["privacy"] = replace(privacy, erasure=interrupted)
    assert client.post("/me/erase").status == 500
    gateway.services.__dict__["privacy"] = privacy

    assert client.post("/me/erase").status == 204
    assert gateway.services.session_rows.rows == {}
    assert gateway.services.accounts_rows.members == []
