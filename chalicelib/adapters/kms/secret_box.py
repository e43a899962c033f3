"""Credentials sealed with the AWS Encryption SDK under a KMS key (architecture section 6, C-10).

The encryption context {workspaceId, connectionId, purpose} is bound to the ciphertext by KMS and shown in CloudTrail:
a blob copied to another tenant's row does not open. Nothing is cached: each opening is one KMS call that CloudTrail
records. Sealing needs ``kms:GenerateDataKey`` alone, opening ``kms:Decrypt`` alone.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient, StrictAwsKmsMasterKeyProvider
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from aws_encryption_sdk.identifiers import AlgorithmSuite
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidTag

from chalicelib.domain.workspace.connection import Credentials
from chalicelib.ports import ConnectionRef, SealingFailed

PURPOSE = "exchange-credentials"
# Key commitment without a signature: a signature would add its public key to the encryption context, which IAM
# conditions compare, and everyone who may seal may also sign.
_SUITE = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY


class KmsSecretBox:
    """Implements ``SecretSealer`` and ``SecretOpener``; what it may do is for the role's policy to say."""

    def __init__(self, key_arn: str) -> None:
        """``key_arn`` is the key's full ARN: opening compares it with the one that sealed. Raises ValueError."""
        if not key_arn.startswith("arn:"):
            raise ValueError("SECRETS_KEY_ID must be the key's ARN")
        self._key_arn = key_arn
        self._client = EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1
        )

    @cached_property
    def _provider(self) -> Any:
        return StrictAwsKmsMasterKeyProvider(key_ids=[self._key_arn])

    def seal(self, ref: ConnectionRef, credentials: Credentials) -> bytes:
        """Seals under a fresh data key. Raises SealingFailed."""
        plaintext = json.dumps({"apiKey": credentials.api_key, "secret": credentials.secret}).encode()
        try:
            sealed, _ = self._client.encrypt(
                source=plaintext,
                key_provider=self._provider,
                encryption_context=_context(ref),
                algorithm=_SUITE,
            )
        except (AWSEncryptionSDKClientError, BotoCoreError, ClientError) as error:
            raise SealingFailed(f"sealing failed: {type(error).__name__}") from error
        return bytes(sealed)

    def open(self, ref: ConnectionRef, sealed: bytes) -> Credentials:
        """Opens what was sealed for exactly this connection. Raises SealingFailed; its text carries nothing secret."""
        try:
            plaintext, header = self._client.decrypt(source=sealed, key_provider=self._provider)
        except (AWSEncryptionSDKClientError, BotoCoreError, ClientError, InvalidTag) as error:
            raise SealingFailed(f"opening failed: {type(error).__name__}") from error
        if dict(header.encryption_context) != _context(ref):
            raise SealingFailed("the credentials were sealed for another connection")
        try:
            document = json.loads(plaintext)
            return Credentials(api_key=document["apiKey"], secret=document["secret"])
        except (ValueError, KeyError, TypeError):
            # The original error's text could show what was read: it is not chained.
            raise SealingFailed("the credentials are not in the form that sealing wrote") from None


def _context(ref: ConnectionRef) -> dict[str, str]:
    return {"workspaceId": ref.workspace_id, "connectionId": ref.connection_id, "purpose": PURPOSE}
