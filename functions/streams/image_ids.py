"""What a stream's record is about, as log lines name it."""

from __future__ import annotations

from typing import Any

import orjson


def ids_of(image: dict[str, Any]) -> dict[str, str]:
    """The ids of a run event's image or of a manual order's: workspace, run or connection, and the intent."""
    ids = {"workspaceId": image["workspace_id"]["S"]}
    if "run_id" in image:
        intent_id = orjson.loads(image["event"]["S"]).get("intentId")
        return {**ids, "runId": image["run_id"]["S"], **({"intentId": intent_id} if intent_id else {})}
    return {**ids, "exchangeConnectionId": image["connection_id"]["S"], "intentId": image["intent_id"]["S"]}
