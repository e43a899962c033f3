"""Exchange connections."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.exchanges import ChangeConnectionBody, ConnectionList, ConnectionView, CreateConnectionBody
from chalicelib.api.operation import Call, Routes
from chalicelib.domain.workspace.connection import Connection
from chalicelib.services.connections import ConnectionChange

routes = Routes("Exchange connections")


@routes.get("/exchanges")
def list_connections(call: Call) -> ConnectionList:
    """The workspace's connections."""
    found = call.services.connections.list(call.actor)
    return ConnectionList(items=[_view(call, connection) for connection in found], next_cursor=None)


@routes.post("/exchanges", status=201, refusals=(409, 422, 502), cached_reply=True)
def create_connection(call: Call, body: CreateConnectionBody) -> ConnectionView:
    """Adds a connection. Its key is tested first: a key that may withdraw, may not trade or is not known is refused and
    nothing of it is kept. The secret is sealed at once and never shown again. Needs the second factor to be set up."""
    created = call.services.connections.create(
        call.actor,
        exchange=body.exchange,
        env=body.env,
        name=body.name,
        credentials=body.credentials(),
    )
    return _view(call, created)


@routes.get("/exchanges/{connection_id}", refusals=(404,))
def get_connection(call: Call, connection_id: str) -> ConnectionView:
    """One connection."""
    return _view(call, call.services.connections.get(call.actor, connection_id))


@routes.patch("/exchanges/{connection_id}", refusals=(404, 409, 422, 502))
def change_connection(call: Call, connection_id: str, body: ChangeConnectionBody) -> ConnectionView:
    """Renames a connection, or gives it another key of the same account: tested first, then put in the old one's place,
    which is destroyed. Bots that run go on with it."""
    change = ConnectionChange(body.name, body.credentials())
    return _view(call, call.services.connections.change(call.actor, connection_id, change))


@routes.delete("/exchanges/{connection_id}", refusals=(404, 409))
def delete_connection(call: Call, connection_id: str) -> None:
    """Removes a connection and destroys its secret, also in backups. Refused while a bot trades on it."""
    call.services.connections.delete(call.actor, connection_id)


@routes.post("/exchanges/{connection_id}/test", refusals=(404, 502))
def check_connection(call: Call, connection_id: str, body: NoBody) -> ConnectionView:
    """Asks the exchange about the key again and keeps the verdict. With a key that fails only closing is possible."""
    return _view(call, call.services.connections.test(call.actor, connection_id))


def _view(call: Call, connection: Connection) -> ConnectionView:
    return ConnectionView.of(connection, call.services.connections.warnings(connection))
