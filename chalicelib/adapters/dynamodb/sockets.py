"""Open WebSockets by workspace. Rows outlive the gateway's two hours by ten minutes, then TTL takes them."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from chalicelib.adapters.patience import Patient
from chalicelib.domain.accounts.session import Socket

SOCKET_SECONDS = 2 * 3600 + 600


class SocketsByWorkspace(GlobalSecondaryIndex["SocketItem"]):
    """A workspace's sockets."""

    class Meta:
        index_name = "by_workspace"
        projection = AllProjection()

    workspace_id = UnicodeAttribute(hash_key=True)


class SocketItem(Model):
    """One open WebSocket."""

    class Meta(Patient):
        table_name = "sockets"

    connection_id = UnicodeAttribute(hash_key=True)
    workspace_id = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    session_id = UnicodeAttribute(null=True)
    connected_ms = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)

    by_workspace = SocketsByWorkspace()


class DynamoSockets:
    """``SocketRepository`` on the sockets table."""

    def put(self, socket: Socket) -> None:
        """See ``SocketRepository.put``."""
        SocketItem(
            socket.connection_id,
            workspace_id=socket.workspace_id,
            user_id=socket.user_id,
            session_id=socket.session_id,
            connected_ms=socket.connected_ms,
            expires_at=socket.connected_ms // 1000 + SOCKET_SECONDS,
        ).save()

    def delete(self, connection_id: str) -> None:
        """See ``SocketRepository.delete``."""
        SocketItem(connection_id).delete()

    def forget_session(self, workspace_id: str, session_id: str) -> None:
        """See ``SocketRepository.forget_session``."""
        for row in SocketItem.by_workspace.query(workspace_id):
            if row.session_id == session_id:
                self.delete(row.connection_id)

    def of_workspace(self, workspace_id: str) -> tuple[str, ...]:
        """See ``SocketRepository.of_workspace``."""
        return tuple(row.connection_id for row in SocketItem.by_workspace.query(workspace_id))
