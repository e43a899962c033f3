"""Secrets derived by KMS (HMAC-SHA-256 under a key that never leaves it), so that the database holds only a version.

A stolen table gives no authenticator seed and no webhook secret, and the API needs no right to decrypt anything: the
key's only use is ``kms:GenerateMac``. Raising the version makes another secret.
"""

from __future__ import annotations

import base64
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.ports import SealingFailed

_ALGORITHM = "HMAC_SHA_256"
_SEED_BYTES = 20  # what RFC 4226 recommends, and authenticator apps expect


class KmsDerivedSecrets:
    """Implements ``DerivedSecrets`` with a KMS client (boto3)."""

    def __init__(self, kms: Any, key_id: str) -> None:
        self._kms = kms
        self._key_id = key_id

    def totp_seed(self, user_id: str, version: int) -> str:
        """See ``DerivedSecrets.totp_seed``: the first 20 bytes of the code of ``totp|user|version``."""
        return base64.b32encode(self._mac("totp", user_id, str(version))[:_SEED_BYTES]).decode()

    def webhook_secret(self, workspace_id: str, strategy_id: str, version: int) -> str:
        """See ``DerivedSecrets.webhook_secret``: the whole code of ``webhook|workspace|strategy|version``."""
        code = self._mac("webhook", workspace_id, strategy_id, str(version))
        return base64.urlsafe_b64encode(code).rstrip(b"=").decode()

    def _mac(self, *parts: str) -> bytes:
        if any("|" in part for part in parts):
            raise ValueError("a part may not hold the separator")
        try:
            answer = self._kms.generate_mac(
                KeyId=self._key_id, Message="|".join(parts).encode(), MacAlgorithm=_ALGORITHM
            )
        except (BotoCoreError, ClientError) as error:
            raise SealingFailed(f"deriving failed: {type(error).__name__}") from error
        return bytes(answer["Mac"])
