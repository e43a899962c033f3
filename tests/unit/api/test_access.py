"""Who may call what: every served route against every role. Against other tenants: ``test_tenants``."""

from __future__ import annotations

import pytest

from chalicelib.api.operations import defined_operations
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS, STEP_UP, Access
from chalicelib.domain.accounts.route_audit import NOT_BY_ROUTE, ROUTE_AUDIT
from tests.unit.api.gateway import Client, Gateway

GUARDED = [(method, path) for (method, path), need in ROUTE_ACCESS.items() if isinstance(need, Role)]


def filled(path: str) -> str:
    """The path with an id in every place."""
    return "/".join("some-id" if part.startswith("{") else part for part in path.split("/"))


def test_the_table_of_access_is_the_list_of_served_routes() -> None:
    served = {(operation.method, operation.path) for operation in defined_operations()}

    assert served == set(ROUTE_ACCESS)


def test_no_route_is_defined_twice() -> None:
    served = [(operation.method, operation.path) for operation in defined_operations()]

    assert len(served) == len(set(served))


@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_guarded_route_refuses_a_request_without_a_token(gateway: Gateway, method: str, path: str) -> None:
    answer = gateway.call(method, filled(path))

    assert (answer.status, answer.json["code"]) == (401, "auth.token_missing")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("method", "path"), GUARDED)
def test_a_route_lets_in_exactly_the_roles_of_the_table(gateway: Gateway, method: str, path: str, role: Role) -> None:
    needed = ROUTE_ACCESS[(method, path)]
    assert isinstance(needed, Role)

    answer = gateway.user(role=role).call(method, filled(path))

    refused = answer.status == 403 and answer.json["code"] == "auth.role_required"
    assert refused == (not role.reaches(needed))
    assert answer.status != 500


def test_every_route_that_can_change_something_is_audited_or_says_why_not() -> None:
    changing = {route for route in ROUTE_ACCESS if route[0] != "GET"}

    assert changing <= set(ROUTE_AUDIT) | set(NOT_BY_ROUTE)
    assert not set(ROUTE_AUDIT) & set(NOT_BY_ROUTE)
    assert set(ROUTE_AUDIT) | set(NOT_BY_ROUTE) <= set(ROUTE_ACCESS)


@pytest.mark.parametrize(("method", "path"), sorted(STEP_UP))
def test_what_is_dangerous_needs_a_fresh_proof_from_every_role_that_may(
    gateway: Gateway, method: str, path: str
) -> None:
    client = gateway.user()

    before = client.call(method, filled(path))
    after = client.step_up().call(method, filled(path))

    assert (before.status, before.json["code"]) == (403, "auth.step_up_required")
    assert after.status not in (401, 403, 500)


COOKIE = sorted(route for route, need in ROUTE_ACCESS.items() if str(need).startswith("refresh_cookie"))


@pytest.mark.parametrize(("method", "path"), COOKIE)
def test_no_route_that_a_cookie_opens_goes_without_the_csrf_token(gateway: Gateway, method: str, path: str) -> None:
    cookie = {"Cookie": gateway.user().login.cookie.split(";")[0]}

    body = {"workspaceId": "some-id"} if path == "/auth/switch" else None

    missing = gateway.call(method, path, body=body, headers=cookie)
    guessed = gateway.call(method, path, body=body, headers={**cookie, "X-CSRF-Token": "guessed"})

    assert (missing.status, missing.json["code"]) == (403, "auth.csrf_missing")
    assert (guessed.status, guessed.json["code"]) == (403, "auth.csrf_invalid")


def test_public_routes_are_those_that_the_contract_names() -> None:
    public = {path for (_, path), need in ROUTE_ACCESS.items() if need is Access.PUBLIC}

    service = {"/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json"}
    before_signing_in = {"/auth/login", "/auth/register", "/auth/verify-email", "/auth/verify-email/resend"}
    assert public == service | before_signing_in | {"/auth/password/forgot", "/auth/password/reset"}


def signed_in(client: Client) -> str:
    """The client's e-mail address by its own token."""
    return str(client.get("/me").json["user"]["email"])


def test_a_token_belongs_to_its_user(gateway: Gateway) -> None:
    first, second = gateway.user("one@example.com"), gateway.user("two@example.com")

    assert (signed_in(first), signed_in(second)) == ("one@example.com", "two@example.com")
