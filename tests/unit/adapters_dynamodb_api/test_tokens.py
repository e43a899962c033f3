"""Access tokens: good ones are read back, every other one is refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.adapters.tokens import KmsAccessTokens
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import AccessClaims
from chalicelib.identity_ports import ExpiredToken, InvalidToken
from tests.fakes.plain_security import LocalKms

NOW_MS = 1_700_000_000_000
CLAIMS = AccessClaims("u1", "w1", Role.TRADER, "s1", "t1", NOW_MS // 1000, NOW_MS // 1000 + 900)
ISSUER = "https://bots.example"


def tokens_of(kms: LocalKms, *key_ids: str) -> KmsAccessTokens:
    """The adapter over these keys; the first one signs."""
    return KmsAccessTokens(kms, key_ids, issuer=ISSUER, audience="botmarketplace")


KMS = LocalKms("new", "old", "foreign")
TOKENS = tokens_of(KMS, "new")


def part(document: dict[str, Any]) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


def header_of(token: str) -> dict[str, Any]:
    """A token's header."""
    return jwt.get_unverified_header(token)


def test_a_token_carries_its_claims() -> None:
    assert TOKENS.verify(TOKENS.sign(CLAIMS), NOW_MS) == CLAIMS


def test_a_token_says_until_when_its_session_is_stepped_up() -> None:
    stepped = replace(CLAIMS, stepped_up_until=NOW_MS // 1000 + 300)

    assert TOKENS.verify(TOKENS.sign(stepped), NOW_MS) == stepped


def test_any_library_can_verify_a_token_with_the_published_key() -> None:
    token = TOKENS.sign(CLAIMS)
    (key,) = TOKENS.jwks()["keys"]

    claims = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=["ES256"],
        audience="botmarketplace",
        issuer=ISSUER,
        options={"verify_exp": False},
    )

    assert claims["sub"] == "u1"
    assert header_of(token)["kid"] == key["kid"]


def test_signing_asks_the_key_service_once() -> None:
    kms = LocalKms("key")
    tokens = tokens_of(kms, "key")

    token = tokens.sign(CLAIMS)
    tokens.verify(token, NOW_MS)
    tokens.verify(token, NOW_MS)

    assert kms.calls == ["get_public_key", "sign"]


class TestRotation:
    """The three deployments of docs/runbooks/token-key-rotation.md, with processes of two of them alive at a time."""

    BEFORE, PREPARED, SWITCHED, RETIRED = (
        tokens_of(KMS, "old"),
        tokens_of(KMS, "old", "new"),
        tokens_of(KMS, "new", "old"),
        tokens_of(KMS, "new"),
    )

    @pytest.mark.parametrize(
        ("signer", "verifier"),
        [
            (BEFORE, PREPARED),
            (PREPARED, BEFORE),
            (PREPARED, SWITCHED),
            (SWITCHED, PREPARED),
            (SWITCHED, RETIRED),
            (RETIRED, SWITCHED),
        ],
    )
    def test_no_token_is_refused_between_neighbouring_deployments(
        self, signer: KmsAccessTokens, verifier: KmsAccessTokens
    ) -> None:
        assert verifier.verify(signer.sign(CLAIMS), NOW_MS) == CLAIMS

    def test_the_first_key_signs(self) -> None:
        kids = {name: key["kid"] for name, key in zip(("new", "old"), self.SWITCHED.jwks()["keys"], strict=True)}

        assert header_of(self.PREPARED.sign(CLAIMS))["kid"] == kids["old"]
        assert header_of(self.SWITCHED.sign(CLAIMS))["kid"] == kids["new"]

    def test_both_keys_are_published_while_both_verify(self) -> None:
        published = [len(tokens.jwks()["keys"]) for tokens in (self.BEFORE, self.PREPARED, self.SWITCHED, self.RETIRED)]

        assert published == [1, 2, 2, 1]

    def test_a_retired_key_s_tokens_are_refused(self) -> None:
        with pytest.raises(InvalidToken):
            self.RETIRED.verify(self.PREPARED.sign(CLAIMS), NOW_MS)


def test_a_token_whose_time_is_over_is_expired() -> None:
    token = TOKENS.sign(CLAIMS)

    TOKENS.verify(token, NOW_MS + 899_000)
    with pytest.raises(ExpiredToken):
        TOKENS.verify(token, NOW_MS + 900_000)


@given(st.text(max_size=200))
def test_garbage_is_refused_and_never_breaks(text: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.verify(text, NOW_MS)


@settings(max_examples=60)
@given(st.data())
def test_a_token_with_one_changed_character_is_refused(data: st.DataObject) -> None:
    token = TOKENS.sign(CLAIMS)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("ABCxyz019-_."))
    if other == token[place]:
        return

    changed = token[:place] + other + token[place + 1 :]

    with pytest.raises(InvalidToken):
        TOKENS.verify(changed, NOW_MS)
