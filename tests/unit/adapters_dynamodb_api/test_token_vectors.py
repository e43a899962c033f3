"""Access tokens that must be refused, one row each, in the manner of the Wycheproof project's test vectors.

Each row starts from what we would have signed and spoils one thing. Many are signed by our own key: even then a token
of another form is none of ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.adapters.tokens import KmsAccessTokens, thumbprint
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import AccessClaims
from chalicelib.identity_ports import ExpiredToken, InvalidToken
from tests.fakes.plain_security import LocalKms

NOW_S = 1_700_000_000
CLAIMS = AccessClaims("u1", "w1", Role.TRADER, "s1", "t1", NOW_S, NOW_S + 900)
ISSUER, AUDIENCE = "https://bots.example", "botmarketplace"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The number of points of P-256: r and s lie below it."""

KMS = LocalKms("ours")
OURS = KMS.keys["ours"]
OTHER = generate_private_key(SECP256R1())
TOKENS = KmsAccessTokens(KMS, ["ours"], issuer=ISSUER, audience=AUDIENCE)
KID = thumbprint(OURS.public_key())
HEADER: dict[str, Any] = {"alg": "ES256", "typ": "JWT", "kid": KID}
PAYLOAD: dict[str, Any] = {
    "sub": "u1",
    "wsp": "w1",
    "role": "trader",
    "sid": "s1",
    "jti": "t1",
    "iat": NOW_S,
    "exp": NOW_S + 900,
    "iss": ISSUER,
    "aud": AUDIENCE,
}


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(document: object) -> str:
    """A part of a token: a document, or its very text."""
    return b64(document.encode() if isinstance(document, str) else json.dumps(document).encode())


def sign(signed: str, key: EllipticCurvePrivateKey = OURS) -> bytes:
    """R and S over the first two parts."""
    r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def token(header: object = HEADER, payload: object = PAYLOAD, key: EllipticCurvePrivateKey = OURS) -> str:
    """A token with these parts, signed for good by the key."""
    signed = f"{part(header)}.{part(payload)}"
    return f"{signed}.{b64(sign(signed, key))}"


def with_signature(spoil: Callable[[bytes], bytes], header: object = HEADER) -> str:
    """A token whose signature was spoilt."""
    signed = f"{part(header)}.{part(PAYLOAD)}"
    return f"{signed}.{b64(spoil(sign(signed)))}"


def es384() -> str:
    """Signed with a longer curve, as its header says."""
    key = generate_private_key(SECP384R1())
    signed = f"{part({**HEADER, 'alg': 'ES384'})}.{part(PAYLOAD)}"
    r, s = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA384())))
    return f"{signed}.{b64(r.to_bytes(48, 'big') + s.to_bytes(48, 'big'))}"


def hs256(secret: bytes) -> str:
    """Authenticated with something public as if it were a shared secret (CVE-2015-9235)."""
    signed = f"{part({**HEADER, 'alg': 'HS256'})}.{part(PAYLOAD)}"
    return f"{signed}.{b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def jwk(key: EllipticCurvePrivateKey) -> dict[str, str]:
    """A public key to smuggle in."""
    numbers = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": b64(number(numbers.x)), "y": b64(number(numbers.y))}


def number(value: int) -> bytes:
    """One half of a signature."""
    return value.to_bytes(32, "big")


GOOD = token()
PEM = OURS.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
DER = OURS.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
UNSIGNED = f"{part(PAYLOAD)}."
SIGNATURE = GOOD.rsplit(".", 1)[1]

