"""A signed signal on the local cloud: it opens a position of a run that waits for it, and its replay opens none."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from chalicelib.domain.workspace.webhook import signature_of
from tests.e2e.trading_bot import always_long
from tests.integration.runs.stage import Stage

pytestmark = pytest.mark.integration


def send(stage: Stage, strategy_id: str, secret: str, body: dict[str, Any]) -> httpx.Response:
    """One signed request, without a token, as another program sends it."""
    text, stamp = json.dumps(body).encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Timestamp": stamp,
        "X-Signature": signature_of(secret, stamp, text),
    }
    return httpx.post(f"{stage.endpoints['api']}/signals/{strategy_id}", content=text, headers=headers, timeout=20)


def test_a_signed_signal_opens_once_however_often_it_is_sent(stage: Stage) -> None:
    spec = always_long("Told from outside")
    spec["entry"]["long"] = {"type": "external"}
    run = stage.start(spec, minutes=2)
    stage.await_run(run["id"], lambda now: now["status"] == "running", seconds=20)
    stage.api.step_up()
    strategy_id = run["strategyId"]
    secret = stage.api.post(f"/strategies/{strategy_id}/webhook-secret")["secret"]
    signal = {"eventId": f"signal-{time.time_ns()}", "side": "long"}

    first = send(stage, strategy_id, secret, signal)
    stage.await_event(run, "events.position_update.open", seconds=20)
    again = send(stage, strategy_id, secret, signal)
    forged = send(stage, strategy_id, "x" * 43, signal)

    assert (first.status_code, first.json()["runIds"]) == (202, [run["id"]]), first.text
    assert (again.status_code, again.json()) == (202, first.json())
    assert (forged.status_code, forged.json()["code"]) == (401, "signal.refused")
    events = stage.api.events(run["id"])
    assert [event["data"]["eventId"] for event in events if event["key"] == "events.signal_generated.entry"] == [
        signal["eventId"]
    ]
    entries = [one for one in stage.api.items(f"/runs/{run['id']}/intents") if one["kind"] == "entry"]
    assert len(entries) == 1
    assert stage.api.get(f"/strategies/{strategy_id}/webhook")["lastEventId"] == signal["eventId"]
