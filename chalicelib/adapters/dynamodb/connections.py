"""Exchange connections, with the sealed secret in an attribute that only the execution function can open.

The secret's other half, its shred key, is written and deleted in the same transactions, in a table of its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import orjson
from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection as DynamoConnection
from pynamodb.exceptions import DoesNotExist, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.conditions import failed_conditions
from chalicelib.adapters.dynamodb.connection_keys import ConnectionKeyItem, seal_name
from chalicelib.adapters.patience import Patient
from chalicelib.domain.workspace.connection import Connection, ConnectionStatus, SealedSecret
from chalicelib.domain.workspace.exchange_key import KeyInfo, KeyNote, Level
from chalicelib.ports import Conflict, NotFound

_NAME = "name#"


class ConnectionItem(Model):
    """A connection, or (``connection_id`` ``name#…``) the claim of its name within the workspace."""

    class Meta(Patient):
        table_name = "connections"

    workspace_id = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    exchange = UnicodeAttribute(null=True)
    env = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    masked_key = UnicodeAttribute(null=True)
    sealed = BinaryAttribute(null=True, legacy_encoding=False)
    account = UnicodeAttribute(null=True)
    status = UnicodeAttribute(null=True)
    fault = UnicodeAttribute(null=True)
    key = UnicodeAttribute(null=True)
    last_checked_ms = NumberAttribute(null=True)
    created_ms = NumberAttribute(null=True)
    updated_ms = NumberAttribute(null=True)


class DynamoConnections:
    """``ConnectionRepository`` on the connections table."""

    def __init__(self, connection: DynamoConnection) -> None:
        self._connection = connection

    def create(self, connection: Connection, sealed: SealedSecret) -> None:
        """See ``ConnectionRepository.create``; the name is claimed in the same transaction."""
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(
                    ConnectionItem(connection.workspace_id, _name_key(connection.name)),
                    condition=ConnectionItem.connection_id.does_not_exist(),
                )
                transaction.save(
                    _item(connection, sealed.ciphertext), condition=ConnectionItem.connection_id.does_not_exist()
                )
                transaction.save(_key_item(connection, sealed))
        except TransactWriteError as error:
            raise _conflict(error) from error

    def get(self, workspace_id: str, connection_id: str) -> Connection:
        """See ``ConnectionRepository.get``."""
        return _connection(_get(workspace_id, connection_id))

    def list(self, workspace_id: str) -> tuple[Connection, ...]:
        """See ``ConnectionRepository.list``: ULIDs begin with a digit, so they sort before every ``name#``."""
        rows = ConnectionItem.query(
            workspace_id, ConnectionItem.connection_id < _NAME, scan_index_forward=False, consistent_read=True
        )
        return tuple(_connection(row) for row in rows)

    def update(self, connection: Connection, sealed: SealedSecret | None = None) -> None:
        """See ``ConnectionRepository.update``."""
        stored = _get(connection.workspace_id, connection.connection_id)
        renamed = stored.name != connection.name
        kept = sealed.ciphertext if sealed is not None else stored.sealed
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(_item(connection, kept), condition=ConnectionItem.updated_ms == stored.updated_ms)
                if renamed:
                    transaction.delete(ConnectionItem(connection.workspace_id, _name_key(str(stored.name))))
                    transaction.save(
                        ConnectionItem(connection.workspace_id, _name_key(connection.name)),
                        condition=ConnectionItem.connection_id.does_not_exist(),
                    )
                if sealed is not None:
                    transaction.save(_key_item(connection, sealed))
        except TransactWriteError as error:
            raise _conflict(error, first="connection", third="name") from error

    def delete(self, workspace_id: str, connection_id: str) -> None:
        """See ``ConnectionRepository.delete``."""
        stored = _get(workspace_id, connection_id)
        with TransactWrite(connection=self._connection) as transaction:
            transaction.delete(stored)
            transaction.delete(ConnectionKeyItem(workspace_id, connection_id))
            transaction.delete(ConnectionItem(workspace_id, _name_key(str(stored.name))))


def _name_key(name: str) -> str:
    return _NAME + hashlib.sha256(name.strip().lower().encode()).hexdigest()[:32]


def _get(workspace_id: str, connection_id: str) -> ConnectionItem:
    if connection_id.startswith(_NAME):
        raise NotFound("connection")
    try:
        return ConnectionItem.get(workspace_id, connection_id, consistent_read=True)
    except DoesNotExist as error:
        raise NotFound("connection") from error


def _conflict(error: TransactWriteError, first: str = "name", third: str = "name") -> Exception:
    failed = failed_conditions(error)
    if 0 in failed:
        return Conflict(first)
    if failed:
        return Conflict(third)
    return error


def _key_item(connection: Connection, sealed: SealedSecret) -> ConnectionKeyItem:
    return ConnectionKeyItem(
        connection.workspace_id,
        connection.connection_id,
        seal=seal_name(sealed.ciphertext),
        shred_key=sealed.shred_key,
    )


def _item(connection: Connection, sealed: bytes | None) -> ConnectionItem:
    return ConnectionItem(
        connection.workspace_id,
        connection.connection_id,
        exchange=connection.exchange,
        env=connection.env,
        name=connection.name,
        masked_key=connection.masked_key,
        sealed=sealed,
        account=connection.account,
        status=connection.status.value,
        fault=None if connection.fault is None else orjson.dumps(asdict(connection.fault)).decode(),
        key=None if connection.key is None else orjson.dumps(asdict(connection.key)).decode(),
        last_checked_ms=connection.last_checked_ms,
        created_ms=connection.created_ms,
        updated_ms=connection.updated_ms,
    )


def _connection(item: ConnectionItem) -> Connection:
    return Connection(
        workspace_id=item.workspace_id,
        connection_id=item.connection_id,
        exchange=str(item.exchange),
        env=str(item.env),
        name=str(item.name),
        masked_key=str(item.masked_key),
        account=str(item.account),
        status=ConnectionStatus(str(item.status)),
        fault=None if item.fault is None else _fault(orjson.loads(item.fault)),
        key=None if item.key is None else _key(orjson.loads(item.key)),
        last_checked_ms=int(item.last_checked_ms or 0),
        created_ms=int(item.created_ms or 0),
        updated_ms=int(item.updated_ms or 0),
    )


def _fault(stored: dict[str, Any]) -> KeyNote:
    return KeyNote(**{**stored, "level": Level(stored["level"])})


def _key(stored: dict[str, Any]) -> KeyInfo:
    return KeyInfo(**{**stored, "scopes": tuple(stored["scopes"])})
