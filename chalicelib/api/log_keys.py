"""The ids that a request names or makes, as log lines name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.api.audited import id_of

_NAMED = {
    "bot_id": "botId",
    "connection_id": "exchangeConnectionId",
    "dataset_id": "datasetId",
    "exchange_connection_id": "exchangeConnectionId",
    "job_id": "jobId",
    "order_id": "intentId",
    "run_id": "runId",
    "strategy_id": "strategyId",
}
MADE_BY = {
    "create_backtest": "jobId",
    "create_bot": "botId",
    "create_connection": "exchangeConnectionId",
    "create_dataset": "datasetId",
    "create_strategy": "strategyId",
    "create_sweep": "jobId",
    "create_walk_forward": "jobId",
    "import_dataset": "datasetId",
    "place_order": "intentId",
    "start_run": "runId",
}


def keys_named(values: Mapping[str, Any]) -> dict[str, str]:
    """The keys of what the body, the query and the path name."""
    found: dict[str, str] = {}
    for name, key in _NAMED.items():
        for given in (getattr(values.get("body"), name, None), getattr(values.get("query"), name, None)):
            if isinstance(given, str):
                found[key] = given
        if name in values:
            found[key] = values[name]
    return found


def keys_made(operation: str, answer: str) -> dict[str, str]:
    """The key of what the operation has made and answers with."""
    key = MADE_BY.get(operation)
    return {} if key is None else {key: id_of(answer)}
