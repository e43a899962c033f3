"""Entry point of the hand-over: an execution whose history is full starts the next one, ``{"runId", "segment"}``."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.runtime import run_store, workflow
from chalicelib.observability import entry_point, logger
from functions.bot_run.about_run import lines_about_run


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Starts the run's next execution; a repeat finds it started."""
    logger.append_keys(runId=event["runId"])
    segment = int(event["segment"]) + 1
    record = run_store().get(event["runId"])
    lines_about_run(record.terms)
    workflow().start(event["runId"], segment, record.terms.deadline_ms)
    logger.info("next segment", extra={"segment": segment})
    return {"segment": segment}
