"""Signing in and staying signed in, over HTTP."""

from __future__ import annotations

import pytest

from tests.unit.api.gateway import PASSWORD, Answer, Client, Gateway


def refresh(gateway: Gateway, session: Answer, csrf: str | None = None) -> Answer:
    """Refreshes with the session's cookie."""
    headers = {
        "Cookie": session.cookie.split(";")[0],
        "X-CSRF-Token": session.json["csrfToken"] if csrf is None else csrf,
    }
    return gateway.call("POST", "/auth/refresh", headers=headers)


def test_a_session_tells_who_and_what_they_may(client: Client) -> None:
    session = client.login.json

    assert session["expiresIn"] == 900
    assert session["user"]["email"] == "trader@example.com"
    assert session["workspace"]["role"] == "admin"
    assert session["workspace"]["limits"] == {
        "maxActiveRuns": 1,
        "maxDurationMinutes": 1440,
        "defaultDurationMinutes": 60,
        "startCooldownSeconds": 0,
    }


def test_the_refresh_token_is_in_a_guarded_cookie_and_nowhere_else(client: Client) -> None:
    cookie = client.login.cookie
    value = cookie.split(";")[0].removeprefix("bm_refresh=")

    assert cookie.split("; ")[1:] == [
        "Path=/api/v1/auth",
        "Max-Age=604800",
        "HttpOnly",
        "SameSite=Strict",
        "Secure",
    ]
    assert value not in client.login.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "wrong"}, "auth.invalid_credentials"),
        ({"email": "nobody@example.com"}, "auth.invalid_credentials"),
        ({"totp": None}, "auth.totp_required"),
        ({"totp": "000000"}, "auth.totp_invalid"),
    ],
)
def test_a_wrong_sign_in_is_told_as_little_as_possible(
    gateway: Gateway, client: Client, change: dict[str, str | None], code: str
) -> None:
    body = {name: value for name, value in {**gateway.login_body(), **change}.items() if value is not None}

    answer = gateway.call("POST", "/auth/login", body=body)

    assert (answer.status, answer.json["code"]) == (401, code)
    assert PASSWORD not in answer.text


def test_a_hash_of_former_parameters_is_made_anew_by_the_right_password(gateway: Gateway, client: Client) -> None:
    rows, user_id = gateway.services.accounts_rows, client.login.json["user"]["id"]
    rows.set_password(user_id, f"old {gateway.services.passwords.hash(PASSWORD)}", 0)

    answer = gateway.call("POST", "/auth/login", body=gateway.login_body())

    assert answer.status == 200
    assert rows.user(user_id).password_hash == gateway.services.passwords.hash(PASSWORD)


def test_a_refresh_gives_another_token_and_another_cookie(gateway: Gateway, client: Client) -> None:
    renewed = refresh(gateway, client.login)

    assert renewed.status == 200
    assert renewed.cookie != client.login.cookie
    assert renewed.json["csrfToken"] != client.login.json["csrfToken"]


def test_a_used_refresh_token_ends_the_session(gateway: Gateway, client: Client) -> None:
    renewed = refresh(gateway, client.login)

    stolen = refresh(gateway, client.login)
    afterwards = refresh(gateway, renewed)

    assert (stolen.status, stolen.json["code"]) == (401, "auth.refresh_reused")
    assert (afterwards.status, afterwards.json["code"]) == (401, "auth.refresh_invalid")


def test_a_refresh_needs_the_csrf_token_of_the_session(gateway: Gateway, client: Client) -> None:
    assert refresh(gateway, client.login, csrf="guessed").json["code"] == "auth.csrf_invalid"
    assert refresh(gateway, client.login, csrf="").json["code"] == "auth.csrf_missing"
    assert refresh(gateway, client.login).status == 200


def test_a_refresh_without_the_cookie_is_refused(gateway: Gateway) -> None:
    answer = gateway.call("POST", "/auth/refresh", headers={"X-CSRF-Token": "x"})

    assert (answer.status, answer.json["code"]) == (401, "auth.refresh_missing")


def test_after_logout_the_session_cannot_be_refreshed(gateway: Gateway, client: Client) -> None:
    headers = {"Cookie": client.login.cookie.split(";")[0], "X-CSRF-Token": client.login.json["csrfToken"]}

    left = gateway.call("POST", "/auth/logout", headers=headers)

    assert left.status == 204
    assert "Max-Age=0" in left.cookie
    assert refresh(gateway, client.login).json["code"] == "auth.refresh_invalid"


def test_logging_out_twice_is_fine(gateway: Gateway) -> None:
    assert gateway.call("POST", "/auth/logout").status == 204


def test_an_expired_access_token_has_a_code_of_its_own(gateway: Gateway, client: Client) -> None:
    gateway.services.clock.advance(15 * 60 * 1000)

    answer = client.get("/me")

    assert (answer.status, answer.json["code"]) == (401, "auth.token_expired")


def test_an_expired_session_cannot_be_refreshed(gateway: Gateway, client: Client) -> None:
    gateway.services.clock.advance(7 * 24 * 3600 * 1000)

    assert refresh(gateway, client.login).json["code"] == "auth.refresh_invalid"


def test_tokens_are_checked_without_the_key_service(gateway: Gateway, client: Client) -> None:
    calls = len(gateway.services.kms.calls)

    client.get("/me")
    client.get("/bots")

    assert len(gateway.services.kms.calls) == calls


def test_the_public_keys_are_published(gateway: Gateway) -> None:
    keys = gateway.call("GET", "/.well-known/jwks.json").json["keys"]

    assert [(key["kty"], key["crv"], key["alg"], key["use"]) for key in keys] == [("EC", "P-256", "ES256", "sig")]


def test_a_ticket_opens_a_socket_of_the_workspace_for_a_minute(gateway: Gateway, client: Client) -> None:
    ticket = client.post("/sockets/tickets")

    assert ticket.status == 201
    assert ticket.json["url"] == "wss://test/ws"
    assert ticket.json["expiresAt"] == "2023-11-14T22:14:20.000Z"


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "..", "01J00000000000000000000000.guessed"])
def test_a_made_up_refresh_token_is_refused(gateway: Gateway, client: Client, token: str) -> None:
    answer = gateway.call("POST", "/auth/refresh", headers={"Cookie": f"bm_refresh={token}", "X-CSRF-Token": "guessed"})

    assert (answer.status, answer.json["code"]) == (401, "auth.refresh_invalid")
