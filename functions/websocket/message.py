"""Entry point of what a browser says: ``{"action": "ping"}`` keeps its socket open and is answered."""

from __future__ import annotations

from typing import Any

import orjson

from chalicelib.bootstrap.sockets import socket_gateway
from chalicelib.observability import entry_point

PONG = b'{"type":"pong"}'
UNKNOWN = b'{"type":"error","code":"socket.unknown_action"}'


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Answers through the gateway: a route response would need another integration."""
    socket_gateway().post(event["requestContext"]["connectionId"], reply_to(event.get("body")))
    return {"statusCode": 200}


def reply_to(body: object) -> bytes:
    """What a browser's message is answered with."""
    try:
        message = orjson.loads(body) if isinstance(body, str) else None
    except orjson.JSONDecodeError:
        return UNKNOWN
    return PONG if isinstance(message, dict) and message.get("action") == "ping" else UNKNOWN
