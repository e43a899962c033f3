"""Entry point of the execution function: it signs and sends, and answers with what the exchange said."""

from __future__ import annotations

import logging
from typing import Any

from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit

from chalicelib.bootstrap.exchange import execution_runtime
from chalicelib.observability import adopt_context, entry_point, logger, metrics

# The exchange call must end in time to send the answer back: a lost answer is an unresolved order.
_ANSWER_MS = 2_000
# What the adapters write by ``logging`` goes the same way. Powertools takes a parent's name here, never a child's.
_PLAIN_LOGGERS = "chalicelib"
logging.getLogger(_PLAIN_LOGGERS)


@entry_point
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Runs ``{"op", "workspaceId", "connectionId", "purpose", "caller", "args"}`` (see ``execution_codec``)."""
    adopt_context(event.get("context") or {})
    logger.append_keys(
        op=event.get("op"),
        caller=event.get("caller"),
        workspaceId=event.get("workspaceId"),
        exchangeConnectionId=event.get("connectionId"),
    )
    runtime = execution_runtime()
    copy_config_to_registered_loggers(logger, include={_PLAIN_LOGGERS})
    deadline_ms = runtime.clock.now_ms() + context.get_remaining_time_in_millis() - _ANSWER_MS
    answer = runtime.run(event, deadline_ms)
    _observe(answer, runtime.accounts.clock_alarm_ms)
    return answer


def _observe(answer: dict[str, Any], clock_alarm_ms: int | None) -> None:
    """Counts what an operator must hear of: unresolved requests, refusals by policy, a clock that is off."""
    outcome = answer.get("answer")
    kind = outcome.get("kind") if isinstance(outcome, dict) else None
    if "error" in answer:
        logger.warning("read failed", extra={"failure": answer["error"]})
        metrics.add_metric("ExchangeReadsFailed", MetricUnit.Count, 1)
    elif kind in {"unresolved", "rejected", "denied"}:
        logger.warning("not acknowledged", extra={"outcome": outcome})
        metrics.add_metric(f"Exchange{kind.title()}", MetricUnit.Count, 1)
    if clock_alarm_ms is not None:
        logger.warning("clock offset beyond 500 ms", extra={"offsetMs": clock_alarm_ms})
        metrics.add_metric("ClockOffset", MetricUnit.Milliseconds, abs(clock_alarm_ms))
    if metrics.metric_set:
        metrics.flush_metrics()
