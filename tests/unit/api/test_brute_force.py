"""Guessing: twenty tries lock an address and nobody else, and nothing tells which addresses have an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.api.gateway import PASSWORD, Answer, Client, Gateway

LOCK_MS = 15 * 60 * 1000
KNOWN, UNKNOWN = "trader@example.com", "nobody@example.com"


def guess(gateway: Gateway, email: str = KNOWN, password: str = "wrong") -> Answer:
    """One try to sign in with a password alone."""
    return gateway.call("POST", "/auth/login", body={"email": email, "password": password})


def told(answer: Answer) -> tuple[int, str, dict[str, Any]]:
    """All that an answer tells."""
    return answer.status, answer.text, answer.headers


class TestLock:
    def test_twenty_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
        self, gateway: Gateway, client: Client
    ) -> None:
        guesses = [guess(gateway) for _ in range(20)]
        right = gateway.call("POST", "/auth/login", body=gateway.login_body())
        gateway.services.clock.advance(LOCK_MS)
        later = gateway.call("POST", "/auth/login", body=gateway.login_body())

        assert {told(answer)[:2] for answer in guesses} == {told(right)[:2]}
        assert (right.json["code"], later.status) == ("auth.invalid_credentials", 200)

    def test_a_right_password_within_twenty_forgets_the_wrong_ones(self, gateway: Gateway, client: Client) -> None:
        for _ in range(2):
            for _ in range(18):
                guess(gateway)
            assert gateway.call("POST", "/auth/login", body=gateway.login_body()).status == 200

    def test_nobody_else_is_locked(self, gateway: Gateway, client: Client) -> None:
        for _ in range(40):
            guess(gateway)

        assert gateway.user("other@example.com").get("/me").status == 200

    def test_who_is_signed_in_stays_so(self, gateway: Gateway, client: Client) -> None:
        for _ in range(20):
            guess(gateway)

        assert client.get("/me").status == 200

    def test_guessing_on_does_not_prolong_the_lock(self, gateway: Gateway, client: Client) -> None:
        for _ in range(30):
            guess(gateway)
        gateway.services.clock.advance(LOCK_MS)

        assert gateway.call("POST", "/auth/login", body=gateway.login_body()).status == 200

    def test_wrong_one_time_codes_count_as_wrong_passwords_do(self, gateway: Gateway, client: Client) -> None:
        body = {"email": KNOWN, "password": PASSWORD, "totp": "000000"}
        codes = [gateway.call("POST", "/auth/login", body=body).json["code"] for _ in range(21)]

        assert codes == ["auth.totp_invalid"] * 20 + ["auth.invalid_credentials"]

    def test_the_lock_and_what_led_to_it_are_written_down_once(self, gateway: Gateway, client: Client) -> None:
        for _ in range(30):
            guess(gateway)

        rows = [(row[0], row[1]) for row in gateway.services.audit.rows]
        assert rows.count((client.workspace_id, "session.refused")) == 20
        assert rows.count((client.workspace_id, "account.locked")) == 1


class Noted:
    """Passes calls on and notes their names."""

    def __init__(self, inner: object, name: str, log: list[str]) -> None:
        self._inner, self._name, self._log = inner, name, log

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._inner, method)
        if not callable(found):
            return found

        def noted(*args: Any, **kwargs: Any) -> Any:
            self._log.append(f"{self._name}.{method}")
            return found(*args, **kwargs)

        return noted


def work(ask: Callable[[Gateway], Answer]) -> tuple[list[str], tuple[int, str, dict[str, Any]]]:
    """Every call of a port that a request makes, in order, and what its answer tells."""
    gateway = Gateway()
    gateway.user(KNOWN)
    log: list[str] = []
    services = gateway.services
    for name in ("accounts_rows", "session_rows", "attempt_rows", "link_rows", "passwords", "audit", "outbox"):
        setattr(services, name, Noted(getattr(services, name), name, log))
    for built in ("sessions", "prove", "links", "password_reset", "end_sessions"):
        services.__dict__.pop(built, None)
    answer = ask(gateway)
    return log, told(answer)


def locked_out(gateway: Gateway, email: str) -> Answer:
    """The answer after too many guesses."""
    for _ in range(20):
        guess(gateway, email)
    return guess(gateway, email)


REQUESTS: dict[str, Callable[[Gateway, str], Answer]] = {
    "a wrong password": guess,
    "too many guesses": locked_out,
    "a forgotten password": lambda gateway, email: gateway.call("POST", "/auth/password/forgot", body={"email": email}),
    "another confirmation": lambda gateway, email: gateway.call(
        "POST", "/auth/verify-email/resend", body={"email": email}
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_an_address_that_nobody_has_gets_the_same_answer_after_the_same_calls(name: str) -> None:
    """Equal calls take equal time: a password is hashed, rows are read and written either way."""
    known = work(lambda gateway: REQUESTS[name](gateway, KNOWN))
    unknown = work(lambda gateway: REQUESTS[name](gateway, UNKNOWN))

    assert known[0] == unknown[0]
    assert known[1] == unknown[1]
    assert len(known[0]) > 2


def test_registering_a_taken_address_hashes_writes_and_mails_as_much_as_a_free_one() -> None:
    def register(gateway: Gateway, email: str) -> Answer:
        return gateway.call("POST", "/auth/register", body={"email": email, "password": PASSWORD})

    taken = work(lambda gateway: register(gateway, KNOWN))
    free = work(lambda gateway: register(gateway, UNKNOWN))

    assert taken[0] == free[0]
    assert taken[1] == free[1]
    assert len(free[0]) > 5
