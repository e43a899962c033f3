"""Access tokens: JWTs signed with ES256 by KMS, verified here with the public key (decision 7).

KMS signs a digest and answers a DER signature, JWS wants R and S as 64 raw bytes (RFC 7518, 3.4). The key id in the
header is the public key's thumbprint (RFC 7638). The first key signs; the others are being retired and only verify.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.adapters.token_form import ALGORITHM, TYPE, base64url, read_form
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import AccessClaims
from chalicelib.identity_ports import ExpiredToken, InvalidToken

_COORDINATE_BYTES = 32
_REQUIRED = ["sub", "wsp", "role", "sid", "iat", "exp", "iss", "aud", "jti"]
_LEEWAY_SECONDS = 5


class KmsAccessTokens:
    """Implements ``AccessTokens`` with a KMS client (boto3)."""

    def __init__(self, kms: Any, key_ids: Sequence[str], *, issuer: str, audience: str) -> None:
        self._kms = kms
        self._key_ids = tuple(key_ids)
        self._issuer = issuer
        self._audience = audience
        self._public: dict[str, EllipticCurvePublicKey] = {}
        self._signing_kid = ""

    def sign(self, claims: AccessClaims) -> str:
        """See ``AccessTokens.sign``: one call of KMS."""
        self._load()
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": self._signing_kid}
        payload = {
            "sub": claims.user_id,
            "wsp": claims.workspace_id,
            "role": claims.role.value,
            "sid": claims.session_id,
            "jti": claims.token_id,
            "iat": claims.issued_at,
            "exp": claims.expires_at,
            "iss": self._issuer,
            "aud": self._audience,
            **({"sup": claims.stepped_up_until} if claims.stepped_up_until else {}),
        }
        signed = f"{base64url(orjson.dumps(header))}.{base64url(orjson.dumps(payload))}"
        answer = self._kms.sign(
            KeyId=self._key_ids[0],
            Message=hashlib.sha256(signed.encode()).digest(),
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return f"{signed}.{base64url(raw_signature(answer['Signature']))}"

    def verify(self, token: str, now_ms: int) -> AccessClaims:
        """See ``AccessTokens.verify``: no call of KMS once the public keys are known."""
        form = read_form(token)
        try:
            jwt.decode(
                token,
                self._public_key(form.kid),
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            result = _claims(form.payload)
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise InvalidToken(str(error)) from error
        now = now_ms // 1000
        if max(result.issued_at, _seconds(form.payload.get("nbf", 0))) > now + _LEEWAY_SECONDS:
            raise InvalidToken("of the future")
        if result.expires_at <= now:
            raise ExpiredToken("its time is over")
        return result

    def jwks(self) -> dict[str, Any]:
        """See ``AccessTokens.jwks``."""
        self._load()
        return {"keys": [_jwk(key) | {"kid": kid, "use": "sig", "alg": ALGORITHM} for kid, key in self._public.items()]}

    def _public_key(self, kid: str) -> EllipticCurvePublicKey:
        self._load()
        if kid not in self._public:
            raise InvalidToken("unknown key")
        return self._public[kid]

    def _load(self) -> None:
        if self._public:
            return
        loaded: dict[str, EllipticCurvePublicKey] = {}
        for key_id in self._key_ids:
            key = load_der_public_key(self._kms.get_public_key(KeyId=key_id)["PublicKey"])
            if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
                raise InvalidToken(f"{key_id} is not a P-256 key")
            loaded[thumbprint(key)] = key
        self._signing_kid = next(iter(loaded))
        self._public = loaded


def _claims(payload: dict[str, Any]) -> AccessClaims:
    return AccessClaims(
        user_id=_text(payload["sub"]),
        workspace_id=_text(payload["wsp"]),
        role=Role(payload["role"]),
        session_id=_text(payload["sid"]),
        token_id=_text(payload["jti"]),
        issued_at=_seconds(payload["iat"]),
        expires_at=_seconds(payload["exp"]),
        stepped_up_until=_seconds(payload.get("sup", 0)),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidToken("a claim is not a text")
    return value


def _seconds(value: object) -> int:
    if type(value) is not int or value < 0:  # True is an int too
        raise InvalidToken("a claim is not a time")
    return value


def raw_signature(der: bytes) -> bytes:
    """R and S, 32 bytes each, of a DER signature over P-256."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")


def thumbprint(key: EllipticCurvePublicKey) -> str:
    """The key's RFC 7638 thumbprint: SHA-256 over its required members in lexical order."""
    jwk = _jwk(key)
    canonical = orjson.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")})
    return base64url(hashlib.sha256(canonical).digest())


def _jwk(key: EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url(numbers.x.to_bytes(_COORDINATE_BYTES, "big")),
        "y": base64url(numbers.y.to_bytes(_COORDINATE_BYTES, "big")),
    }
