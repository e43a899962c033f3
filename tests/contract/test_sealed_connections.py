"""What the execution function reads of a connection: both halves of its secret, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest

from chalicelib.adapters.dynamodb.sealed_connections import DynamoSealedConnections
from chalicelib.domain.workspace.connection import ConnectionStatus, SealedSecret
from chalicelib.ports import ConnectionRef, NotFound
from tests.contract.moto_aws import PREFIX, REGION
from tests.contract.repositories import Repositories, on_dynamodb
from tests.contract.test_repositories_api import CONNECTION, SEALED

REF = ConnectionRef("w1", "01C1")
OTHER = SealedSecret(b"other ciphertext", b"other key")


@pytest.fixture
def rows() -> Iterator[Repositories]:
    with on_dynamodb() as repositories:
        repositories.connections.create(CONNECTION, SEALED)
        yield repositories


def test_both_halves_come_together(rows: Repositories) -> None:
    found = DynamoSealedConnections().get(REF)

    assert (found.env, found.usable, found.sealed) == ("demo", False, SEALED)


def test_a_key_that_passed_its_test_is_usable_at_once(rows: Repositories) -> None:
    rows.connections.update(replace(CONNECTION, status=ConnectionStatus.CONNECTED, updated_ms=2))

    found = DynamoSealedConnections().get(REF)

    assert (found.usable, found.sealed) == (True, SEALED)


def test_another_key_leaves_nothing_of_the_old_one(rows: Repositories) -> None:
    rows.connections.update(replace(CONNECTION, updated_ms=2), OTHER)

    assert DynamoSealedConnections().get(REF).sealed == OTHER
    assert SEALED.ciphertext not in _all("connections", "sealed")
    assert _all("connection-keys", "shred_key") == [OTHER.shred_key]


def test_deleting_shreds(rows: Repositories) -> None:
    rows.connections.delete("w1", "01C1")

    assert _all("connection-keys", "shred_key") == []
    with pytest.raises(NotFound):
        DynamoSealedConnections().get(REF)


def test_a_row_that_was_restored_after_its_key_was_shredded_does_not_open(rows: Repositories) -> None:
    table = boto3.resource("dynamodb", region_name=REGION).Table(f"{PREFIX}-connections")
    backup = table.get_item(Key={"workspace_id": "w1", "connection_id": "01C1"})["Item"]
    rows.connections.delete("w1", "01C1")
    table.put_item(Item=backup)

    with pytest.raises(NotFound):
        DynamoSealedConnections().get(REF)


def test_a_row_that_was_restored_after_a_change_of_keys_does_not_open(rows: Repositories) -> None:
    table = boto3.resource("dynamodb", region_name=REGION).Table(f"{PREFIX}-connections")
    backup = table.get_item(Key={"workspace_id": "w1", "connection_id": "01C1"})["Item"]
    rows.connections.update(replace(CONNECTION, updated_ms=2), OTHER)
    table.put_item(Item=backup)

    with pytest.raises(NotFound):
        DynamoSealedConnections().get(REF)


def _all(table: str, attribute: str) -> list[bytes]:
    found = boto3.resource("dynamodb", region_name=REGION).Table(f"{PREFIX}-{table}").scan()["Items"]
    return [bytes(item[attribute].value) for item in found if attribute in item]


def test_another_workspace_finds_nothing_under_the_same_id(rows: Repositories) -> None:
    with pytest.raises(NotFound):
        DynamoSealedConnections().get(ConnectionRef("w2", REF.connection_id))
    assert "ciphertext" not in repr(DynamoSealedConnections().get(REF))
