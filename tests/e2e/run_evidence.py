"""Gathers, after a run has ended, what the run and the exchange say of it, through the public API."""

from __future__ import annotations

import time
from typing import Any

from tests.e2e.api_client import ApiClient, Refused
from tests.e2e.live_events import LiveEvents
from tests.e2e.run_observer import Observation, seconds_of
from tests.e2e.smoke_verdict import Evidence


def gather(api: ApiClient, live: LiveEvents, observation: Observation, *, push_seconds: float) -> Evidence:
    """All of it. Pushed events may be under way still: they get ``push_seconds``. Raises Refused."""
    run = observation.run
    run_id = run["id"]
    since = int(seconds_of(run["createdAt"]) * 1000)
    account = {"exchangeConnectionId": run["exchangeConnectionId"], "symbol": run["symbol"]}
    events = api.events(run_id)
    intents = api.get(f"/runs/{run_id}/intents")["items"]
    open_orders = api.get("/terminal/open-orders", **account)["items"]
    return Evidence(
        run=run,
        report=_report(api, run_id),
        events=events,
        pushed=_pushed(live, run_id, len(events), push_seconds),
        intents=intents,
        fills=api.get(f"/runs/{run_id}/fills")["items"],
        protection=observation.protection,
        exchange_orders=api.get("/terminal/order-history", since=since, **account)["items"],
        open_orders=[order for order in open_orders if _is_ours(order, intents)],
        positions=api.get("/terminal/positions", **account)["items"],
        closed=api.get("/terminal/closed-pnl", since=since, **account)["items"],
    )


def _report(api: ApiClient, run_id: str) -> dict[str, Any] | None:
    try:
        return api.get(f"/runs/{run_id}/report")
    except Refused as refused:
        if refused.code != "run.report_not_ready":
            raise
        return None


def _pushed(live: LiveEvents, run_id: str, expected: int, seconds: float) -> list[int]:
    end = time.monotonic() + seconds
    while len(live.of(run_id)) < expected and time.monotonic() < end:
        time.sleep(0.1)
    return [event.seq for event in live.of(run_id)]


def _is_ours(order: dict[str, Any], intents: list[dict[str, Any]]) -> bool:
    """Whether the run made it, or the exchange made it as a stop or target of the run's position."""
    links = {intent["orderLinkId"] for intent in intents}
    return order["orderLinkId"] in links or bool(order["stopOrderType"])
