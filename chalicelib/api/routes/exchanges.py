"""Exchange connections."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.exchanges import ChangeConnectionBody, ConnectionList, ConnectionView, CreateConnectionBody
from chalicelib.api.operation import Call, Routes
from chalicelib.domain.workspace.connection import Credentials
from chalicelib.services.connections import ConnectionChange

routes = Routes("Exchange connections")


@routes.get("/exchanges")
def list_connections(call: Call) -> ConnectionList:
    """The workspace's connections."""
    found = call.services.connections.list(call.actor)
    return ConnectionList(items=[ConnectionView.of(connection) for connection in found], next_cursor=None)


@routes.post("/exchanges", status=201, refusals=(409,), cached_reply=True)
def create_connection(call: Call, body: CreateConnectionBody) -> ConnectionView:
    """Adds a connection. The secret is sealed at once and never shown again. Needs the second factor to be set up."""
    created = call.services.connections.create(
        call.actor,
        exchange=body.exchange,
        env=body.env,
        name=body.name,
        credentials=Credentials(body.api_key, body.secret),
    )
    return ConnectionView.of(created)


@routes.get("/exchanges/{connection_id}", refusals=(404,))
def get_connection(call: Call, connection_id: str) -> ConnectionView:
    """One connection."""
    return ConnectionView.of(call.services.connections.get(call.actor, connection_id))


@routes.patch("/exchanges/{connection_id}", refusals=(404, 409))
def change_connection(call: Call, connection_id: str, body: ChangeConnectionBody) -> ConnectionView:
    """Renames a connection or gives it another key."""
    credentials = None
    if body.api_key is not None and body.secret is not None:
        credentials = Credentials(body.api_key, body.secret)
    change = ConnectionChange(body.name, credentials)
    return ConnectionView.of(call.services.connections.change(call.actor, connection_id, change))


@routes.delete("/exchanges/{connection_id}", refusals=(404, 409))
def delete_connection(call: Call, connection_id: str) -> None:
    """Removes a connection and its secret. Refused while a bot trades on it."""
    call.services.connections.delete(call.actor, connection_id)


@routes.post("/exchanges/{connection_id}/test", refusals=(404, 502))
def check_connection(call: Call, connection_id: str, body: NoBody) -> ConnectionView:
    """Asks the exchange about the key and keeps the verdict."""
    return ConnectionView.of(call.services.connections.test(call.actor, connection_id))
