"""Entry point of ``$connect``: whoever brings an unused ticket gets in."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.sockets import open_sockets
from chalicelib.domain.accounts.errors import Unauthenticated
from chalicelib.observability import entry_point, logger


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """200 opens the socket, 401 refuses it."""
    parameters = event.get("queryStringParameters") or {}
    try:
        socket = open_sockets().connect(event["requestContext"]["connectionId"], str(parameters.get("ticket", "")))
    except Unauthenticated as refused:
        logger.info("socket refused", extra={"code": refused.code})
        return {"statusCode": 401}
    logger.info("socket opened", extra={"workspaceId": socket.workspace_id, "userId": socket.user_id})
    return {"statusCode": 200}
