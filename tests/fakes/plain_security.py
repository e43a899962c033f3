"""Cheap stand-ins for what is slow or far away: password hashing and the key service."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib.domain.workspace.connection import Credentials, SealedSecret
from chalicelib.ports import ConnectionRef


class PlainPasswords:
    """A ``PasswordHasher`` that hashes nothing. ``checked`` counts the comparisons."""

    def __init__(self) -> None:
        self.checked = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, stored_hash: str | None, password: str) -> bool:
        self.checked += 1
        return stored_hash in (self.hash(password), f"old {self.hash(password)}")

    def outdated(self, stored_hash: str) -> bool:
        return stored_hash.startswith("old ")


class LocalKms:
    """The two calls of KMS that tokens need, over keys made here."""

    def __init__(self, *key_ids: str) -> None:
        self.keys: dict[str, EllipticCurvePrivateKey] = {name: generate_private_key(SECP256R1()) for name in key_ids}
        self.calls: list[str] = []

    def sign(self, **request: Any) -> dict[str, bytes]:
        self.calls.append("sign")
        assert (request["MessageType"], request["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
        return {"Signature": self.keys[request["KeyId"]].sign(request["Message"], ECDSA(Prehashed(SHA256())))}

    def get_public_key(self, **request: Any) -> dict[str, bytes]:
        self.calls.append("get_public_key")
        public = self.keys[request["KeyId"]].public_key()
        return {"PublicKey": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}


class HmacSecrets:
    """A ``DerivedSecrets`` over a key that everybody may know."""

    def totp_seed(self, user_id: str, version: int) -> str:
        return base64.b32encode(self._mac(f"totp|{user_id}|{version}")[:20]).decode()

    def webhook_secret(self, workspace_id: str, strategy_id: str, version: int) -> str:
        code = self._mac(f"webhook|{workspace_id}|{strategy_id}|{version}")
        return base64.urlsafe_b64encode(code).rstrip(b"=").decode()

    def _mac(self, message: str) -> bytes:
        return hmac.new(b"not a secret", message.encode(), hashlib.sha256).digest()


class ReversingSealer:
    """A ``SecretSealer`` that can be seen through in tests only."""

    def seal(self, ref: ConnectionRef, credentials: Credentials) -> SealedSecret:
        return SealedSecret(credentials.to_bytes()[::-1], b"shred key")
