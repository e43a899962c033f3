"""Registering, confirming the address and setting a forgotten password, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import secret_hash
from chalicelib.services.accounts.registration import RegistrationMode
from tests.unit.api.gateway import PASSWORD, Answer, Gateway

ANN = {"email": "Ann@Example.com", "password": PASSWORD, "name": "Ann", "locale": "ru"}
NEW_PASSWORD = "another good password"


def post(gateway: Gateway, path: str, body: dict[str, Any]) -> Answer:
    """A request of nobody."""
    return gateway.call("POST", path, body=body)


def login(gateway: Gateway, password: str = PASSWORD) -> Answer:
    """Ann's sign-in."""
    return post(gateway, "/auth/login", {"email": "ann@example.com", "password": password})


def registered(gateway: Gateway) -> Gateway:
    """With Ann, who has confirmed her address."""
    assert post(gateway, "/auth/register", ANN).status == 202
    assert post(gateway, "/auth/verify-email", {"token": gateway.services.outbox.token()}).status == 204
    return gateway


def invitation(gateway: Gateway, email: str = "ann@example.com", lives_ms: int = 60_000) -> str:
    """The token of an invitation into an existing workspace, as a viewer."""
    host = gateway.user("host@example.com")
    now_ms = gateway.services.clock.now
    gateway.services.invitation_rows.put(
        Invitation(
            workspace_id=host.workspace_id,
            invitation_id="i1",
            token_hash=secret_hash("invited"),
            email=email,
            role=Role.VIEWER,
            invited_by="host",
            created_ms=now_ms,
            expires_ms=now_ms + lives_ms,
        )
    )
    return "invited"


def told(answer: Answer) -> dict[str, Any]:
    """The headers but for how often was asked, which everybody is told in the same way."""
    return {name: value for name, value in answer.headers.items() if name != "RateLimit"}


class TestOpen:
    def test_a_newcomer_confirms_the_address_and_signs_in_to_a_workspace_of_their_own(self, gateway: Gateway) -> None:
        post(gateway, "/auth/register", ANN)
        before = login(gateway)
        post(gateway, "/auth/verify-email", {"token": gateway.services.outbox.token()})
        after = login(gateway)

        assert (before.status, before.json["code"]) == (403, "auth.email_unverified")
        assert (after.status, after.json["user"]["name"], after.json["workspace"]["role"]) == (200, "Ann", "admin")
        assert gateway.services.outbox.kinds() == ["verify_email"]

    def test_the_link_is_in_the_reader_s_language_and_its_token_in_the_fragment(self, gateway: Gateway) -> None:
        post(gateway, "/auth/register", ANN)

        (letter,) = gateway.services.outbox.letters
        assert (letter.to, letter.locale) == ("ann@example.com", "ru")
        assert letter.params["link"].startswith("https://test/verify-email#token=")

    def test_a_link_is_kept_as_a_hash_only(self, gateway: Gateway) -> None:
        post(gateway, "/auth/register", ANN)

        assert gateway.services.outbox.token() not in repr(gateway.services.link_rows)

    def test_a_taken_address_gets_the_same_answer_and_a_letter(self, gateway: Gateway) -> None:
        first = post(gateway, "/auth/register", ANN)
        second = post(gateway, "/auth/register", {**ANN, "password": NEW_PASSWORD})

        assert (second.status, second.text) == (first.status, first.text)
        assert told(second) == told(first)
        assert gateway.services.outbox.kinds() == ["verify_email", "address_taken"]
        assert len(gateway.services.accounts_rows.users) == 1

    def test_a_taken_address_keeps_its_password(self, gateway: Gateway) -> None:
        registered(gateway)

        post(gateway, "/auth/register", {**ANN, "password": NEW_PASSWORD})

        assert login(gateway, NEW_PASSWORD).status == 401
        assert login(gateway).status == 200

    @pytest.mark.parametrize(
        ("password", "key"),
        [
            ("short", "request.string_too_short"),
            ("aaaaaaaaaaaaaaaa", "auth.password_weak"),
            ("ann@example.com", "auth.password_weak"),
        ],
    )
    def test_a_weak_password_is_refused_at_its_place(self, gateway: Gateway, password: str, key: str) -> None:
        answer = post(gateway, "/auth/register", {**ANN, "password": password})

        assert (answer.status, answer.pointers(), answer.json["errors"][0]["key"]) == (400, ["/password"], key)
        assert gateway.services.outbox.letters == []

    def test_what_is_no_address_is_refused(self, gateway: Gateway) -> None:
        for email in ("ann", "ann@", "@example.com", "a b@example.com", "a@b\r\nBcc: c@d"):
            assert post(gateway, "/auth/register", {**ANN, "email": email}).pointers() == ["/email"], email

    def test_an_account_that_is_made_leaves_audit_rows(self, gateway: Gateway) -> None:
        registered(gateway)

        assert [row[1] for row in gateway.services.audit.rows] == ["account.registered", "account.email_verified"]


