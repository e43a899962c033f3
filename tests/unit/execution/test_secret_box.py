"""Sealing against moto's KMS, which enforces the encryption context as KMS does."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.kms.secret_box import KmsSecretBox
from chalicelib.domain.workspace.connection import Credentials
from chalicelib.ports import ConnectionRef, SealingFailed

REF = ConnectionRef("workspace-1", "connection-1")
CREDENTIALS = Credentials(api_key="key-id", secret="very-secret-value")


@pytest.fixture
def key_arn(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-southeast-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


def test_what_was_sealed_opens_for_the_same_connection(key_arn: str) -> None:
    box = KmsSecretBox(key_arn)

    assert box.open(REF, box.seal(REF, CREDENTIALS)) == CREDENTIALS


def test_the_sealed_form_shows_neither_key_nor_secret(key_arn: str) -> None:
    sealed = KmsSecretBox(key_arn).seal(REF, CREDENTIALS)

    assert b"very-secret-value" not in sealed
    assert b"key-id" not in sealed


@pytest.mark.parametrize(
    "other", [ConnectionRef("workspace-2", "connection-1"), ConnectionRef("workspace-1", "connection-2")]
)
def test_a_blob_moved_to_another_row_does_not_open(key_arn: str, other: ConnectionRef) -> None:
    box = KmsSecretBox(key_arn)
    sealed = box.seal(REF, CREDENTIALS)

    with pytest.raises(SealingFailed, match="another connection"):
        box.open(other, sealed)


def test_a_damaged_blob_does_not_open(key_arn: str) -> None:
    box = KmsSecretBox(key_arn)
    sealed = bytearray(box.seal(REF, CREDENTIALS))
    sealed[-1] ^= 1

    with pytest.raises(SealingFailed):
        box.open(REF, bytes(sealed))


def test_a_bare_key_id_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="ARN"):
        KmsSecretBox("22222222-2222-2222-2222-222222222222")
