"""Entry point of the sweeper, once a minute."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.runtime import sweep_runs
from chalicelib.domain.runtime.record import RunTerms
from chalicelib.observability import entry_point, logger
from functions.bot_run.about_run import lines_about_no_run, lines_about_run


@entry_point
def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Starts runs that were never started and finalizes those that have gone silent."""
    swept = sweep_runs()(_told)
    lines_about_no_run()
    if swept.started or swept.finalized:
        logger.warning("swept", extra={"started": swept.started, "finalized": swept.finalized})
    return {"started": list(swept.started), "finalized": list(swept.finalized)}


def _told(terms: RunTerms) -> None:
    lines_about_run(terms)
    logger.warning("nothing drives the run")
