"""Workspaces over HTTP: members, invitations, switching, limits and quotas."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.quotas import ROUTE_QUOTA, Counted, Quotas
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership
from chalicelib.domain.mail.letter import LetterKind
from tests.unit.api.gateway import PASSWORD, Answer, Client, Gateway, connection_body, strategy_document

WEEK_MS = 7 * 24 * 3600 * 1000


def join(gateway: Gateway, client: Client, email: str = "colleague@example.com", role: Role = Role.TRADER) -> Client:
    """Another signed-in user, who is a member of the client's workspace too, and works in it."""
    colleague = gateway.user(email)
    user_id = colleague.login.json["user"]["id"]
    gateway.services.accounts_rows.members.append(Membership(user_id, client.workspace_id, role))
    return switched(gateway, colleague, client.workspace_id)


def switched(gateway: Gateway, client: Client, workspace_id: str) -> Client:
    """The client in another of their workspaces."""
    answer = switch(gateway, client, workspace_id)
    assert answer.status == 200, answer.text
    return Client(gateway, answer)


def switch(gateway: Gateway, client: Client, workspace_id: str) -> Answer:
    """Asks to go to another workspace."""
    cookie = client.login.cookie.split(";")[0]
    headers = {"Cookie": cookie, "X-CSRF-Token": client.login.json["csrfToken"]}
    return gateway.call("POST", "/auth/switch", body={"workspaceId": workspace_id}, headers=headers)


def user_id(client: Client) -> str:
    """The client's user."""
    return str(client.login.json["user"]["id"])


def token_in_letter(gateway: Gateway) -> str:
    """The token of the newest invitation's link."""
    letter = gateway.services.outbox.letters[-1]
    assert letter.kind is LetterKind.INVITATION
    return letter.params["link"].partition("#token=")[2]


def invite(client: Client, email: str = "guest@example.com", role: str = "viewer") -> Answer:
    """An invitation."""
    return client.step_up().post("/invitations", {"email": email, "role": role})


# ---- where one works


def test_a_user_sees_every_workspace_they_belong_to_and_goes_from_one_to_another(
    gateway: Gateway, client: Client
) -> None:
    colleague = join(gateway, client, role=Role.VIEWER)

    places = colleague.get("/workspaces").json["items"]

    assert {(one["id"] == client.workspace_id, one["role"], one["current"]) for one in places} == {
        (True, "viewer", True),
        (False, "admin", False),
    }
    assert colleague.get("/me").json["workspace"]["id"] == client.workspace_id


def test_the_tokens_of_the_workspace_that_was_left_are_void_at_once(gateway: Gateway, client: Client) -> None:
    colleague = gateway.user("colleague@example.com")
    gateway.services.accounts_rows.members.append(Membership(user_id(colleague), client.workspace_id, Role.VIEWER))

    switched(gateway, colleague, client.workspace_id)

    assert (colleague.get("/bots").status, colleague.get("/bots").json["code"]) == (401, "auth.session_ended")


def test_nobody_switches_to_a_workspace_that_is_not_theirs(gateway: Gateway, client: Client) -> None:
    stranger = gateway.user("stranger@example.com")

    foreign = switch(gateway, stranger, client.workspace_id)
    missing = switch(gateway, stranger, "01J0000000000000000000ZZZZ")

    assert foreign.status == missing.status == 404
    assert foreign.text == missing.text
    assert stranger.get("/me").status == 200


def test_switching_needs_the_csrf_token(gateway: Gateway, client: Client) -> None:
    headers = {"Cookie": client.login.cookie.split(";")[0], "X-CSRF-Token": "wrong"}

    answer = gateway.call("POST", "/auth/switch", body={"workspaceId": client.workspace_id}, headers=headers)

    assert (answer.status, answer.json["code"]) == (403, "auth.csrf_invalid")


# ---- members


def test_everybody_in_the_workspace_is_listed_with_their_role(gateway: Gateway, client: Client) -> None:
    join(gateway, client)

    members = client.get("/members").json["items"]

    assert {(one["email"], one["role"]) for one in members} == {
        ("trader@example.com", "admin"),
        ("colleague@example.com", "trader"),
    }


def test_a_changed_role_holds_from_the_next_request_on(gateway: Gateway, client: Client) -> None:
    colleague = join(gateway, client, role=Role.ADMIN)
    assert colleague.get("/audit").status == 200

    answer = client.step_up().call("PATCH", f"/members/{user_id(colleague)}", body={"role": "viewer"})

    assert (answer.status, answer.json["role"]) == (200, "viewer")
    assert colleague.post("/strategies", {"spec": strategy_document()}).json["code"] == "auth.role_required"
    assert colleague.get("/audit").json["code"] == "auth.role_required"


