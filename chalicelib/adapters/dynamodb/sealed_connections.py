"""The part of a connection that the execution function needs: whose environment, and the sealed credentials.

Reads the row that ``connections`` writes; names only these attributes, so the rest never leaves the table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pynamodb.exceptions import DoesNotExist, GetError

from chalicelib.adapters.dynamodb.connections import ConnectionItem
from chalicelib.ports import ConnectionRef, ExchangeUnavailable, NotFound


@dataclass(frozen=True, slots=True)
class SealedConnection:
    """``env`` is demo, testnet or real."""

    env: str
    sealed: bytes = field(repr=False)


class DynamoSealedConnections:
    """Reads sealed connections."""

    def get(self, ref: ConnectionRef) -> SealedConnection:
        """The connection. Raises NotFound when it does not exist here, ExchangeUnavailable when it cannot be read."""
        try:
            item = ConnectionItem.get(
                ref.workspace_id, ref.connection_id, consistent_read=True, attributes_to_get=["env", "sealed"]
            )
        except DoesNotExist as error:
            raise NotFound("connection") from error
        except GetError as error:
            raise ExchangeUnavailable(f"the connection could not be read: {error.cause_response_code}") from error
        if item.sealed is None or item.env is None:
            raise NotFound("connection")
        return SealedConnection(env=item.env, sealed=bytes(item.sealed))
