"""Entry point of the safety net: ``{"runId"}`` from the state machine, or a failed execution told by EventBridge."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.bootstrap.runtime import finalize_run
from chalicelib.observability import logger


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Ends the run in order, if it has not ended."""
    run_id = _run_id(event)
    logger.append_keys(runId=run_id)
    outcome = finalize_run()(run_id)
    logger.info("finalize", extra={"outcome": outcome})
    return {"outcome": outcome}


def _run_id(event: dict[str, Any]) -> str:
    if "detail" in event:
        return str(json.loads(event["detail"]["input"])["runId"])
    return str(event["runId"])
