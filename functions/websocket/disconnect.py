"""Entry point of ``$disconnect``, which the gateway calls when it can."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.sockets import open_sockets
from chalicelib.observability import entry_point


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Forgets the socket."""
    open_sockets().disconnect(event["requestContext"]["connectionId"])
    return {"statusCode": 200}
