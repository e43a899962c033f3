"""Entry point of the deadline branch: ``{"runId", "reason"}``."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.runtime import inbox
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.states import StopReason
from chalicelib.observability import logger


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Tells the run that its time is over, and wakes it."""
    logger.append_keys(runId=event["runId"])
    request = StopRequested(StopReason(event["reason"]), None, "deadline")
    return {"woken": inbox().post(event["runId"], request)}