def test_a_removed_member_s_sessions_of_the_workspace_end_at_once(gateway: Gateway, client: Client) -> None:
    colleague = join(gateway, client)

    assert client.step_up().call("DELETE", f"/members/{user_id(colleague)}").status == 204

    assert (colleague.get("/bots").status, colleague.get("/bots").json["code"]) == (401, "auth.session_ended")
    assert switch(gateway, colleague, client.workspace_id).status in (401, 404)
    again = gateway.call("POST", "/auth/login", body=gateway.login_body("colleague@example.com"))
    assert again.json["workspace"]["id"] != client.workspace_id


def test_a_removed_member_keeps_the_sessions_of_their_other_workspaces(gateway: Gateway, client: Client) -> None:
    colleague = gateway.user("colleague@example.com")
    gateway.services.accounts_rows.members.append(Membership(user_id(colleague), client.workspace_id, Role.TRADER))

    client.step_up().call("DELETE", f"/members/{user_id(colleague)}")

    assert colleague.get("/bots").status == 200


@pytest.mark.parametrize(("method", "body"), [("DELETE", None), ("PATCH", {"role": "trader"})])
def test_the_last_admin_stays(gateway: Gateway, client: Client, method: str, body: Any) -> None:
    join(gateway, client)

    answer = client.step_up().call(method, f"/members/{user_id(client)}", body=body)

    assert (answer.status, answer.json["code"]) == (409, "member.last_admin")
    assert client.get("/me").json["workspace"]["role"] == "admin"


def test_one_of_two_admins_may_go(gateway: Gateway, client: Client) -> None:
    join(gateway, client, role=Role.ADMIN)

    assert client.step_up().call("DELETE", f"/members/{user_id(client)}").status == 204


# ---- invitations


def test_an_invited_user_joins_with_the_token_of_the_letter_once(gateway: Gateway, client: Client) -> None:
    made = invite(client, role="trader")
    token = token_in_letter(gateway)
    guest = gateway.user("guest@example.com")

    joined = guest.post("/invitations/accept", {"token": token})
    again = guest.post("/invitations/accept", {"token": token})

    assert made.status == 201
    assert (joined.status, joined.json["workspaceId"]) == (200, client.workspace_id)
    assert (again.status, again.json["code"]) == (403, "auth.invitation_invalid")
    assert client.get("/invitations").json["items"] == []
    inside = switched(gateway, guest, client.workspace_id)
    assert inside.get("/me").json["workspace"]["role"] == "trader"


def test_an_invitation_is_for_its_own_address_alone(gateway: Gateway, client: Client) -> None:
    invite(client)
    other = gateway.user("other@example.com")

    answer = other.post("/invitations/accept", {"token": token_in_letter(gateway)})

    assert (answer.status, answer.json["code"]) == (403, "auth.invitation_invalid")


def test_an_old_invitation_is_void(gateway: Gateway, client: Client) -> None:
    invite(client)
    token = token_in_letter(gateway)
    gateway.services.clock.now += WEEK_MS
    guest = gateway.user("guest@example.com")

    assert guest.post("/invitations/accept", {"token": token}).json["code"] == "auth.invitation_invalid"


def test_sending_again_makes_the_earlier_link_void(gateway: Gateway, client: Client) -> None:
    made = invite(client).json
    first = token_in_letter(gateway)
    assert client.post(f"/invitations/{made['id']}/resend", {"locale": "ru"}).status == 200
    second = token_in_letter(gateway)
    guest = gateway.user("guest@example.com")

    assert guest.post("/invitations/accept", {"token": first}).status == 403
    assert guest.post("/invitations/accept", {"token": second}).status == 200


def test_a_cancelled_invitation_is_void(gateway: Gateway, client: Client) -> None:
    made = invite(client).json
    token = token_in_letter(gateway)

    assert client.call("DELETE", f"/invitations/{made['id']}").status == 204

    assert gateway.user("guest@example.com").post("/invitations/accept", {"token": token}).status == 403
    assert client.get("/invitations").json["items"] == []


def test_a_newcomer_registers_with_the_invitation_and_is_a_member(gateway: Gateway, client: Client) -> None:
    invite(client, role="trader")
    body = {
        "email": "guest@example.com", "password": PASSWORD, "locale": "en", "invitation": token_in_letter(gateway),
    }  # fmt: skip

    assert gateway.call("POST", "/auth/register", body=body).status == 202

    members = {(one["email"], one["role"]) for one in client.get("/members").json["items"]}
    assert ("guest@example.com", "trader") in members
    assert client.get("/invitations").json["items"] == []


def test_an_address_is_invited_once_and_a_member_not_at_all(gateway: Gateway, client: Client) -> None:
    join(gateway, client)
    assert invite(client).status == 201

    assert invite(client).json["code"] == "conflict.invitation"
    assert invite(client, "colleague@example.com").json["code"] == "invitation.already_member"


