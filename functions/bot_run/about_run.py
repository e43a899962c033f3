"""The keys by which the log lines of a run's functions are found."""

from __future__ import annotations

from chalicelib.domain.runtime.record import RunTerms
from chalicelib.observability import logger


def lines_about_run(terms: RunTerms) -> None:
    """From here on the lines of this call, and of the functions that it calls, name the run and whose it is."""
    logger.append_keys(
        runId=terms.run_id,
        workspaceId=terms.workspace_id,
        botId=terms.bot_id,
        exchangeConnectionId=terms.connection_id,
    )


def lines_about_no_run() -> None:
    """The lines concern no single run any more."""
    logger.remove_keys(["runId", "workspaceId", "botId", "exchangeConnectionId"])
