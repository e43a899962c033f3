"""Writes the audit row of a request that was carried out."""

from __future__ import annotations

from typing import Any

import orjson

from chalicelib.api.models.base import RequestModel
from chalicelib.api.operation import Call, Operation
from chalicelib.domain.accounts.route_audit import ROUTE_AUDIT
from chalicelib.observability import logger
from chalicelib.ports import PortError


def write_down(operation: Operation, call: Call, path: dict[str, str], fields: list[str], answer: str) -> None:
    """Adds the row, or nothing for a route that has none or a caller nobody knows. ``fields`` are the body's, in order.

    The act has happened, so a row that cannot be written is not a reason to deny it: it goes to the log, which an
    operator is told of, with all that the row would have said.
    """
    action = ROUTE_AUDIT.get((operation.method, operation.path))
    who = call.noted.get("actor") or (call.identity.user_id if call.identity is not None else "")
    workspace_id = call.noted.get("workspace_id") or (call.identity.workspace_id if call.identity is not None else "")
    if action is None or not who or not workspace_id:
        return
    subject = call.noted.get("subject") or next(reversed(path.values()), "") or id_of(answer) or "workspace"
    # Names of fields, never their values: a row is kept for ever.
    facts: dict[str, Any] = {"requestId": call.request_id, **({"fields": fields} if fields else {})}
    detail = call.noted.get("detail") or orjson.dumps(facts, option=orjson.OPT_SORT_KEYS).decode()
    try:
        call.services.audit.record(workspace_id, action, who, subject, detail)
    except PortError:
        row = {"workspaceId": workspace_id, "action": action, "actor": who, "subject": subject, "detail": detail}
        logger.exception("audit row lost", extra={"row": row, "workspaceId": workspace_id})


def given_fields(body: object) -> list[str]:
    """The names that the body's fields were sent under. Its values, secrets among them, are not touched."""
    if not isinstance(body, RequestModel):
        return []
    fields = type(body).model_fields
    return sorted(fields[name].serialization_alias or name for name in body.model_fields_set)


def id_of(answer: str) -> str:
    """The id of what was made, as the answer tells it; "" when it tells none."""
    document = orjson.loads(answer) if answer.startswith("{") else {}
    return str(document.get("id", ""))
