"""The API answers who asks too often with 429, tells everybody how they stand, and holds no exit back."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.request_rates import Rate, RouteKind, Scope
from tests.unit.api.gateway import PASSWORD, Client, Gateway

WRONG = {"email": "nobody@example.com", "password": "wrong"}


def limited(gateway: Gateway, kind: RouteKind, scope: Scope, limit: int = 2) -> None:
    """Sets one limit; buckets and process start afresh."""
    gateway.services.rates = {**gateway.services.rates, (kind, scope): Rate(limit, 60_000)}
    gateway.services.token_buckets.full_at_us.clear()
    vars(gateway.services).pop("request_limits", None)


def test_who_asks_too_often_is_told_to_wait(gateway: Gateway, client: Client) -> None:
    limited(gateway, RouteKind.READ, Scope.USER)

    answers = [client.get("/bots") for _ in range(3)]

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].json["code"] == "rate.limited"
    assert answers[2].json["params"] == {"limit": "2", "period": "60", "scope": "user", "seconds": "30"}
    assert answers[2].headers["Retry-After"] == "30"
    assert answers[2].headers["RateLimit"] == '"read-user";r=0;t=30'


def test_every_answer_tells_how_its_caller_stands(gateway: Gateway, client: Client) -> None:
    limited(gateway, RouteKind.READ, Scope.WORKSPACE)

    answer = client.get("/bots")

    assert answer.headers["RateLimit-Policy"] == '"read-workspace";q=2;w=60'
    assert answer.headers["RateLimit"] == '"read-workspace";r=1;t=30'


def test_sign_in_is_limited_by_address_before_a_password_is_looked_at(gateway: Gateway) -> None:
    limited(gateway, RouteKind.SIGN_IN, Scope.ADDRESS)

    statuses = [gateway.call("POST", "/auth/login", body=WRONG).status for _ in range(3)]

    assert statuses == [401, 401, 429]


def test_sign_in_is_limited_by_account_whether_it_exists_or_not(gateway: Gateway, client: Client) -> None:
    limited(gateway, RouteKind.SIGN_IN, Scope.ACCOUNT)

    for email in ("nobody@example.com", "trader@example.com"):
        spelled = [email, email.upper(), f" {email}"]
        bodies = [{"email": one, "password": "wrong"} for one in spelled]
        assert [gateway.call("POST", "/auth/login", body=body).status for body in bodies] == [401, 401, 429]


@pytest.mark.parametrize("path", ["/auth/password/forgot", "/auth/verify-email/resend"])
def test_letters_are_limited_by_address(gateway: Gateway, path: str) -> None:
    limited(gateway, RouteKind.LETTER, Scope.ADDRESS)

    bodies = [{"email": f"someone{number}@example.com"} for number in range(3)]

    assert [gateway.call("POST", path, body=body).status for body in bodies] == [202, 202, 429]


def test_exits_pass_when_every_other_limit_is_used_up(gateway: Gateway, client: Client) -> None:
    for scope in (Scope.USER, Scope.WORKSPACE):
        for kind in (RouteKind.READ, RouteKind.CHANGE):
            limited(gateway, kind, scope, limit=1)
    refused = [client.post("/strategies/validate", {}).status for _ in range(2)][1]

    exits = [
        client.post("/runs/stop-all", {}).status,
        client.post("/kill-switch", {"scope": "workspace"}).status,
        client.post("/terminal/positions/close", {}).status,
    ]

    assert refused == 429
    assert 429 not in exits


def test_reads_and_exits_pass_without_the_store(gateway: Gateway, client: Client) -> None:
    gateway.services.token_buckets.broken = True

    assert client.get("/bots").status == 200
    assert client.post("/runs/stop-all", {}).status < 300
    assert gateway.call("POST", "/auth/login", body={**WRONG, "password": PASSWORD}).status == 401
