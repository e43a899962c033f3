"""Exchange connections over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.workspace.exchange_key import KeyInfo
from chalicelib.ports import ExchangeRefused
from chalicelib.services.connections import EnvironmentPolicy
from tests.fakes.scripted_exchange import GOOD_KEY
from tests.unit.api.gateway import Client, Gateway, connection_body


def test_a_new_connection_has_passed_its_test_and_shows_a_masked_key(client: Client) -> None:
    made = client.post("/exchanges", connection_body())

    assert made.status == 201
    assert made.json["maskedKey"] == "API•••456"
    assert (made.json["status"], made.json["fault"], made.json["account"]) == ("CONNECTED", None, "1")
    assert made.json["permissions"]["scopes"] == ["ContractTrade.Order", "ContractTrade.Position"]
    assert made.json["lastCheckedAt"] == "2023-11-14T22:13:20.000Z"


def test_the_secret_is_sealed_and_never_shown(gateway: Gateway, client: Client) -> None:
    made = client.post("/exchanges", connection_body())
    everything = made.text + client.get("/exchanges").text + client.get(f"/exchanges/{made.json['id']}").text

    assert "TOP-SECRET-CANARY" not in everything
    assert "APIKEY123456" not in everything
    (sealed,) = gateway.services.connection_rows.sealed.values()
    assert b"TOP-SECRET-CANARY" in sealed.ciphertext[::-1]


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


def test_real_money_needs_a_fresh_proof_of_presence(gateway: Gateway, client: Client) -> None:
    gateway.services.environments = EnvironmentPolicy(frozenset({"real"}), real_trading=True)
    body = {**connection_body(), "env": "real"}

    refused = client.post("/exchanges", body)
    client.step_up()
    made = client.post("/exchanges", body)

    assert (refused.status, refused.json["code"]) == (403, "auth.step_up_required")
    assert (made.status, made.json["env"]) == (201, "real")


def test_another_real_key_needs_it_too(gateway: Gateway, client: Client) -> None:
    gateway.services.environments = EnvironmentPolicy(frozenset({"real"}), real_trading=True)
    made = client.step_up().post("/exchanges", {**connection_body(), "env": "real"})
    gateway.services.clock.now += 6 * 60_000

    answer = client.call("PATCH", f"/exchanges/{made.json['id']}", body=ANOTHER)

    assert (answer.status, answer.json["code"]) == (403, "auth.step_up_required")


def test_a_key_of_an_environment_that_is_not_served_is_refused_unasked(gateway: Gateway, client: Client) -> None:
    answer = client.post("/exchanges", {**connection_body(), "env": "testnet"})

    assert (answer.status, answer.json["code"], answer.pointers()) == (403, "exchange.env_not_served", ["/env"])
    assert gateway.services.exchange.checked == []


def test_two_connections_cannot_have_one_name(client: Client) -> None:
    client.post("/exchanges", connection_body("Demo"))

    answer = client.post("/exchanges", connection_body("demo"))

    assert (answer.status, answer.json["code"]) == (409, "conflict.name")


FAULTS = [
    (replace(GOOD_KEY, can_withdraw=True, scopes=("Wallet.Withdraw",)), "exchange.key_withdraws"),
    (replace(GOOD_KEY, read_only=True), "exchange.key_read_only"),
    (replace(GOOD_KEY, can_trade=False), "exchange.key_cannot_trade"),
    (replace(GOOD_KEY, expires_ms=1), "exchange.key_expired"),
    (ExchangeRefused(10003, "CREDENTIALS", "API key is invalid."), "exchange.key_environment"),
    (ExchangeRefused(10004, "CREDENTIALS", "error sign!"), "exchange.key_signature"),
    (ExchangeRefused(10010, "CREDENTIALS", "Unmatched IP"), "exchange.key_address"),
    (ExchangeRefused(33004, "CREDENTIALS", "Expired"), "exchange.key_expired"),
    (ExchangeRefused(10024, "FORBIDDEN", "Compliance rules"), "exchange.key_refused"),
]


@pytest.mark.parametrize(("key", "code"), FAULTS, ids=[code for _, code in FAULTS])
def test_a_key_that_cannot_be_traded_with_is_refused_and_nothing_of_it_is_kept(
    gateway: Gateway, client: Client, key: KeyInfo | ExchangeRefused, code: str
) -> None:
    gateway.services.exchange.key = key

    answer = client.post("/exchanges", connection_body())

    assert (answer.status, answer.json["code"]) == (422, code)
    assert client.get("/exchanges").json["items"] == []
    assert gateway.services.connection_rows.sealed == {}


def test_a_key_of_another_environment_is_told_in_words(gateway: Gateway, client: Client) -> None:
    gateway.services.exchange.key = ExchangeRefused(10003, "CREDENTIALS", "API key is invalid.")

    answer = client.post("/exchanges", connection_body())

    assert answer.json["params"] == {"env": "demo"}
    assert "in its demo environment: it is of another one" in answer.json["detail"]


def test_an_exchange_that_does_not_answer_gets_no_key_stored(gateway: Gateway, client: Client) -> None:
    gateway.services.exchange.reachable = False

    answer = client.post("/exchanges", connection_body())

    assert (answer.status, answer.json["code"]) == (502, "exchange.unavailable")
    assert gateway.services.connection_rows.sealed == {}


@pytest.mark.parametrize(("key", "code"), FAULTS, ids=[code for _, code in FAULTS])
def test_a_stored_key_that_fails_later_is_marked_and_kept_for_closing(
    gateway: Gateway, client: Client, key: KeyInfo | ExchangeRefused, code: str
) -> None:
    connection_id = client.connection()
    gateway.services.exchange.key = key

    tested = client.post(f"/exchanges/{connection_id}/test")

    assert (tested.status, tested.json["status"], tested.json["fault"]["key"]) == (200, "FAILED", code)
    assert len(gateway.services.connection_rows.sealed) == 1


DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("changes", "notes"),
    [
        ({}, []),
        ({"ip_bound": False}, [("exchange.key_unbound", "warning")]),
        ({"expires_ms": 15 * DAY_MS}, []),
        ({"expires_ms": 14 * DAY_MS}, [("exchange.key_expires", "warning")]),
        ({"expires_ms": 2 * DAY_MS - 1}, [("exchange.key_expires", "error")]),
    ],
)
def test_what_should_be_put_right_about_a_key_is_warned_of(
    gateway: Gateway, client: Client, changes: dict[str, Any], notes: list[tuple[str, str]]
) -> None:
    if "expires_ms" in changes:
        changes = {**changes, "expires_ms": gateway.services.clock.now + changes["expires_ms"]}
    gateway.services.exchange.key = replace(GOOD_KEY, **changes)

    made = client.post("/exchanges", connection_body())

    assert [(note["key"], note["level"]) for note in made.json["warnings"]] == notes


def test_the_days_left_are_counted_when_somebody_looks(gateway: Gateway, client: Client) -> None:
    gateway.services.exchange.key = replace(GOOD_KEY, expires_ms=gateway.services.clock.now + 20 * DAY_MS)
    connection_id = client.connection()
    gateway.services.clock.now += 10 * DAY_MS
    later = gateway.user()

    (note,) = later.get(f"/exchanges/{connection_id}").json["warnings"]

    assert note["params"] == {"days": "10", "date": "2023-12-04"}


def test_an_exchange_that_does_not_answer_changes_no_verdict(gateway: Gateway, client: Client) -> None:
    connection_id = client.connection()
    gateway.services.exchange.reachable = False

    answer = client.post(f"/exchanges/{connection_id}/test")

    assert (answer.status, answer.json["code"]) == (502, "exchange.unavailable")
    assert client.get(f"/exchanges/{connection_id}").json["status"] == "CONNECTED"


ANOTHER = {"apiKey": "ANOTHERKEY99", "secret": "another-secret"}


def test_another_key_takes_the_place_of_the_old_one_once_it_has_passed(gateway: Gateway, client: Client) -> None:
    connection_id = client.connection()
    (before,) = gateway.services.connection_rows.sealed.values()

    changed = client.call("PATCH", f"/exchanges/{connection_id}", body=ANOTHER)

    assert (changed.json["maskedKey"], changed.json["status"]) == ("ANO•••Y99", "CONNECTED")
    (after,) = gateway.services.connection_rows.sealed.values()
    assert after != before
    assert gateway.services.exchange.checked[-1][2] == after


def test_another_key_mends_a_connection_that_failed(gateway: Gateway, client: Client) -> None:
    connection_id = client.connection()
    gateway.services.exchange.key = replace(GOOD_KEY, read_only=True)
    client.post(f"/exchanges/{connection_id}/test")
    gateway.services.exchange.key = GOOD_KEY

    changed = client.call("PATCH", f"/exchanges/{connection_id}", body=ANOTHER).json

    assert (changed["status"], changed["fault"]) == ("CONNECTED", None)


@pytest.mark.parametrize(
    ("key", "code"),
    [*FAULTS, (replace(GOOD_KEY, uid="2"), "exchange.other_account")],
    ids=lambda value: str(value)[:40],
)
def test_a_bad_key_does_not_take_the_place_of_one_that_bots_trade_with(
    gateway: Gateway, client: Client, key: KeyInfo | ExchangeRefused, code: str
) -> None:
    connection_id = client.connection()
    before = dict(gateway.services.connection_rows.sealed)
    gateway.services.exchange.key = key

    answer = client.call("PATCH", f"/exchanges/{connection_id}", body=ANOTHER)

    assert (answer.status, answer.json["code"]) == (422, code)
    assert gateway.services.connection_rows.sealed == before
    assert client.get(f"/exchanges/{connection_id}").json["status"] == "CONNECTED"


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