def test_the_token_of_an_invitation_stands_nowhere_but_in_the_letter(gateway: Gateway, client: Client) -> None:
    answer = invite(client)
    token = token_in_letter(gateway)

    assert token not in answer.text
    assert token not in str(gateway.services.invitation_rows)
    assert token not in str(gateway.services.audit.rows)
    assert "guest@example.com" not in str(gateway.services.audit.rows)


# ---- the workspace itself


def test_the_workspace_shows_what_it_uses_of_what_it_may(gateway: Gateway, client: Client) -> None:
    client.bot()
    invite(client)

    usage = client.get("/workspace").json["usage"]

    assert usage["bots"] == {"used": 1, "most": Quotas().bots}
    assert usage["connections"]["used"] == usage["strategies"]["used"] == 1
    assert usage["members"]["used"] == 2
    assert usage["activeRuns"] == {"used": 0, "most": Quotas().active_runs}


def test_an_admin_renames_the_workspace_and_sets_its_limits(gateway: Gateway, client: Client) -> None:
    body = {"name": " Desk ", "limits": {"maxActiveRuns": 3, "defaultDurationMinutes": 30}}

    answer = client.call("PATCH", "/workspace", body=body)

    assert (answer.status, answer.json["name"]) == (200, "Desk")
    assert answer.json["limits"] == {
        "maxActiveRuns": 3,
        "maxDurationMinutes": 1440,
        "defaultDurationMinutes": 30,
        "startCooldownSeconds": 0,
    }
    stored = gateway.services.accounts_rows.workspace(client.workspace_id)
    assert stored.limits == WorkspaceLimits(3, 1440, 30, 0)


@pytest.mark.parametrize(
    ("limits", "pointer"),
    [
        ({"maxActiveRuns": 6}, "/limits/maxActiveRuns"),
        ({"maxDurationMinutes": 1441}, "/limits/maxDurationMinutes"),
        ({"defaultDurationMinutes": 1441}, "/limits/defaultDurationMinutes"),
        ({"maxDurationMinutes": 30}, "/limits/defaultDurationMinutes"),
        ({"startCooldownSeconds": 3601}, "/limits/startCooldownSeconds"),
    ],
)
def test_no_limit_goes_beyond_what_the_platform_allows(
    gateway: Gateway, client: Client, limits: dict[str, int], pointer: str
) -> None:
    before = gateway.services.accounts_rows.workspace(client.workspace_id)

    answer = client.call("PATCH", "/workspace", body={"limits": limits})

    assert (answer.status, answer.pointers()) == (400, [pointer])
    assert gateway.services.accounts_rows.workspace(client.workspace_id) == before


# ---- quotas


def make(client: Client, counted: Counted) -> Answer:
    """One more of it."""
    candles = "timestamp,open,high,low,close,volume\n60,9,9,9,9,1\n120,9,9,9,9,1"
    if counted is Counted.CONNECTIONS:
        return client.post("/exchanges", connection_body("One more"))
    if counted is Counted.STRATEGIES:
        return client.post("/strategies", {"spec": strategy_document()})
    if counted is Counted.DATASETS:
        return client.post("/lab/datasets/import", {"symbol": "BTCUSDT", "interval": "1m", "csv": candles})
    if counted is Counted.MEMBERS:
        return invite(client)
    bot = client.get("/bots").json["items"][0]
    parts = {"strategyId": bot["strategyId"], "exchangeConnectionId": bot["exchangeConnectionId"]}
    return client.post("/bots", {"name": "One more", **parts})


@pytest.mark.parametrize("counted", list(Counted))
def test_a_workspace_gets_no_more_of_anything_than_its_quota(
    gateway: Gateway, client: Client, counted: Counted
) -> None:
    client.bot()
    used = client.get("/workspace").json["usage"][counted.value]["used"]
    quotas = replace(Quotas(), **{counted.value: used + 1})
    gateway.services.quota_rows.set_quotas(client.workspace_id, quotas)

    last, beyond = make(client, counted), make(client, counted)

    assert last.status in (201, 202), last.text
    assert (beyond.status, beyond.json["code"]) == (409, f"quota.{counted.value}")
    assert beyond.json["params"] == {"limit": str(used + 1)}


def test_a_repeated_request_is_answered_although_the_quota_is_reached_now(gateway: Gateway, client: Client) -> None:
    gateway.services.quota_rows.set_quotas(client.workspace_id, replace(Quotas(), strategies=1))

    first = client.post("/strategies", {"spec": strategy_document()}, key="same")
    second = client.post("/strategies", {"spec": strategy_document()}, key="same")

    assert (first.status, second.status) == (201, 201)
    assert first.json["id"] == second.json["id"]


def test_everything_that_is_counted_is_held_back_somewhere() -> None:
    assert {counted for many in ROUTE_QUOTA.values() for counted in many} == set(Counted)
