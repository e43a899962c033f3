"""Two people in one workspace on the local cloud: invited, promoted, removed, erased, under the rights of IAM."""

from __future__ import annotations

from typing import Any

from infra.local.cloud import LocalCloud
from tests.e2e.browser import PASSWORD, Browser

CONFIRM = "Confirm your e-mail address"
INVITED = "You are invited to a workspace"


def newcomer(cloud: LocalCloud, email: str) -> tuple[Browser, dict[str, Any]]:
    """A registered person, signed in and stepped up, and their session."""
    browser = Browser(cloud, email, "home")
    browser.register(CONFIRM, "en")
    session = browser.login()
    stepped_up(browser)
    return browser, session


def stepped_up(browser: Browser) -> None:
    """The person proves that they are there."""
    browser.use(browser.ask("POST", "/auth/step-up", {"password": PASSWORD})["accessToken"])


def test_people_come_into_a_workspace_change_their_role_and_leave_it(cloud: LocalCloud) -> None:
    host, host_session = newcomer(cloud, "host@example.com")
    guest, guest_session = newcomer(cloud, "guest@example.com")
    workspace, guest_id = host_session["workspace"]["id"], guest_session["user"]["id"]

    invitation = host.ask("POST", "/invitations", {"email": "guest@example.com", "role": "viewer"}, status=201)
    host.ask("POST", f"/invitations/{invitation['id']}/resend", {"locale": "en"})
    joined = guest.ask("POST", "/invitations/accept", {"token": guest.mailed_token(INVITED)})
    assert joined["workspaceId"] == workspace
    assert {place["role"] for place in guest.ask("GET", "/workspaces")["items"]} == {"viewer", "admin"}

    promoted = host.ask("PATCH", f"/members/{guest_id}", {"role": "admin"})
    assert promoted["role"] == "admin"
    usage = host.ask("GET", "/workspace")["usage"]
    assert (usage["members"]["used"], usage["bots"]["used"]) == (2, 0)
    changed = host.ask("PATCH", "/workspace", {"name": "Desk", "limits": {"maxActiveRuns": 2}})
    assert (changed["name"], changed["limits"]["maxActiveRuns"]) == ("Desk", 2)

    host.ask("DELETE", f"/members/{guest_id}", status=204)
    assert [one["email"] for one in host.ask("GET", "/members")["items"]] == ["host@example.com"]
    host.ask("DELETE", f"/members/{host_session['user']['id']}", status=409)


def test_a_person_takes_their_data_and_themselves_away(cloud: LocalCloud) -> None:
    leaver, session = newcomer(cloud, "leaver@example.com")

    data = leaver.ask("GET", "/me/export")
    leaver.ask("POST", "/me/erase", {}, status=204)

    assert data["user"]["email"] == "leaver@example.com"
    assert "session.opened" in [act["action"] for act in data["workspaces"][0]["acts"]]
    leaver.ask("GET", "/me", status=401)
    leaver.login(status=401)
    kept = cloud.client("dynamodb").scan(TableName="botmarketplace-local-accounts")["Items"]
    assert session["user"]["id"] in str(kept)
    assert "leaver@example.com" not in str(kept)
