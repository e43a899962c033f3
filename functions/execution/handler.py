"""Entry point of the execution function: it signs and sends, and answers with what the exchange said."""

from __future__ import annotations

import logging
from typing import Any

from chalicelib.bootstrap.exchange import execution_runtime

# The exchange call must end in time to send the answer back: a lost answer is an unresolved order.
_ANSWER_MS = 2_000
_LOG = logging.getLogger(__name__)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Runs ``{"op", "workspaceId", "connectionId", "purpose", "caller", "args"}`` (see ``execution_codec``)."""
    runtime = execution_runtime()
    deadline_ms = runtime.clock.now_ms() + context.get_remaining_time_in_millis() - _ANSWER_MS
    answer = runtime.run(event, deadline_ms)
    alarm_ms = runtime.accounts.clock_alarm_ms
    if alarm_ms is not None:
        _LOG.warning("clock offset beyond 500 ms", extra={"offsetMs": alarm_ms})
    return answer
