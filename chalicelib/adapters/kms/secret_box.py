"""Credentials sealed in two layers (architecture section 6, C-10, ADR 13).

Inside, the AWS Encryption SDK under a KMS key: the encryption context {workspaceId, connectionId, purpose} is bound to
the ciphertext by KMS and shown in CloudTrail, so a blob copied to another tenant's row does not open. Outside, a layer
under a key per connection whose deletion shreds every copy of the ciphertext, those in backups too. Nothing is cached:
each opening is one KMS call that CloudTrail records. Sealing needs ``kms:GenerateDataKey`` alone, opening
``kms:Decrypt`` alone.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import botocore.session
from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient, StrictAwsKmsMasterKeyProvider
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from aws_encryption_sdk.identifiers import AlgorithmSuite
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.exceptions import InvalidTag

from chalicelib.adapters.kms.shred_layer import ShredLayerBroken, new_shred_key, unwrap, wrap
from chalicelib.adapters.patience import client_config
from chalicelib.domain.workspace.connection import Credentials, SealedSecret, seal_context
from chalicelib.ports import ConnectionRef, SealingFailed

# Key commitment without a signature: a signature would add its public key to the encryption context, which IAM
# conditions compare, and everyone who may seal may also sign.
SUITE = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY


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
        session = botocore.session.Session()
        session.set_default_client_config(client_config())
        return StrictAwsKmsMasterKeyProvider(key_ids=[self._key_arn], botocore_session=session)

    def seal(self, ref: ConnectionRef, credentials: Credentials) -> SealedSecret:
        """Seals under a fresh data key and a fresh shred key. Raises SealingFailed."""
        context = seal_context(ref.workspace_id, ref.connection_id)
        try:
            sealed, _ = self._client.encrypt(
                source=credentials.to_bytes(),
                key_provider=self._provider,
                encryption_context=context,
                algorithm=SUITE,
            )
        except (AWSEncryptionSDKClientError, BotoCoreError, ClientError) as error:
            raise SealingFailed(f"sealing failed: {type(error).__name__}") from error
        key = new_shred_key()
        return SealedSecret(wrap(key, context, bytes(sealed)), key)

    def open(self, ref: ConnectionRef, sealed: SealedSecret) -> Credentials:
        """Opens what was sealed for exactly this connection. Raises SealingFailed; its text carries nothing secret."""
        context = seal_context(ref.workspace_id, ref.connection_id)
        try:
            inner = unwrap(sealed.shred_key, context, sealed.ciphertext)
        except ShredLayerBroken as error:
            raise SealingFailed("the credentials were sealed for another connection, damaged, or shredded") from error
        try:
            plaintext, header = self._client.decrypt(source=inner, key_provider=self._provider)
        except (AWSEncryptionSDKClientError, BotoCoreError, ClientError, InvalidTag) as error:
            raise SealingFailed(f"opening failed: {type(error).__name__}") from error
        if header.algorithm is not SUITE or dict(header.encryption_context) != context:
            raise SealingFailed("the credentials were sealed for another connection or in another way")
        try:
            return Credentials.from_bytes(plaintext)
        except (ValueError, KeyError, TypeError):
            # The original error's text could show what was read: it is not chained.
            raise SealingFailed("the credentials are not in the form that sealing wrote") from None
