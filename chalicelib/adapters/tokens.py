"""Access tokens: JWTs signed with ES256 by KMS, verified here with the public key (decision 7).

KMS signs a digest and answers a DER signature, JWS wants R and S as 64 raw bytes (RFC 7518, 3.4). The key id in the
header is the public key's thumbprint (RFC 7638). The first key signs; the others are being retired and only verify.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import AccessClaims
from chalicelib.identity_ports import ExpiredToken, InvalidToken

_ALGORITHM = "ES256"
_COORDINATE_BYTES = 32
_REQUIRED = ["sub", "wsp", "role", "sid", "iat", "exp", "iss", "aud", "jti"]
_LEEWAY_SECONDS = 5
_LONGEST_TOKEN = 4096


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
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": self._signing_kid}
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
        signed = f"{_base64url(orjson.dumps(header))}.{_base64url(orjson.dumps(payload))}"
        answer = self._kms.sign(
            KeyId=self._key_ids[0],
            Message=hashlib.sha256(signed.encode()).digest(),
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        return f"{signed}.{_base64url(raw_signature(answer['Signature']))}"

    def verify(self, token: str, now_ms: int) -> AccessClaims:
        """See ``AccessTokens.verify``: no call of KMS once the public keys are known."""
        if len(token) > _LONGEST_TOKEN:
            raise InvalidToken("too long")
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            claims = jwt.decode(
                token,
                self._public_key(kid),
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
            result = AccessClaims(
                user_id=str(claims["sub"]),
                workspace_id=str(claims["wsp"]),
                role=Role(claims["role"]),
                session_id=str(claims["sid"]),
                token_id=str(claims["jti"]),
                issued_at=int(claims["iat"]),
                expires_at=int(claims["exp"]),
                stepped_up_until=int(claims.get("sup", 0)),
            )
        except (jwt.InvalidTokenError, ValueError, TypeError) as error:
            raise InvalidToken(str(error)) from error
        now = now_ms // 1000
        if result.issued_at > now + _LEEWAY_SECONDS:
            raise InvalidToken("issued in the future")
        if result.expires_at <= now:
            raise ExpiredToken("its time is over")
        return result

    def jwks(self) -> dict[str, Any]:
        """See ``AccessTokens.jwks``."""
        self._load()
        return {
            "keys": [_jwk(key) | {"kid": kid, "use": "sig", "alg": _ALGORITHM} for kid, key in self._public.items()]
        }

    def _public_key(self, kid: object) -> EllipticCurvePublicKey:
        self._load()
        if not isinstance(kid, str) or kid not in self._public:
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


def raw_signature(der: bytes) -> bytes:
    """R and S, 32 bytes each, of a DER signature over P-256."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")


def thumbprint(key: EllipticCurvePublicKey) -> str:
    """The key's RFC 7638 thumbprint: SHA-256 over its required members in lexical order."""
    jwk = _jwk(key)
    canonical = orjson.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")})
    return _base64url(hashlib.sha256(canonical).digest())


def _jwk(key: EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _base64url(numbers.x.to_bytes(_COORDINATE_BYTES, "big")),
        "y": _base64url(numbers.y.to_bytes(_COORDINATE_BYTES, "big")),
    }


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
