"""One's own account over HTTP: profile, password, second factor, recovery codes, sessions, step-up."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import Socket
from chalicelib.domain.accounts.user import Membership
from tests.unit.api.gateway import PASSWORD, Answer, Client, Gateway

NEW_PASSWORD = "another good password"
EMAIL = "trader@example.com"


def login(gateway: Gateway, **body: Any) -> Answer:
    """The user's sign-in."""
    return gateway.call("POST", "/auth/login", body={"email": EMAIL, "password": PASSWORD, **body})


def again(gateway: Gateway, agent: str = "Firefox") -> Client:
    """The same user in another session."""
    answer = gateway.call("POST", "/auth/login", body=gateway.login_body(), headers={"User-Agent": agent})
    assert answer.status == 200, answer.text
    return Client(gateway, answer)


def plain(gateway: Gateway) -> Client:
    """A user without a second factor, whose presence is proved by the password."""
    client = gateway.user(totp=False)
    client.token = client.post("/auth/step-up", {"password": PASSWORD}).json["accessToken"]
    return client


class TestProfile:
    def test_what_is_given_changes_and_the_rest_stays(self, client: Client) -> None:
        client.call("PATCH", "/me", body={"name": " Ann "})
        changed = client.call("PATCH", "/me", body={"locale": "ru"})

        assert changed.status == 200
        assert (changed.json["user"]["name"], changed.json["user"]["locale"]) == ("Ann", "ru")
        assert client.get("/me").json == changed.json


class TestStepUp:
    def test_a_one_time_code_opens_what_is_dangerous_for_five_minutes(self, gateway: Gateway, client: Client) -> None:
        client.step_up()
        within = client.post("/kill-switch/release").status
        gateway.services.clock.advance(5 * 60 * 1000)
        later = client.post("/kill-switch/release")

        assert (within, later.status, later.json["code"]) == (200, 403, "auth.step_up_required")

    def test_a_refreshed_token_is_not_stepped_up(self, gateway: Gateway, client: Client) -> None:
        client.step_up()
        cookie, csrf = client.login.cookie.split(";")[0], client.login.json["csrfToken"]
        renewed = gateway.call("POST", "/auth/refresh", headers={"Cookie": cookie, "X-CSRF-Token": csrf})

        client.token = renewed.json["accessToken"]

        assert client.post("/kill-switch/release").json["code"] == "auth.step_up_required"

    def test_a_code_that_signed_in_does_not_step_up_as_well(self, gateway: Gateway, client: Client) -> None:
        body = gateway.login_body()
        used = body["totp"]
        client = Client(gateway, gateway.call("POST", "/auth/login", body=body))

        answer = client.post("/auth/step-up", {"totp": used})

        assert (answer.status, answer.json["code"]) == (403, "auth.totp_invalid")

    def test_with_a_second_factor_the_password_proves_nothing(self, client: Client) -> None:
        answer = client.post("/auth/step-up", {"password": PASSWORD})

        assert (answer.status, answer.json["code"]) == (403, "auth.totp_required")

    @pytest.mark.parametrize(
        ("body", "code"), [({}, "auth.password_required"), ({"password": "wrong"}, "auth.password_invalid")]
    )
    def test_without_a_second_factor_the_password_does(self, gateway: Gateway, body: dict[str, str], code: str) -> None:
        client = gateway.user(totp=False)

        wrong = client.post("/auth/step-up", body)
        right = client.post("/auth/step-up", {"password": PASSWORD})

        assert (wrong.status, wrong.json["code"], right.status) == (403, code, 200)

    def test_guessing_codes_with_a_stolen_token_ends_after_twenty(self, gateway: Gateway, client: Client) -> None:
        answers = [client.post("/auth/step-up", {"totp": "000000"}).json["code"] for _ in range(21)]

        assert answers == ["auth.totp_invalid"] * 20 + ["auth.locked"]
        right = client.post("/auth/step-up", {"totp": gateway.code()})
        assert (right.status, right.json["code"]) == (403, "auth.locked")