VECTORS: dict[str, str] = {
    # the algorithm is the token's word, and not to be trusted
    **{f"alg {alg!r}, unsigned": f"{part({**HEADER, 'alg': alg})}.{UNSIGNED}" for alg in ("none", "None", "NONE", "")},
    "alg none with a signature": token({**HEADER, "alg": "none"}),
    "no alg": token({"typ": "JWT", "kid": KID}),
    "alg null": token({**HEADER, "alg": None}),
    "alg in a list": token({**HEADER, "alg": ["ES256"]}),
    "alg in lower case": token({**HEADER, "alg": "es256"}),
    "HS256 with the public key as PEM": hs256(PEM),
    "HS256 with the public key as DER": hs256(DER),
    "HS256 with the key's id": hs256(KID.encode()),
    "HS256 with nothing": hs256(b""),
    "ES384": es384(),
    "ES384 named, ES256 signed": token({**HEADER, "alg": "ES384"}),
    "RS256 named": token({**HEADER, "alg": "RS256"}),
    "ES256K named": token({**HEADER, "alg": "ES256K"}),
    # the key is the token's word too
    "no kid": token({"alg": "ES256", "typ": "JWT"}),
    "kid of a foreign key": token({**HEADER, "kid": thumbprint(OTHER.public_key())}, key=OTHER),
    "foreign key under our kid": token(key=OTHER),
    "kid null": token({**HEADER, "kid": None}),
    "kid empty": token({**HEADER, "kid": ""}),
    "kid a list": token({**HEADER, "kid": [KID]}),
    "kid a number": token({**HEADER, "kid": 0}),
    "kid a path": token({**HEADER, "kid": "../../../../dev/null"}),
    "kid a query": token({**HEADER, "kid": f"{KID}' OR '1'='1"}),
    "kid a command": token({**HEADER, "kid": f"{KID}|sleep 9"}),
    "kid with a blank": token({**HEADER, "kid": f"{KID} "}),
    "key inside (CVE-2018-0114)": token({**HEADER, "jwk": jwk(OTHER)}, key=OTHER),
    "key inside under its own kid": token({**HEADER, "kid": "mine", "jwk": jwk(OTHER)}, key=OTHER),
    "address of a key": token({**HEADER, "jku": "https://evil.example/jwks.json"}, key=OTHER),
    "certificate inside": token({**HEADER, "x5c": ["MIIB"]}, key=OTHER),
    "address of a certificate": token({**HEADER, "x5u": "https://evil.example/c.pem"}, key=OTHER),
    # the signature
    "no signature": f"{part(HEADER)}.{UNSIGNED}",
    "signature of zeros": with_signature(lambda _: bytes(64)),
    "r zero": with_signature(lambda good: number(0) + good[32:]),
    "s zero": with_signature(lambda good: good[:32] + number(0)),
    "r and s one": with_signature(lambda _: number(1) + number(1)),
    "r the order": with_signature(lambda good: number(ORDER) + good[32:]),
    "s the order": with_signature(lambda good: good[:32] + number(ORDER)),
    "r and s the order (CVE-2022-21449)": with_signature(lambda _: number(ORDER) + number(ORDER)),
    "r above the order": with_signature(lambda good: number(2**256 - 1) + good[32:]),
    "s above the order": with_signature(lambda good: good[:32] + number(2**256 - 1)),
    "r and s exchanged": with_signature(lambda good: good[32:] + good[:32]),
    "one bit wrong": with_signature(lambda good: good[:-1] + bytes([good[-1] ^ 1])),
    "garbage": with_signature(lambda _: hashlib.sha512(b"garbage").digest()),
    "truncated": with_signature(lambda good: good[:63]),
    "half": with_signature(lambda good: good[:32]),
    "prolonged": with_signature(lambda good: good + b"\0"),
    "padded in front": with_signature(lambda good: b"\0" + good),
    "DER": f"{GOOD.rsplit('.', 1)[0]}.{b64(OURS.sign(GOOD.rsplit('.', 1)[0].encode(), ECDSA(SHA256())))}",
    "of another token": f"{part(HEADER)}.{part({**PAYLOAD, 'role': 'admin'})}.{SIGNATURE}",
    "with padding": f"{GOOD}==",
    "in ordinary base64": f"{GOOD[:-1]}+",
    "spelled with other unused bits": GOOD[:-1] + ("B" if GOOD[-1] == "A" else chr(ord(GOOD[-1]) + 1)),
    # the form
    "nothing": "",
    "dots": "..",
    "two parts": GOOD.rsplit(".", 1)[0],
    "four parts": f"{GOOD}.{SIGNATURE}",
    "five parts, as an encrypted token has": "a.b.c.d.e",
    "a blank in front": f" {GOOD}",
    "a line break behind": f"{GOOD}\n",
    "the JSON form of a signature": json.dumps({"payload": part(PAYLOAD), "signature": SIGNATURE}),
    "far too long": "a" * 5000,
    "header no JSON": token("header"),
    "header a list": token([HEADER]),
    "header nested without end": token("[" * 3000),
    "header with an extension": token({**HEADER, "crit": ["exp"]}),
    "header with b64 off": token({**HEADER, "b64": False, "crit": ["b64"]}),
    "header with a member more": token({**HEADER, "zip": "DEF"}),
    "header without typ": token({"alg": "ES256", "kid": KID}),
    "header of another type": token({**HEADER, "typ": "at+jwt"}),
    "alg twice": token(f'{{"alg":"none","alg":"ES256","typ":"JWT","kid":"{KID}"}}'),
    "kid twice": token(f'{{"alg":"ES256","typ":"JWT","kid":"x","kid":"{KID}"}}'),
    "payload no JSON": token(payload="payload"),
    "payload a list": token(payload=[PAYLOAD]),
    "payload a text": token(payload='"u1"'),
    "sub twice": token(payload=json.dumps(PAYLOAD)[:-1] + ',"sub":"u2"}'),
    "role twice": token(payload=json.dumps(PAYLOAD)[:-1] + ',"role":"admin"}'),
    "exp twice": token(payload=json.dumps(PAYLOAD)[:-1] + f',"exp":{NOW_S + 10**6}}}'),
    # the claims
    **{f"no {name}": token(payload={key: value for key, value in PAYLOAD.items() if key != name}) for name in PAYLOAD},
    **{f"{name} null": token(payload={**PAYLOAD, name: None}) for name in PAYLOAD},
    "another issuer": token(payload={**PAYLOAD, "iss": "https://other.example"}),
    "our issuer with a slash": token(payload={**PAYLOAD, "iss": f"{ISSUER}/"}),
    "another audience": token(payload={**PAYLOAD, "aud": "other"}),
    "no audience in the list": token(payload={**PAYLOAD, "aud": []}),
    "issued in the future": token(payload={**PAYLOAD, "iat": NOW_S + 60, "exp": NOW_S + 960}),
    "not before the future": token(payload={**PAYLOAD, "nbf": NOW_S + 60}),
    "expired now": token(payload={**PAYLOAD, "exp": NOW_S}),
    "expired long ago": token(payload={**PAYLOAD, "exp": 0}),
    "expiry a text": token(payload={**PAYLOAD, "exp": str(NOW_S + 900)}),
    "expiry true": token(payload={**PAYLOAD, "exp": True}),
    "expiry a fraction": token(payload={**PAYLOAD, "exp": NOW_S + 900.5}),
    "expiry infinite": token(payload=json.dumps(PAYLOAD).replace(str(NOW_S + 900), "Infinity")),
    "expiry below zero": token(payload={**PAYLOAD, "exp": -1}),
    "step-up a text": token(payload={**PAYLOAD, "sup": str(NOW_S + 900)}),
    "subject a number": token(payload={**PAYLOAD, "sub": 1}),
    "subject empty": token(payload={**PAYLOAD, "sub": ""}),
    "workspace a list": token(payload={**PAYLOAD, "wsp": ["w1"]}),
    "session a number": token(payload={**PAYLOAD, "sid": 1}),
    "unknown role": token(payload={**PAYLOAD, "role": "owner"}),
    "role a list": token(payload={**PAYLOAD, "role": ["admin"]}),
}  # fmt: skip


def test_what_the_rows_start_from_is_good() -> None:
    assert TOKENS.verify(GOOD, NOW_S * 1000) == CLAIMS


@pytest.mark.parametrize("name", VECTORS)
def test_a_spoilt_token_is_refused(name: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.verify(VECTORS[name], NOW_S * 1000)


def test_only_a_good_token_whose_time_is_over_is_called_expired() -> None:
    expired = []
    for name, spoilt in VECTORS.items():
        try:
            TOKENS.verify(spoilt, NOW_S * 1000)
        except ExpiredToken:
            expired.append(name)
        except InvalidToken:
            pass

    assert expired == ["expired now", "expired long ago"]
