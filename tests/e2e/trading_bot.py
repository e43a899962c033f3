"""Makes, through the public API, the bots that runs are tried with."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from tests.e2e.api_client import ApiClient

SCALPER: dict[str, Any] = json.loads(Path(__file__).with_name("scalper.json").read_text())


class NotPrepared(Exception):
    """What a run needs is not there; the message says what."""


def strategy_spec(name: str, *, symbol: str = "BTCUSDT", **changes: Any) -> dict[str, Any]:
    """The scalper under another name and on another market; ``changes`` replace whole top-level parts."""
    spec = copy.deepcopy(SCALPER)
    spec["id"] = name.lower().replace(" ", "-")
    spec["name"] = name
    spec["market"]["symbol"] = symbol
    return spec | changes


def always_long(name: str, *, symbol: str = "BTCUSDT", stop_pct: float = 5, target_pct: float = 5) -> dict[str, Any]:
    """Buys at the first bar it sees and, with levels this far away, holds: for tests that need a position."""
    is_true = {"type": "compare", "op": ">", "left": {"price": "close"}, "right": {"constant": 0}}
    return strategy_spec(
        name,
        symbol=symbol,
        entry={"long": is_true, "onOpposite": "ignore", "order": {"type": "Market"}},
        exit={
            "stopLoss": {"type": "fixed_pct", "value": stop_pct},
            "takeProfit": {"type": "fixed_pct", "value": target_pct},
        },
    )


def every_bar(name: str, *, symbol: str = "BTCUSDT") -> dict[str, Any]:
    """Follows the direction of each bar and leaves after the next: trades within minutes at any market speed."""

    def closes(op: str) -> dict[str, Any]:
        return {"type": "compare", "op": op, "left": {"price": "close"}, "right": {"price": "open"}}

    entry = {"long": closes(">="), "short": closes("<"), "onOpposite": "close", "order": {"type": "Market"}}
    return strategy_spec(name, symbol=symbol, entry=entry, exit={**SCALPER["exit"], "timeExit": {"maxBars": 1}})


def working_connection(api: ApiClient) -> dict[str, Any]:
    """The workspace's first exchange connection, tested. Raises NotPrepared."""
    for connection in api.items("/exchanges"):
        if connection["status"] != "CONNECTED":
            connection = api.post(f"/exchanges/{connection['id']}/test")
        if connection["status"] == "CONNECTED":
            return connection
    raise NotPrepared("the workspace has no exchange connection that works")


def ready_bot(api: ApiClient, spec: dict[str, Any]) -> dict[str, Any]:
    """The bot of a strategy, both found by name or made. A strategy that reads differently gets a new version."""
    connection = working_connection(api)
    strategy = next((row for row in api.items("/strategies") if row["name"] == spec["name"]), None)
    if strategy is None:
        strategy = api.post("/strategies", {"spec": spec})
    elif strategy["hash"] != api.post("/strategies/validate", {"spec": spec})["hash"]:
        strategy = api.call("PUT", f"/strategies/{strategy['id']}", body={"spec": spec})
    bot = next((row for row in api.items("/bots") if row["name"] == spec["name"]), None)
    wanted = {"strategyId": strategy["id"], "strategyVersion": strategy["version"]}
    if bot is None:
        return api.post("/bots", {"name": spec["name"], "exchangeConnectionId": connection["id"], **wanted})
    if bot["status"] != "ready":
        raise NotPrepared(f"the bot {spec['name']!r} is running: stop it first")
    if bot["strategyVersion"] != strategy["version"] or bot["strategyId"] != strategy["id"]:
        return api.call("PATCH", f"/bots/{bot['id']}", body=wanted)
    return bot
