"""Access tokens: good ones are read back, every other one is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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


def test_a_token_of_the_key_that_is_being_retired_is_still_good() -> None:
    before = tokens_of(KMS, "old").sign(CLAIMS)
    after = tokens_of(KMS, "new", "old")

    assert after.verify(before, NOW_MS) == CLAIMS
    assert header_of(after.sign(CLAIMS))["kid"] != header_of(before)["kid"]


def test_a_token_of_a_retired_key_is_refused() -> None:
    with pytest.raises(InvalidToken):
        TOKENS.verify(tokens_of(KMS, "old").sign(CLAIMS), NOW_MS)


def test_a_token_whose_time_is_over_is_expired() -> None:
    token = TOKENS.sign(CLAIMS)

    TOKENS.verify(token, NOW_MS + 899_000)
    with pytest.raises(ExpiredToken):
        TOKENS.verify(token, NOW_MS + 900_000)


def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(InvalidToken):
        TOKENS.verify(TOKENS.sign(CLAIMS), NOW_MS - 60_000)


def test_an_unsigned_token_is_refused() -> None:
    _, payload, _ = TOKENS.sign(CLAIMS).split(".")
    kid = header_of(TOKENS.sign(CLAIMS))["kid"]

    for algorithm in ("none", "None", "NONE"):
        with pytest.raises(InvalidToken):
            TOKENS.verify(f"{part({'alg': algorithm, 'kid': kid})}.{payload}.", NOW_MS)


def test_the_public_key_is_no_shared_secret() -> None:
    _, payload, _ = TOKENS.sign(CLAIMS).split(".")
    kid = header_of(TOKENS.sign(CLAIMS))["kid"]
    public = KMS.keys["new"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{part({'alg': 'HS256', 'kid': kid})}.{payload}"
    mac = base64.urlsafe_b64encode(hmac.new(public, signed.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()

    with pytest.raises(InvalidToken):
        TOKENS.verify(f"{signed}.{mac}", NOW_MS)


def test_a_foreign_key_under_our_name_is_refused() -> None:
    header, payload, _ = TOKENS.sign(CLAIMS).split(".")
    _, _, signature = tokens_of(KMS, "foreign").sign(CLAIMS).split(".")

    with pytest.raises(InvalidToken):
        TOKENS.verify(f"{header}.{payload}.{signature}", NOW_MS)


def test_another_issuer_or_audience_is_refused() -> None:
    for issuer, audience in (("https://other.example", "botmarketplace"), (ISSUER, "other")):
        foreign = KmsAccessTokens(KMS, ["new"], issuer=issuer, audience=audience)
        with pytest.raises(InvalidToken):
            TOKENS.verify(foreign.sign(CLAIMS), NOW_MS)


def test_a_der_signature_is_refused() -> None:
    header, payload, _ = TOKENS.sign(CLAIMS).split(".")
    digest = hashlib.sha256(f"{header}.{payload}".encode()).digest()
    der = KMS.sign(KeyId="new", Message=digest, MessageType="DIGEST", SigningAlgorithm="ECDSA_SHA_256")["Signature"]

    with pytest.raises(InvalidToken):
        TOKENS.verify(f"{header}.{payload}.{base64.urlsafe_b64encode(der).rstrip(b'=').decode()}", NOW_MS)


@pytest.mark.parametrize("claim", ["sub", "wsp", "role", "sid", "iat", "exp", "jti"])
def test_a_token_without_a_claim_is_refused(claim: str) -> None:
    good = TOKENS.sign(CLAIMS)
    payload = jwt.decode(good, options={"verify_signature": False})
    del payload[claim]
    token = jwt.encode(payload, KMS.keys["new"], algorithm="ES256", headers={"kid": header_of(good)["kid"]})

    with pytest.raises(InvalidToken):
        TOKENS.verify(token, NOW_MS)


def test_an_unknown_role_is_refused() -> None:
    good = TOKENS.sign(CLAIMS)
    payload = {**jwt.decode(good, options={"verify_signature": False}), "role": "owner"}
    token = jwt.encode(payload, KMS.keys["new"], algorithm="ES256", headers={"kid": header_of(good)["kid"]})

    with pytest.raises(InvalidToken):
        TOKENS.verify(token, NOW_MS)


def test_a_key_inside_the_token_is_ignored() -> None:
    own = generate_private_key(SECP256R1())
    payload = jwt.decode(TOKENS.sign(CLAIMS), options={"verify_signature": False})
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(own.public_key()))
    token = jwt.encode(payload, own, algorithm="ES256", headers={"jwk": jwk, "kid": "mine"})

    with pytest.raises(InvalidToken):
        TOKENS.verify(token, NOW_MS)


@given(st.text(max_size=200))
def test_garbage_is_refused_and_never_breaks(text: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.verify(text, NOW_MS)


@settings(max_examples=60)
@given(st.data())
def test_a_token_with_one_changed_character_is_refused(data: st.DataObject) -> None:
    token = TOKENS.sign(CLAIMS)
    place = data.draw(st.integers(0, len(token) - 2))
    other = data.draw(st.sampled_from("ABCxyz019-_."))
    if other == token[place]:
        return

    changed = token[:place] + other + token[place + 1 :]

    with pytest.raises(InvalidToken):
        TOKENS.verify(changed, NOW_MS)


def test_a_very_long_token_is_not_even_parsed() -> None:
    with pytest.raises(InvalidToken, match="too long"):
        TOKENS.verify("a" * 5000, NOW_MS)
