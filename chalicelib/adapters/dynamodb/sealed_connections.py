"""The part of a connection that the execution function needs: whose environment, whether it may be used, the secret.

Reads the row that ``connections`` writes and the shred key beside it; names only these attributes, so the rest never
leaves the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pynamodb.exceptions import DoesNotExist, GetError

from chalicelib.adapters.dynamodb.conditions import response_code
from chalicelib.adapters.dynamodb.connection_keys import ConnectionKeyItem, seal_name
from chalicelib.adapters.dynamodb.connections import ConnectionItem
from chalicelib.domain.workspace.connection import ConnectionStatus, SealedSecret
from chalicelib.ports import ConnectionRef, ExchangeUnavailable, NotFound

# The key may be replaced between the two readings; that it happens twice in a row does not.
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class SealedConnection:
    """``env`` is demo, testnet or real; ``usable`` whether the key passed its last test."""

    env: str
    usable: bool
    sealed: SealedSecret = field(repr=False)


class DynamoSealedConnections:
    """Reads sealed connections."""

    def get(self, ref: ConnectionRef) -> SealedConnection:
        """The connection. Raises NotFound when it does not exist here or its secret is shredded, ExchangeUnavailable
        when it cannot be read."""
        for _ in range(_LOOKS):
            found = _read(ref)
            if found is not None:
                return found
        raise NotFound("connection")


def _read(ref: ConnectionRef) -> SealedConnection | None:
    """Both halves, or None when they are not of one secret."""
    try:
        item = ConnectionItem.get(
            ref.workspace_id, ref.connection_id, consistent_read=True, attributes_to_get=["env", "status", "sealed"]
        )
        key = ConnectionKeyItem.get(ref.workspace_id, ref.connection_id, consistent_read=True)
    except DoesNotExist as error:
        raise NotFound("connection") from error
    except GetError as error:
        raise ExchangeUnavailable(f"the connection could not be read: {response_code(error)}") from error
    if item.sealed is None or item.env is None:
        raise NotFound("connection")
    ciphertext = bytes(item.sealed)
    if key.seal != seal_name(ciphertext):
        return None
    usable = item.status == ConnectionStatus.CONNECTED.value
    return SealedConnection(item.env, usable, SealedSecret(ciphertext, bytes(key.shred_key)))
