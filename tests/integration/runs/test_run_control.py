"""Runs under way and what their owner may do with them, on the local cloud."""

from __future__ import annotations

import pytest

from tests.e2e.run_observer import ENDED, seconds_of
from tests.e2e.trading_bot import always_long, ready_bot, strategy_spec
from tests.integration.runs.order_proof import assert_ended_in_order
from tests.integration.runs.stage import Stage

pytestmark = pytest.mark.integration

OPENED = "events.position_update.open"
STOP_SECONDS = 3.0


def test_stop_ends_a_run_that_holds_a_position_with_proof_within_three_seconds(stage: Stage) -> None:
    run = stage.start(always_long("To be stopped"), minutes=2)
    stage.await_event(run, OPENED, seconds=20)

    stage.api.post(f"/runs/{run['id']}/stop")
    stopped = stage.await_run(run["id"], lambda now: now["status"] in ENDED, seconds=10)

    events = stage.api.events(run["id"])
    asked = next(event for event in events if event["type"] == "stop_requested")
    assert (stopped["status"], stopped["stopReason"]) == ("stopped", "manual")
    assert seconds_of(stopped["endedAt"]) - seconds_of(asked["at"]) <= STOP_SECONDS
    assert_ended_in_order(stage.until_ended(run))


def test_stop_all_ends_two_runs_on_two_symbols(stage: Stage) -> None:
    runs = [stage.start(always_long(f"Hold {symbol}", symbol=symbol), minutes=2) for symbol in ("ETHUSDT", "SOLUSDT")]
    for run in runs:
        stage.await_event(run, OPENED, seconds=20)

    answer = stage.api.post("/runs/stop-all")

    assert sorted(answer["stopped"]) == sorted(run["id"] for run in runs)
    assert (answer["errors"], answer["total"]) == ([], 2)
    for run in runs:
        ended = stage.await_run(run["id"], lambda now: now["status"] in ENDED, seconds=10)
        assert (ended["status"], ended["stopReason"]) == ("stopped", "manual")
        assert_ended_in_order(stage.until_ended(run))


def test_a_paused_run_keeps_its_protected_position_and_goes_on_after_resume(stage: Stage) -> None:
    run = stage.start(always_long("To be paused"), minutes=2)
    stage.await_event(run, OPENED, seconds=20)

    stage.api.post(f"/runs/{run['id']}/pause")
    paused = stage.await_run(run["id"], lambda now: now["status"] == "paused", seconds=5)
    [held] = [row for row in stage.truth()["positions"] if row["symbol"] == "BTCUSDT"]
    stage.api.post(f"/runs/{run['id']}/resume")
    resumed = stage.await_run(run["id"], lambda now: now["status"] == "running", seconds=5)

    assert paused["position"]["protected"] is True
    assert float(held["stopLoss"]) > 0
    assert float(held["takeProfit"]) > 0
    assert resumed["position"]["qty"] == paused["position"]["qty"]


def test_a_start_repeated_with_its_key_finds_the_first_run(stage: Stage) -> None:
    bot = ready_bot(stage.api, strategy_spec("Started twice"))
    before = len(list(stage.api.items(f"/bots/{bot['id']}/runs")))

    first = stage.api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 1}, key="the-very-same-start")
    again = stage.api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 1}, key="the-very-same-start")

    assert again["id"] == first["id"]
    assert len(list(stage.api.items(f"/bots/{bot['id']}/runs"))) == before + 1
