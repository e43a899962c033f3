"""Entry point of the sweeper, once a minute."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.runtime import sweep_runs
from chalicelib.observability import logger


@logger.inject_lambda_context(clear_state=True)
def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Starts runs that were never started and finalizes those that have gone silent."""
    swept = sweep_runs()()
    if swept.started or swept.finalized:
        logger.warning("swept", extra={"started": swept.started, "finalized": swept.finalized})
    return {"started": list(swept.started), "finalized": list(swept.finalized)}
