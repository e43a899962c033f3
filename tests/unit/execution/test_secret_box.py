"""Sealing against moto's KMS, which enforces the encryption context as KMS does: what opens, and all that must not."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import aws_encryption_sdk
import boto3
import orjson
import pytest
from aws_encryption_sdk import CommitmentPolicy, StrictAwsKmsMasterKeyProvider
from aws_encryption_sdk.identifiers import AlgorithmSuite
from moto import mock_aws

from chalicelib.adapters.kms.secret_box import SUITE, KmsSecretBox
from chalicelib.adapters.kms.shred_layer import new_shred_key, unwrap, wrap
from chalicelib.domain.workspace.connection import Credentials, SealedSecret, seal_context
from chalicelib.ports import ConnectionRef, SealingFailed

REF = ConnectionRef("workspace-1", "connection-1")
CONTEXT = seal_context("workspace-1", "connection-1")


def credentials() -> Credentials:
    return Credentials(api_key="key-id", secret="very-secret-value")


@dataclass(frozen=True)
class Sealed:
    """A sealed secret and the keys it was made with."""

    secret: SealedSecret
    key_arn: str
    other_arn: str

    @property
    def inner(self) -> bytes:
        """The message of the AWS Encryption SDK, without the shred layer."""
        return unwrap(self.secret.shred_key, CONTEXT, self.secret.ciphertext)

    def wrapped(self, inner: bytes) -> SealedSecret:
        """Another inner message under the same shred key."""
        return SealedSecret(wrap(self.secret.shred_key, CONTEXT, inner), self.secret.shred_key)

    def made(
        self,
        *,
        arn: str | None = None,
        context: dict[str, str] | None = None,
        suite: AlgorithmSuite = SUITE,
        plaintext: bytes | None = None,
    ) -> SealedSecret:
        """A message that somebody who may use KMS could make."""
        committing = suite.is_committing()
        policy = (
            CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
            if committing
            else CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
        )
        message, _ = aws_encryption_sdk.EncryptionSDKClient(commitment_policy=policy).encrypt(
            source=credentials().to_bytes() if plaintext is None else plaintext,
            key_provider=StrictAwsKmsMasterKeyProvider(key_ids=[arn or self.key_arn]),
            encryption_context=CONTEXT if context is None else context,
            algorithm=suite,
        )
        return self.wrapped(bytes(message))


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sealed]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        arn, other = (boto3.client("kms").create_key()["KeyMetadata"]["Arn"] for _ in range(2))
        yield Sealed(KmsSecretBox(arn).seal(REF, credentials()), arn, other)


def flipped(message: bytes, at: int) -> bytes:
    """One bit changed."""
    changed = bytearray(message)
    changed[at] ^= 1
    return bytes(changed)


def test_what_was_sealed_opens_for_the_same_connection(sealed: Sealed) -> None:
    assert KmsSecretBox(sealed.key_arn).open(REF, sealed.secret) == credentials()


def test_what_somebody_else_sealed_in_the_same_way_opens_too(sealed: Sealed) -> None:
    assert KmsSecretBox(sealed.key_arn).open(REF, sealed.made()) == credentials()


def test_the_sealed_form_shows_neither_key_nor_secret(sealed: Sealed) -> None:
    for message in (sealed.secret.ciphertext, sealed.inner, repr(sealed.secret).encode()):
        assert b"very-secret-value" not in message
        assert b"key-id" not in message


def test_each_sealing_has_keys_of_its_own(sealed: Sealed) -> None:
    again = KmsSecretBox(sealed.key_arn).seal(REF, credentials())

    assert again.shred_key != sealed.secret.shred_key
    assert again.ciphertext != sealed.secret.ciphertext


OTHERS_WORKSPACE = ConnectionRef("workspace-2", "connection-1")
OTHERS_CONNECTION = ConnectionRef("workspace-1", "connection-2")

Vector = tuple[ConnectionRef, Callable[[Sealed], SealedSecret]]
VECTORS: dict[str, Vector] = {
    "moved to another workspace": (OTHERS_WORKSPACE, lambda made: made.secret),
    "moved to another connection": (OTHERS_CONNECTION, lambda made: made.secret),
    "moved to another workspace, wrapped again": (
        OTHERS_WORKSPACE,
        lambda made: replace(
            made.secret,
            ciphertext=wrap(made.secret.shred_key, seal_context("workspace-2", "connection-1"), made.inner),
        ),
    ),
    "empty": (REF, lambda made: replace(made.secret, ciphertext=b"")),
    "a nonce alone": (REF, lambda made: replace(made.secret, ciphertext=made.secret.ciphertext[:12])),
    "truncated by a byte": (REF, lambda made: replace(made.secret, ciphertext=made.secret.ciphertext[:-1])),
    "half of it": (REF, lambda made: replace(made.secret, ciphertext=made.secret.ciphertext[:200])),
    "a byte appended": (REF, lambda made: replace(made.secret, ciphertext=made.secret.ciphertext + b"\0")),
    "first bit flipped": (REF, lambda made: replace(made.secret, ciphertext=flipped(made.secret.ciphertext, 0))),
    "last bit flipped": (REF, lambda made: replace(made.secret, ciphertext=flipped(made.secret.ciphertext, -1))),
    "shredded: the key is gone": (REF, lambda made: replace(made.secret, shred_key=b"")),
    "another shred key": (REF, lambda made: replace(made.secret, shred_key=new_shred_key())),
    "a shred key of 128 bits": (REF, lambda made: replace(made.secret, shred_key=made.secret.shred_key[:16])),
    "a shred key cut short": (REF, lambda made: replace(made.secret, shred_key=made.secret.shred_key[:-1])),
    "inner: empty": (REF, lambda made: made.wrapped(b"")),
    "inner: not a message": (REF, lambda made: made.wrapped(b"{}" * 300)),
    "inner: truncated by a byte": (REF, lambda made: made.wrapped(made.inner[:-1])),
    "inner: header alone": (REF, lambda made: made.wrapped(made.inner[:40])),
    "inner: half of it": (REF, lambda made: made.wrapped(made.inner[: len(made.inner) // 2])),
    "inner: format version": (REF, lambda made: made.wrapped(flipped(made.inner, 0))),
    "inner: suite bit flipped": (REF, lambda made: made.wrapped(flipped(made.inner, 2))),
    "inner: message id": (REF, lambda made: made.wrapped(flipped(made.inner, 10))),
    "inner: context bit flipped": (
        REF,
        lambda made: made.wrapped(made.inner.replace(b"workspace-1", b"workspace-2", 1)),
    ),
    "inner: tag": (REF, lambda made: made.wrapped(flipped(made.inner, -1))),
    "another KMS key": (REF, lambda made: made.made(arn=made.other_arn)),
    "context of another workspace": (
        REF,
        lambda made: made.made(context=seal_context("workspace-2", "connection-1")),
    ),
    "context of another connection": (
        REF,
        lambda made: made.made(context=seal_context("workspace-1", "connection-2")),
    ),
    "context of another purpose": (REF, lambda made: made.made(context={**CONTEXT, "purpose": "notes"})),
    "context with an entry more": (REF, lambda made: made.made(context={**CONTEXT, "more": "1"})),
    "context with an entry less": (REF, lambda made: made.made(context={"workspaceId": "workspace-1"})),
    "no context": (REF, lambda made: made.made(context={})),
    "a suite that does not commit": (
        REF,
        lambda made: made.made(suite=AlgorithmSuite.AES_256_GCM_IV12_TAG16_HKDF_SHA256),
    ),
    "a suite with a shorter key": (
        REF,
        lambda made: made.made(suite=AlgorithmSuite.AES_128_GCM_IV12_TAG16_HKDF_SHA256),
    ),
    "a suite without key derivation": (REF, lambda made: made.made(suite=AlgorithmSuite.AES_256_GCM_IV12_TAG16)),
    "a suite that signs": (
        REF,
        lambda made: made.made(suite=AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384),
    ),
    "sealed, and not credentials": (REF, lambda made: made.made(plaintext=b"[1]")),
    "sealed, and not JSON": (REF, lambda made: made.made(plaintext=b"very-secret-value")),
    "sealed, and nothing": (REF, lambda made: made.made(plaintext=b"")),
}


@pytest.mark.parametrize("name", VECTORS)
def test_whatever_else_is_found_in_the_row_does_not_open(sealed: Sealed, name: str) -> None:
    ref, vector = VECTORS[name]
    found = vector(sealed)

    with pytest.raises(SealingFailed) as refused:
        KmsSecretBox(sealed.key_arn).open(ref, found)

    assert "very-secret-value" not in str(refused.value)


def test_every_single_flipped_bit_of_the_stored_ciphertext_is_noticed(sealed: Sealed) -> None:
    box, message = KmsSecretBox(sealed.key_arn), sealed.secret.ciphertext
    for at in range(len(message)):
        with pytest.raises(SealingFailed):
            box.open(REF, replace(sealed.secret, ciphertext=flipped(message, at)))


def test_a_bare_key_id_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="ARN"):
        KmsSecretBox("22222222-2222-2222-2222-222222222222")


@pytest.mark.parametrize(
    "copying", [json.dumps, orjson.dumps, pickle.dumps, copy.copy, copy.deepcopy], ids=lambda how: how.__name__
)
def test_credentials_cannot_be_copied_out(copying: Callable[[object], object]) -> None:
    with pytest.raises(TypeError):
        copying(credentials())


@pytest.mark.parametrize("showing", [repr, str, "{}".format, lambda held: f"{held!r:>30}"])
def test_credentials_show_nothing(showing: Callable[[object], str]) -> None:
    assert "very-secret-value" not in showing(credentials())
    assert "key-id" not in showing(credentials())


def test_forgotten_credentials_are_gone() -> None:
    held = credentials()

    held.forget()

    with pytest.raises(ValueError, match="forgotten"):
        _ = held.secret
    assert [getattr(held, name) for name in Credentials.__slots__] == [None, None]
