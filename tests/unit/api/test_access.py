"""Who may call what: every served route against every role, and every id against another tenant."""

from __future__ import annotations

import pytest

from chalicelib.api.operations import defined_operations
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS, STEP_UP, Access
from chalicelib.domain.accounts.route_audit import NOT_BY_ROUTE, ROUTE_AUDIT
from tests.unit.api.gateway import Client, Gateway, order_body, strategy_document

GUARDED = [(method, path) for (method, path), need in ROUTE_ACCESS.items() if isinstance(need, Role)]
WITH_ID = [
    (method, path) for method, path in GUARDED if "{" in path and not {"{symbol}", "{slug}"} & set(path.split("/"))
]


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


class Owned:
    """One of everything that a tenant can own, and the bodies that make a request to it valid."""

    def __init__(self, gateway: Gateway) -> None:
        owner = gateway.user("owner@example.com")
        self.bot_id = owner.bot()
        bot = owner.get(f"/bots/{self.bot_id}").json
        self.connection_id = bot["exchangeConnectionId"]
        self.strategy_id = bot["strategyId"]
        self.order_id = owner.post("/terminal/orders", order_body(self.connection_id)).json["id"]
        self.run_id = owner.post(f"/bots/{self.bot_id}/runs", {"durationMinutes": 5}).json["id"]
        rows = "\n".join(f"{60 * number},9,9,9,9,1" for number in range(1, 60))
        candles = f"timestamp,open,high,low,close,volume\n{rows}"
        dataset = owner.post("/lab/datasets/import", {"symbol": "BTCUSDT", "interval": "1m", "csv": candles})
        self.dataset_id = dataset.json["id"]
        experiment = {"spec": strategy_document(), "datasets": {"1m": self.dataset_id}}
        length = {"pointer": "/entry/long/a/params/length", "start": "3", "stop": "4", "step": "1"}
        folds = {"isBars": 20, "oosBars": 10, "step": 10}
        self.jobs = {
            "backtests": owner.post("/lab/backtests", experiment).json["id"],
            "sweeps": owner.post("/lab/sweeps", {**experiment, "parameters": [length]}).json["id"],
            "walk-forwards": owner.post("/lab/walk-forwards", {**experiment, "folds": folds}).json["id"],
        }
        (session,) = owner.get("/me/sessions").json["items"]
        self.session_id = session["id"]
        self.owner = owner

    def path(self, template: str) -> str:
        """The template with the owner's ids."""
        parts = template.split("/")
        self.job_id = self.jobs.get(parts[2], "") if "{job_id}" in parts else ""
        return "/".join(getattr(self, part[1:-1]) if part.startswith("{") else part for part in parts)


BODIES = {
    ("PATCH", "/exchanges/{connection_id}"): {"name": "Stolen"},
    ("PUT", "/strategies/{strategy_id}"): {"spec": strategy_document("ETHUSDT")},
    ("POST", "/terminal/orders/{order_id}/amend"): {"price": "39999"},
    ("PATCH", "/bots/{bot_id}"): {"name": "Stolen"},
}


@pytest.mark.parametrize(("method", "template"), WITH_ID)
def test_what_belongs_to_another_workspace_does_not_exist(gateway: Gateway, method: str, template: str) -> None:
    owned = Owned(gateway)
    intruder = gateway.user("intruder@example.com")

    answer = intruder.call(method, owned.path(template), body=BODIES.get((method, template)))

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_the_owner_reaches_all_of_it(gateway: Gateway) -> None:
    owned = Owned(gateway)

    for method, template in WITH_ID:
        if method == "GET" and not template.endswith(("/report", "/replay")):
            assert owned.owner.call(method, owned.path(template)).status == 200, template


@pytest.mark.parametrize("path", ["/terminal/positions", "/terminal/open-orders", "/terminal/closed-pnl"])
def test_another_workspace_s_account_cannot_be_read(gateway: Gateway, path: str) -> None:
    owned = Owned(gateway)

    answer = gateway.user("intruder@example.com").get(path, exchangeConnectionId=owned.connection_id)

    assert answer.status == 404


def test_an_order_on_another_workspace_s_account_is_refused_with_the_place(gateway: Gateway) -> None:
    owned = Owned(gateway)
    sent_before = len(gateway.services.exchange.placed)

    answer = gateway.user("intruder@example.com").post("/terminal/orders", order_body(owned.connection_id))

    assert (answer.status, answer.pointers()) == (404, ["/exchangeConnectionId"])
    assert len(gateway.services.exchange.placed) == sent_before


def test_a_bot_cannot_be_made_of_another_workspace_s_parts(gateway: Gateway) -> None:
    owned = Owned(gateway)
    intruder = gateway.user("intruder@example.com")
    body = {"name": "B", "strategyId": owned.strategy_id, "exchangeConnectionId": intruder.connection()}

    foreign_strategy = intruder.post("/bots", body)
    body = {"name": "B", "strategyId": intruder.strategy(), "exchangeConnectionId": owned.connection_id}
    foreign_connection = intruder.post("/bots", body)

    assert (foreign_strategy.status, foreign_strategy.pointers()) == (404, ["/strategyId"])
    assert (foreign_connection.status, foreign_connection.pointers()) == (404, ["/exchangeConnectionId"])


def test_lists_show_one_s_own_only(gateway: Gateway) -> None:
    Owned(gateway)
    intruder = gateway.user("intruder@example.com")

    jobs = ("/lab/backtests", "/lab/sweeps", "/lab/walk-forwards", "/lab/datasets")
    for path in ("/exchanges", "/strategies", "/bots", "/runs", "/terminal/orders", *jobs):
        assert intruder.get(path).json["items"] == [], path


def signed_in(client: Client) -> str:
    """The client's e-mail address by its own token."""
    return str(client.get("/me").json["user"]["email"])


def test_a_token_belongs_to_its_user(gateway: Gateway) -> None:
    first, second = gateway.user("one@example.com"), gateway.user("two@example.com")

    assert (signed_in(first), signed_in(second)) == ("one@example.com", "two@example.com")
