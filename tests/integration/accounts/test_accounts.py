"""An account's life on the local cloud, over the public API and its mailbox page alone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pyotp
import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from infra.local.cloud import LocalCloud
from infra.local.deploy import STACK
from tests.e2e.api_client import ApiClient
from tests.e2e.browser import PASSWORD, Browser


def test_a_newcomer_gets_in_secures_the_account_and_throws_a_stranger_out(cloud: LocalCloud) -> None:
    home, stranger = Browser(cloud, "ann@example.com", "home"), Browser(cloud, "ann@example.com", "stranger")
    unverified = home.register("Подтвердите адрес почты", "ru")
    stranger.login()
    home.login()

    home.use(home.ask("POST", "/auth/step-up", {"password": PASSWORD})["accessToken"])
    setup = home.ask("POST", "/me/totp", {})
    codes, now = pyotp.TOTP(setup["secret"]), int(time.time())
    recovery = home.ask("POST", "/me/totp/confirm", {"code": codes.at(now - 30)})["codes"]
    without_code = home.login(status=401)
    home.login(totp=codes.at(now))
    replayed = home.login(totp=codes.at(now), status=401)

    refused = home.ask("POST", "/kill-switch/release", {}, status=403)
    home.use(home.ask("POST", "/auth/step-up", {"recoveryCode": recovery[0]})["accessToken"])
    used_up = home.ask("POST", "/auth/step-up", {"recoveryCode": recovery[0]}, status=403)
    released = home.ask("POST", "/kill-switch/release", {})

    ticket = stranger.ask("POST", "/sockets/tickets", {}, status=201)
    sessions = home.ask("GET", "/me/sessions")["items"]
    (theirs,) = [session for session in sessions if session["userAgent"] == "stranger"]
    home.ask("DELETE", f"/me/sessions/{theirs['id']}", status=204)
    ended = stranger.ask("GET", "/me", status=401)
    address = f"{ticket['url']}?ticket={ticket['ticket']}"
    with pytest.raises(InvalidStatus), websockets.sync.client.connect(address, open_timeout=30):
        pass

    assert unverified["code"] == "auth.email_unverified"
    assert (without_code["code"], replayed["code"]) == ("auth.totp_required", "auth.totp_invalid")
    assert (refused["code"], used_up["code"]) == ("auth.step_up_required", "auth.recovery_code_invalid")
    assert (released["engaged"], ended["code"]) == (False, "auth.session_ended")
    kept = str(cloud.client("dynamodb").scan(TableName=f"{STACK}-accounts")["Items"])
    assert not [secret for secret in (PASSWORD, setup["secret"], *recovery, ticket["ticket"]) if secret in kept]


def test_a_forgotten_password_is_replaced_by_mail_and_every_session_ends(cloud: LocalCloud) -> None:
    browser = Browser(cloud, "bob@example.com", "home")
    browser.register("Confirm your e-mail address", "en")
    browser.login()
    new = {"password": "another good password"}

    browser.ask("POST", "/auth/password/forgot", {"email": "bob@example.com"}, status=202)
    link = {"token": browser.mailed_token("Set a new password"), **new}
    browser.ask("POST", "/auth/password/reset", link, status=204)

    browser.ask("POST", "/auth/password/reset", link, status=403)
    assert browser.ask("GET", "/me", status=401)["code"] == "auth.session_ended"
    assert browser.login(status=401)["code"] == "auth.invalid_credentials"
    browser.login(new["password"])


def test_sixty_guesses_at_one_moment_are_judged_twenty_times_and_lock_one_account(cloud: LocalCloud) -> None:
    browser = Browser(cloud, "eve@example.com", "home")
    browser.register("Confirm your e-mail address", "en")
    browser.login()  # forgets the try before the address was confirmed

    def guess(_: int) -> httpx.Response:
        body = {"email": "eve@example.com", "password": "a wrong guess"}
        return httpx.post(f"{cloud.endpoints['api']}/auth/login", json=body, timeout=60)

    with ThreadPoolExecutor(6) as many:
        answers = list(many.map(guess, range(60)))

    browser.login(status=401)
    rows = cloud.client("dynamodb").scan(TableName=f"{STACK}-audit", ConsistentRead=True)["Items"]
    user = next(row["actor"]["S"] for row in rows if row["action"]["S"] == "account.locked")
    judged = [row for row in rows if (row["action"]["S"], row["actor"]["S"]) == ("session.refused", user)]
    assert [answer.text for answer in answers if answer.status_code != 401] == []
    assert len(judged) == 20
    assert ApiClient(cloud.endpoints).login()["user"]["email"] == cloud.endpoints["email"]
