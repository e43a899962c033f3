"""Passwords, one-time codes, identities, clocks, settings, socket posts."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.adapters.clock import MarketClock, SystemClock
from chalicelib.adapters.ids import SystemIds, ulid_from
from chalicelib.adapters.passwords import Argon2Passwords
from chalicelib.adapters.socket_gateway import ApiGatewaySockets
from chalicelib.adapters.totp import TotpCodes
from chalicelib.settings import InvalidSettings, Settings

LEAST = {"STAGE": "test", "TABLE_PREFIX": "bm", "BYBIT_ENV": "demo"}
SECRET = "KDRI3BVYDLJAPDB6W2GEYGXI54QISN44"


class TestPasswords:
    def test_a_password_matches_its_own_hash_only(self) -> None:
        passwords = Argon2Passwords()
        stored = passwords.hash("correct horse")

        assert passwords.verify(stored, "correct horse")
        assert not passwords.verify(stored, "wrong horse")

    def test_hashes_are_argon2id_with_the_advised_cost_and_a_salt(self) -> None:
        passwords = Argon2Passwords()
        first, second = passwords.hash("same"), passwords.hash("same")

        assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert first != second

    def test_a_hash_of_other_parameters_is_outdated(self) -> None:
        weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("same")

        assert Argon2Passwords().outdated(weaker)
        assert not Argon2Passwords().outdated(Argon2Passwords().hash("same"))

    def test_nobody_has_a_password(self) -> None:
        passwords = Argon2Passwords()

        assert not passwords.verify(None, "nobody has this password")

    def test_a_broken_hash_matches_nothing(self) -> None:
        assert not Argon2Passwords().verify("not a hash", "x")


class TestOneTimeCodes:
    NOW_S = 1_700_000_000

    @pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
    def test_a_code_is_good_for_one_step_around_its_own(self, steps: int, good: bool) -> None:
        code = pyotp.TOTP(SECRET).at(self.NOW_S + 30 * steps)

        found = TotpCodes().step_of(SECRET, code, self.NOW_S * 1000)

        assert found == (self.NOW_S // 30 + steps if good else None)

    def test_a_code_of_another_secret_is_wrong(self) -> None:
        code = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").at(self.NOW_S)

        assert TotpCodes().step_of(SECRET, code, self.NOW_S * 1000) is None


class TestIdentities:
    def test_a_ulid_has_26_characters_of_crockford_s_alphabet(self) -> None:
        ulid = SystemIds().ulid()

        assert len(ulid) == 26
        assert set(ulid) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    @given(st.integers(0, 2**48 - 2), st.integers(0, 2**80 - 1), st.integers(0, 2**80 - 1))
    def test_a_later_ulid_sorts_later(self, time_ms: int, first: int, second: int) -> None:
        assert ulid_from(time_ms, first) < ulid_from(time_ms + 1, second)

    def test_the_ulid_of_a_known_time_is_the_known_one(self) -> None:
        assert ulid_from(1469918176385, 0)[:10] == "01ARYZ6S41"

    def test_secrets_have_256_bits_and_do_not_repeat(self) -> None:
        made = {SystemIds().secret() for _ in range(100)}

        assert len(made) == 100
        assert {len(secret) for secret in made} == {43}


class TestClock:
    def test_a_real_exchange_has_our_time(self) -> None:
        clock = SystemClock()

        assert abs(clock.market_now_ms() - clock.now_ms()) < 1000

    def test_a_replay_runs_as_many_times_as_fast(self) -> None:
        assert MarketClock(market_ms=1_000, wall_ms=10_000, speed=60).at(11_000) == 61_000


class TestSettings:
    def test_the_least_is_enough(self) -> None:
        settings = Settings.read(LEAST)

        assert (settings.stage, settings.refresh_cookie_secure) == ("test", True)

    @pytest.mark.parametrize("name", sorted(LEAST))
    def test_what_is_missing_is_named(self, name: str) -> None:
        with pytest.raises(InvalidSettings, match=name):
            Settings.read({key: value for key, value in LEAST.items() if key != name})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("BYBIT_ENV", "paper"),
            ("CANDLE_WAKE_SPREAD_MS", "soon"),
            ("REFRESH_COOKIE_SECURE", "perhaps"),
            ("REAL_TRADING", "yes"),
        ],
    )
    def test_what_is_impossible_is_named(self, name: str, value: str) -> None:
        with pytest.raises(InvalidSettings, match=name):
            Settings.read({**LEAST, name: value})

    def test_a_simulator_needs_its_address(self) -> None:
        with pytest.raises(InvalidSettings, match="SIMULATOR_REST_URL"):
            Settings.read({**LEAST, "BYBIT_ENV": "simulator"})

    def test_a_setting_that_a_function_was_not_given_is_named_when_it_is_needed(self) -> None:
        with pytest.raises(InvalidSettings, match="TOKEN_KEY_IDS"):
            Settings.read(LEAST).listed("token_key_ids")

    def test_keys_are_listed_with_commas(self) -> None:
        settings = Settings.read({**LEAST, "TOKEN_KEY_IDS": "new, old,"})

        assert settings.listed("token_key_ids") == ("new", "old")


class ManagementApi:
    """API Gateway's management client, answering with one error or none."""

    def __init__(self, code: str | None = None, status: int = 200) -> None:
        self.code, self.status = code, status
        self.posted: list[dict[str, Any]] = []

    def post_to_connection(self, **request: Any) -> None:
        self.posted.append(request)
        if self.code is not None:
            response: Any = {
                "Error": {"Code": self.code, "Message": ""},
                "ResponseMetadata": {"HTTPStatusCode": self.status},
            }
            raise ClientError(response, "PostToConnection")


class TestSocketPosts:
    def test_a_message_is_posted_to_its_socket(self) -> None:
        client = ManagementApi()

        assert ApiGatewaySockets(client).post("s1", b"hello")
        assert client.posted == [{"ConnectionId": "s1", "Data": b"hello"}]

    @pytest.mark.parametrize(("code", "status"), [("GoneException", 410), ("410", 410)])
    def test_a_gone_socket_is_told(self, code: str, status: int) -> None:
        assert not ApiGatewaySockets(ManagementApi(code, status)).post("s1", b"")

    def test_a_slow_browser_misses_the_message_but_keeps_its_socket(self) -> None:
        assert ApiGatewaySockets(ManagementApi("LimitExceededException", 429)).post("s1", b"")

    def test_any_other_error_is_raised(self) -> None:
        with pytest.raises(ClientError):
            ApiGatewaySockets(ManagementApi("ForbiddenException", 403)).post("s1", b"")
