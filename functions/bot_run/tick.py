"""Entry point of a Tick: ``{"runId", "segment", "token"}`` from the state machine."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.bootstrap.runtime import tick_run
from chalicelib.observability import entry_point, logger
from functions.bot_run.about_run import lines_about_run


class TickInterrupted(Exception):
    """The store or the engine could not be reached: the state machine retries under this name."""


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Runs one Tick and says how it ended."""
    logger.append_keys(runId=event["runId"], segment=event["segment"])
    try:
        result = tick_run()(event["runId"], event["token"], int(event["segment"]), lines_about_run)
    except (BotoCoreError, ClientError, PynamoDBException) as error:
        logger.exception("tick interrupted")
        raise TickInterrupted(type(error).__name__) from error
    logger.info("tick", extra={"outcome": result.outcome, "rounds": result.rounds})
    return {"outcome": result.outcome, "rounds": result.rounds}
