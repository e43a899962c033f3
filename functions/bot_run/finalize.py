"""Entry point of the safety net: ``{"runId"}`` from the state machine, or a failed execution told by EventBridge."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.bootstrap.runtime import finalize_run
from chalicelib.observability import entry_point, logger
from functions.bot_run.about_run import lines_about_run


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Ends the run in order, if it has not ended."""
    run_id = _run_id(event)
    logger.append_keys(runId=run_id)
    outcome = finalize_run()(run_id, lines_about_run)
    logger.info("finalize", extra={"outcome": outcome})
    return {"outcome": outcome}


def _run_id(event: dict[str, Any]) -> str:
    if "detail" in event:
        return str(json.loads(event["detail"]["input"])["runId"])
    return str(event["runId"])