class TestLinks:
    def test_a_link_opens_once(self, gateway: Gateway) -> None:
        registered(gateway)

        again = post(gateway, "/auth/verify-email", {"token": gateway.services.outbox.token()})

        assert (again.status, again.json["code"]) == (403, "auth.link_invalid")

    def test_a_link_opens_for_a_day(self, gateway: Gateway) -> None:
        post(gateway, "/auth/register", ANN)
        gateway.services.clock.advance(24 * 3600 * 1000)

        assert post(gateway, "/auth/verify-email", {"token": gateway.services.outbox.token()}).status == 403

    def test_a_link_does_nothing_but_what_it_was_made_for(self, gateway: Gateway) -> None:
        post(gateway, "/auth/register", ANN)
        body = {"token": gateway.services.outbox.token(), "password": NEW_PASSWORD}

        assert post(gateway, "/auth/password/reset", body).json["code"] == "auth.link_invalid"

    def test_another_link_can_be_asked_for(self, gateway: Gateway) -> None:
        post(gateway, "/auth/register", ANN)

        post(gateway, "/auth/verify-email/resend", {"email": "ANN@example.com"})
        post(gateway, "/auth/verify-email", {"token": gateway.services.outbox.token()})

        assert login(gateway).status == 200

    @pytest.mark.parametrize("path", ["/auth/verify-email/resend", "/auth/password/forgot"])
    def test_an_address_that_nobody_has_gets_the_same_answer_after_the_same_work(
        self, gateway: Gateway, path: str
    ) -> None:
        post(gateway, "/auth/register", ANN)
        rows = gateway.services.link_rows.rows
        known, links_for_known = post(gateway, path, {"email": "ann@example.com"}), len(rows)
        unknown, links_for_unknown = post(gateway, path, {"email": "nobody@example.com"}), len(rows)

        assert (unknown.status, unknown.text, told(unknown)) == (known.status, known.text, told(known))
        assert (links_for_known, links_for_unknown) == (2, 3)
        assert gateway.services.outbox.kinds()[2:] == ["none"]

    def test_a_link_that_leads_nowhere_is_refused_as_an_unknown_one(self, gateway: Gateway) -> None:
        post(gateway, "/auth/password/forgot", {"email": "nobody@example.com"})
        body = {"token": gateway.services.outbox.token(), "password": NEW_PASSWORD}

        assert post(gateway, "/auth/password/reset", body).json["code"] == "auth.link_invalid"

    def test_an_address_gets_five_letters_an_hour(self, gateway: Gateway) -> None:
        registered(gateway)
        ask = {"email": "ann@example.com"}
        answers = [post(gateway, "/auth/password/forgot", ask).status for _ in range(6)]
        within = gateway.services.outbox.kinds()
        gateway.services.clock.advance(3600 * 1000)
        post(gateway, "/auth/password/forgot", ask)

        assert answers == [202] * 6
        assert within == ["verify_email", *["reset_password"] * 4, "none", "none"]
        assert gateway.services.outbox.kinds()[-1] == "reset_password"


