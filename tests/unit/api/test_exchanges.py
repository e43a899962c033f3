"""Exchange connections over HTTP."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.accounts.roles import Role
from chalicelib.ports import ExchangeRefused
from tests.fakes.scripted_exchange import GOOD_KEY
from tests.unit.api.gateway import Client, Gateway, connection_body


def test_a_new_connection_shows_a_masked_key_and_counts_as_untested(client: Client) -> None:
    made = client.post("/exchanges", connection_body())

    assert made.status == 201
    assert made.json["maskedKey"] == "API•••456"
    assert made.json["status"] == "UNKNOWN"
    assert made.json["lastCheckedAt"] is None


def test_the_secret_is_sealed_and_never_shown(gateway: Gateway, client: Client) -> None:
    made = client.post("/exchanges", connection_body())
    everything = made.text + client.get("/exchanges").text + client.get(f"/exchanges/{made.json['id']}").text

    assert "TOP-SECRET-CANARY" not in everything
    assert "APIKEY123456" not in everything
    (sealed,) = gateway.services.connection_rows.sealed.values()
    assert b"TOP-SECRET-CANARY" in sealed[::-1]


def test_a_refused_body_does_not_repeat_the_secret(client: Client) -> None:
    answer = client.post("/exchanges", {**connection_body(), "secret": "bad secret with CANARY"})

    assert (answer.status, answer.pointers()) == (400, ["/secret"])
    assert "CANARY" not in answer.text


def test_without_the_second_factor_no_connection_is_added(gateway: Gateway) -> None:
    client = gateway.user(totp=False)

    answer = client.post("/exchanges", connection_body())

    assert (answer.status, answer.json["code"]) == (403, "auth.totp_setup_required")
    assert client.get("/exchanges").json["items"] == []


def test_a_viewer_may_look_but_not_add(gateway: Gateway) -> None:
    viewer = gateway.user(role=Role.VIEWER)

    assert viewer.get("/exchanges").status == 200
    assert viewer.post("/exchanges", connection_body()).status == 403


def test_real_trading_is_not_enabled(client: Client) -> None:
    answer = client.post("/exchanges", {**connection_body(), "env": "real"})

    assert (answer.status, answer.json["code"]) == (403, "exchange.real_disabled")


def test_two_connections_cannot_have_one_name(client: Client) -> None:
    client.post("/exchanges", connection_body("Demo"))

    answer = client.post("/exchanges", connection_body("demo"))

    assert (answer.status, answer.json["code"]) == (409, "conflict.name")


def test_a_good_key_is_connected_with_its_permissions(client: Client) -> None:
    connection_id = client.connection()

    view = client.get(f"/exchanges/{connection_id}").json

    assert view["status"] == "CONNECTED"
    assert view["permissions"]["trade"] is True
    assert view["lastCheckedAt"] == "2023-11-14T22:13:20.000Z"


@pytest.mark.parametrize("key", [replace(GOOD_KEY, can_withdraw=True), replace(GOOD_KEY, read_only=True)])
def test_a_key_that_may_too_much_or_too_little_fails(gateway: Gateway, client: Client, key: object) -> None:
    gateway.services.exchange.key = key  # type: ignore[assignment]  # either kind of key
    made = client.post("/exchanges", connection_body())

    tested = client.post(f"/exchanges/{made.json['id']}/test")

    assert (tested.status, tested.json["status"]) == (200, "FAILED")


def test_a_refused_key_fails_with_the_exchange_s_words(gateway: Gateway, client: Client) -> None:
    gateway.services.exchange.key = ExchangeRefused(10003, "AUTH", "API key is invalid.")
    made = client.post("/exchanges", connection_body())

    tested = client.post(f"/exchanges/{made.json['id']}/test").json

    assert (tested["status"], tested["detail"]) == ("FAILED", "10003 API key is invalid.")


def test_an_exchange_that_does_not_answer_changes_no_verdict(gateway: Gateway, client: Client) -> None:
    connection_id = client.connection()
    gateway.services.exchange.reachable = False

    answer = client.post(f"/exchanges/{connection_id}/test")

    assert (answer.status, answer.json["code"]) == (502, "exchange.unavailable")
    assert client.get(f"/exchanges/{connection_id}").json["status"] == "CONNECTED"


def test_another_key_has_never_been_tested(client: Client) -> None:
    connection_id = client.connection()

    changed = client.call(
        "PATCH", f"/exchanges/{connection_id}", body={"apiKey": "ANOTHERKEY99", "secret": "another-secret"}
    )

    assert (changed.json["maskedKey"], changed.json["status"]) == ("ANO•••Y99", "UNKNOWN")


def test_a_key_does_not_change_without_its_secret(client: Client) -> None:
    connection_id = client.connection()

    assert client.call("PATCH", f"/exchanges/{connection_id}", body={"apiKey": "ANOTHERKEY99"}).status == 400


def test_a_renamed_connection_keeps_its_verdict(client: Client) -> None:
    connection_id = client.connection()

    renamed = client.call("PATCH", f"/exchanges/{connection_id}", body={"name": "Main"}).json

    assert (renamed["name"], renamed["status"]) == ("Main", "CONNECTED")


def test_a_connection_goes_with_its_secret(gateway: Gateway, client: Client) -> None:
    connection_id = client.connection()

    assert client.call("DELETE", f"/exchanges/{connection_id}").status == 204
    assert client.get(f"/exchanges/{connection_id}").status == 404
    assert gateway.services.connection_rows.sealed == {}


def test_a_connection_in_use_stays(client: Client) -> None:
    bot = client.get(f"/bots/{client.bot()}").json

    answer = client.call("DELETE", f"/exchanges/{bot['exchangeConnectionId']}")

    assert (answer.status, answer.json["code"]) == (409, "exchange.in_use")


def test_a_repeat_with_the_same_key_gets_the_first_reply(client: Client) -> None:
    first = client.post("/exchanges", connection_body(), key="k1")
    second = client.post("/exchanges", connection_body(), key="k1")
    other = client.post("/exchanges", connection_body("Other"), key="k1")

    assert (second.status, second.text) == (201, first.text)
    assert (other.status, other.json["code"]) == (422, "idempotency.key_reused")
    assert len(client.get("/exchanges").json["items"]) == 1
