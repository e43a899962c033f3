"""Entry point of the hand-over: an execution whose history is full starts the next one, ``{"runId", "segment"}``."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.runtime import run_store, workflow
from chalicelib.observability import logger


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Starts the run's next execution; a repeat finds it started."""
    logger.append_keys(runId=event["runId"])
    segment = int(event["segment"]) + 1
    record = run_store().get(event["runId"])
    workflow().start(event["runId"], segment, record.terms.deadline_ms)
    return {"segment": segment}