class TestSecondFactor:
    def test_it_is_set_up_by_app_and_confirmed_by_a_code(self, gateway: Gateway) -> None:
        client = plain(gateway)
        made = client.post("/me/totp").json
        link = urlsplit(made["otpauthUri"])
        code = pyotp.TOTP(made["secret"]).at(gateway.services.clock.now // 1000)

        before = login(gateway).status
        confirmed = client.post("/me/totp/confirm", {"code": code})
        after = login(gateway)

        assert (link.scheme, link.netloc, parse_qs(link.query)["secret"]) == ("otpauth", "totp", [made["secret"]])
        assert made["qrSvg"].startswith("<svg")
        assert len(set(confirmed.json["codes"])) == 10
        assert (before, after.status, after.json["code"]) == (200, 401, "auth.totp_required")
        assert gateway.services.outbox.kinds() == ["second_factor_on"]

    def test_nothing_of_it_is_stored_in_clear(self, gateway: Gateway) -> None:
        client = plain(gateway)
        seed = client.post("/me/totp").json["secret"]
        code = pyotp.TOTP(seed).at(gateway.services.clock.now // 1000)
        codes = client.post("/me/totp/confirm", {"code": code}).json["codes"]

        kept = repr(gateway.services.accounts_rows) + repr(gateway.services.audit) + repr(gateway.services.replies)

        assert not [secret for secret in (seed, *codes) if secret in kept]

    def test_a_wrong_code_confirms_nothing(self, gateway: Gateway) -> None:
        client = plain(gateway)
        client.post("/me/totp")

        answer = client.post("/me/totp/confirm", {"code": "000000"})

        assert (answer.status, answer.json["code"]) == (403, "auth.totp_invalid")
        assert not client.get("/me").json["user"]["totpEnabled"]

    def test_starting_again_voids_the_seed_before(self, gateway: Gateway) -> None:
        client = plain(gateway)
        first = client.post("/me/totp").json["secret"]
        second = client.post("/me/totp").json["secret"]

        answer = client.post("/me/totp/confirm", {"code": pyotp.TOTP(first).at(gateway.services.clock.now // 1000)})

        assert first != second
        assert answer.json["code"] == "auth.totp_invalid"

    def test_the_code_that_confirmed_signs_nobody_in(self, gateway: Gateway) -> None:
        client = plain(gateway)
        code = pyotp.TOTP(client.post("/me/totp").json["secret"]).at(gateway.services.clock.now // 1000)
        client.post("/me/totp/confirm", {"code": code})

        assert login(gateway, totp=code).json["code"] == "auth.totp_invalid"

    def test_what_is_on_is_not_set_up_again(self, client: Client) -> None:
        client.step_up()

        assert client.post("/me/totp").json["code"] == "auth.totp_already_set"
        assert client.post("/me/totp/confirm", {"code": "000000"}).json["code"] == "auth.totp_not_pending"

    def test_it_is_switched_off_after_a_proof(self, gateway: Gateway, client: Client) -> None:
        assert client.step_up().call("DELETE", "/me/totp").status == 204

        assert login(gateway).status == 200
        assert gateway.services.outbox.kinds() == ["second_factor_off"]

    def test_a_code_is_good_once(self, gateway: Gateway, client: Client) -> None:
        code = gateway.code()

        assert login(gateway, totp=code).status == 200
        replayed = login(gateway, totp=code)

        assert (replayed.status, replayed.json["code"]) == (401, "auth.totp_invalid")


class TestRecoveryCodes:
    def codes(self, client: Client) -> list[str]:
        """Fresh ones."""
        made = client.step_up().post("/me/recovery-codes")
        assert made.status == 200, made.text
        return list(made.json["codes"])

    def test_a_code_signs_in_once_in_any_spelling(self, gateway: Gateway, client: Client) -> None:
        code = self.codes(client)[0]

        first = login(gateway, recoveryCode=code.lower().replace("-", " "))
        second = login(gateway, recoveryCode=code)

        assert first.status == 200
        assert (second.status, second.json["code"]) == (401, "auth.recovery_code_invalid")

    def test_its_owner_is_told_how_many_are_left(self, gateway: Gateway, client: Client) -> None:
        login(gateway, recoveryCode=self.codes(client)[0])

        letter = gateway.services.outbox.letters[-1]
        assert (letter.kind.value, letter.to, letter.params["left"]) == ("recovery_code_used", EMAIL, "9")
        row = (client.workspace_id, "recovery_code.used", "9 left")
        assert row in [(found[0], found[1], found[4]) for found in gateway.services.audit.rows]

    def test_a_code_steps_up_as_well(self, client: Client) -> None:
        code = self.codes(client)[0]

        assert client.post("/auth/step-up", {"recoveryCode": code}).status == 200

    def test_new_codes_void_the_old_ones(self, gateway: Gateway, client: Client) -> None:
        old = self.codes(client)[0]
        self.codes(client)

        assert login(gateway, recoveryCode=old).status == 401

    def test_a_code_of_another_user_is_worth_nothing(self, gateway: Gateway, client: Client) -> None:
        other = gateway.user("other@example.com")
        code = self.codes(other)[0]

        assert login(gateway, recoveryCode=code).json["code"] == "auth.recovery_code_invalid"

    def test_without_a_second_factor_there_are_none(self, gateway: Gateway) -> None:
        answer = plain(gateway).post("/me/recovery-codes")

        assert (answer.status, answer.json["code"]) == (409, "auth.totp_not_set")


class TestPassword:
    def change(self, client: Client, current: str = PASSWORD, new: str = NEW_PASSWORD) -> Answer:
        """Changes the password."""
        return client.step_up().post("/me/password", {"currentPassword": current, "newPassword": new})

    def test_a_change_keeps_this_session_and_ends_the_others(self, gateway: Gateway, client: Client) -> None:
        other = again(gateway)

        assert self.change(client).status == 204

        assert client.get("/me").status == 200
        assert other.get("/me").json["code"] == "auth.session_ended"
        assert login(gateway).json["code"] == "auth.invalid_credentials"
        assert gateway.services.outbox.kinds() == ["password_changed"]

    def test_the_current_password_is_needed(self, gateway: Gateway, client: Client) -> None:
        answer = self.change(client, current="wrong")

        assert (answer.status, answer.json["code"]) == (403, "auth.password_invalid")

    def test_a_weak_password_is_refused_at_its_place(self, gateway: Gateway, client: Client) -> None:
        assert self.change(client, new="abababababab").pointers() == ["/newPassword"]


class TestSessions:
    def test_sessions_tell_their_device_and_which_one_asks(self, gateway: Gateway, client: Client) -> None:
        again(gateway, "Mozilla/5.0 (X11)")

        items = client.get("/me/sessions").json["items"]

        assert [(item["userAgent"], item["ip"], item["current"]) for item in items] == [
            ("Mozilla/5.0 (X11)", "192.0.2.1", False),
            ("", "192.0.2.1", True),
        ]

    def test_an_endless_user_agent_is_cut(self, gateway: Gateway, client: Client) -> None:
        again(gateway, "x" * 5000)

        assert len(client.get("/me/sessions").json["items"][0]["userAgent"]) == 256

    def test_an_ended_session_is_refused_at_once_for_good_and_its_tickets_with_it(
        self, gateway: Gateway, client: Client
    ) -> None:
        other = again(gateway)
        other_id = client.get("/me/sessions").json["items"][0]["id"]
        gateway.services.socket_rows.put(Socket("s1", client.workspace_id, "u", 0, other_id))

        assert client.call("DELETE", f"/me/sessions/{other_id}").status == 204

        assert other.get("/me").json["code"] == "auth.session_ended"
        assert other.post("/sockets/tickets").json["code"] == "auth.session_ended"
        assert gateway.services.socket_rows.of_workspace(client.workspace_id) == ()
        assert client.call("DELETE", f"/me/sessions/{other_id}").status == 404

    def test_an_ended_session_cannot_be_refreshed(self, gateway: Gateway, client: Client) -> None:
        other = again(gateway)
        client.post("/me/sessions/revoke-others")
        headers = {"Cookie": other.login.cookie.split(";")[0], "X-CSRF-Token": other.login.json["csrfToken"]}

        assert gateway.call("POST", "/auth/refresh", headers=headers).json["code"] == "auth.refresh_invalid"

    def test_all_others_are_ended_together(self, gateway: Gateway, client: Client) -> None:
        others = [again(gateway), again(gateway)]

        ended = client.post("/me/sessions/revoke-others").json["ended"]

        assert ended == 2
        assert [other.get("/me").status for other in others] == [401, 401]
        assert client.get("/me").status == 200

    def test_after_logout_the_access_token_is_refused_too(self, gateway: Gateway, client: Client) -> None:
        headers = {"Cookie": client.login.cookie.split(";")[0], "X-CSRF-Token": client.login.json["csrfToken"]}
        gateway.call("POST", "/auth/logout", headers=headers)

        assert client.get("/me").json["code"] == "auth.session_ended"


class TestRoles:
    def become(self, gateway: Gateway, client: Client, role: Role | None) -> None:
        """Gives the user another role, or none, behind the back of the token."""
        rows = gateway.services.accounts_rows
        user_id = client.login.json["user"]["id"]
        rows.members = [] if role is None else [Membership(user_id, client.workspace_id, role)]

    def test_what_changes_something_takes_the_role_as_it_is_now(self, gateway: Gateway, client: Client) -> None:
        self.become(gateway, client, Role.VIEWER)

        refused = client.post("/kill-switch", {"reason": "x"})

        assert (refused.status, refused.json["code"]) == (403, "auth.role_required")

    def test_who_belongs_to_the_workspace_no_more_changes_nothing_in_it(self, gateway: Gateway, client: Client) -> None:
        self.become(gateway, client, None)

        assert client.post("/kill-switch", {"reason": "x"}).json["code"] == "auth.session_ended"