class TestByInvitation:
    @pytest.fixture(autouse=True)
    def by_invitation(self, gateway: Gateway) -> None:
        """Nobody else may register."""
        gateway.services.registration_mode = RegistrationMode.INVITATION

    def test_without_an_invitation_nobody_registers(self, gateway: Gateway) -> None:
        answer = post(gateway, "/auth/register", ANN)

        assert (answer.status, answer.json["code"]) == (403, "auth.invitation_required")

    def test_the_invited_join_the_workspace_in_their_role_at_once(self, gateway: Gateway) -> None:
        token = invitation(gateway)

        answer = post(gateway, "/auth/register", {**ANN, "invitation": token})

        assert answer.status == 202
        assert login(gateway).json["workspace"]["role"] == "viewer"
        assert gateway.services.outbox.kinds() == ["welcome"]

    def test_an_invitation_is_good_once(self, gateway: Gateway) -> None:
        token = invitation(gateway)
        post(gateway, "/auth/register", {**ANN, "invitation": token})

        again = post(gateway, "/auth/register", {**ANN, "email": "ann@example.com", "invitation": token})

        assert (again.status, again.json["code"]) == (403, "auth.invitation_invalid")

    @pytest.mark.parametrize("change", [{"email": "bob@example.com"}, {"invitation": "guessed"}])
    def test_an_invitation_is_for_its_own_address(self, gateway: Gateway, change: dict[str, str]) -> None:
        token = invitation(gateway)

        answer = post(gateway, "/auth/register", {**ANN, "invitation": token, **change})

        assert (answer.status, answer.json["code"]) == (403, "auth.invitation_invalid")

    def test_an_old_invitation_is_refused(self, gateway: Gateway) -> None:
        token = invitation(gateway, lives_ms=0)

        assert post(gateway, "/auth/register", {**ANN, "invitation": token}).status == 403


class TestForgottenPassword:
    def reset(self, gateway: Gateway, password: str = NEW_PASSWORD) -> Answer:
        """Asks for a link and sets a password with it."""
        post(gateway, "/auth/password/forgot", {"email": "ann@example.com"})
        return post(gateway, "/auth/password/reset", {"token": gateway.services.outbox.token(), "password": password})

    def test_the_new_password_signs_in_and_the_old_one_does_not(self, gateway: Gateway) -> None:
        registered(gateway)

        assert self.reset(gateway).status == 204

        assert login(gateway).status == 401
        assert login(gateway, NEW_PASSWORD).status == 200
        assert gateway.services.outbox.kinds()[-1] == "password_changed"

    def test_a_weak_password_leaves_the_link_for_a_better_one(self, gateway: Gateway) -> None:
        registered(gateway)

        weak = self.reset(gateway, "abababababab")
        body = {"token": gateway.services.outbox.token(), "password": NEW_PASSWORD}

        assert (weak.status, weak.pointers()) == (400, ["/password"])
        assert post(gateway, "/auth/password/reset", body).status == 204

    def test_every_session_is_ended_at_once(self, gateway: Gateway) -> None:
        token = login(registered(gateway)).json["accessToken"]

        self.reset(gateway)

        answer = gateway.call("GET", "/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status, answer.json["code"]) == (401, "auth.session_ended")

    def test_a_link_from_before_another_change_is_void(self, gateway: Gateway) -> None:
        registered(gateway)
        post(gateway, "/auth/password/forgot", {"email": "ann@example.com"})
        older = gateway.services.outbox.token()
        gateway.services.clock.advance(1)
        self.reset(gateway)

        late = post(gateway, "/auth/password/reset", {"token": older, "password": "a third good password"})

        assert (late.status, late.json["code"]) == (403, "auth.link_invalid")

    def test_a_link_is_good_for_half_an_hour(self, gateway: Gateway) -> None:
        registered(gateway)
        post(gateway, "/auth/password/forgot", {"email": "ann@example.com"})
        gateway.services.clock.advance(30 * 60 * 1000)

        body = {"token": gateway.services.outbox.token(), "password": NEW_PASSWORD}
        assert post(gateway, "/auth/password/reset", body).status == 403

    def test_a_lock_ends_with_it(self, gateway: Gateway) -> None:
        registered(gateway)
        for _ in range(20):
            login(gateway, "wrong")

        self.reset(gateway)

        assert login(gateway, NEW_PASSWORD).status == 200

    def test_the_second_factor_stays(self, gateway: Gateway) -> None:
        gateway.user("ann@example.com")

        self.reset(gateway)

        assert login(gateway, NEW_PASSWORD).json["code"] == "auth.totp_required"
