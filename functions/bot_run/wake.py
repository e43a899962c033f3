"""Entry point of the deadline branch: ``{"runId", "reason"}``."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.runtime import inbox
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.states import StopReason
from chalicelib.observability import entry_point, logger


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Tells the run that its time is over, and wakes it."""
    logger.append_keys(runId=event["runId"])
    request = StopRequested(StopReason(event["reason"]), None, "deadline")
    woken = inbox().post(event["runId"], request)
    logger.info("time is over", extra={"reason": request.reason.value, "woken": woken})
    return {"woken": woken}
