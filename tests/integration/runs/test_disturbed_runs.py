"""Real processes killed and a real outage, each in the middle of a run: it goes on, and its books stay in order."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.e2e.trading_bot import always_long
from tests.integration.runs.lambda_workers import worker_processes
from tests.integration.runs.order_proof import assert_ended_in_order, assert_no_order_twice
from tests.integration.runs.protection_watch import ProtectionWatch
from tests.integration.runs.stage import Stage, WatchedCloud

pytestmark = pytest.mark.integration

OPENED = "events.position_update.open"
RECONNECTED = "ws_reconnect"
MOST_UNPROTECTED_SECONDS = 5.0
MOST_LATE_SECONDS = 2.0
OUTAGE_SECONDS = 30


def test_a_run_goes_on_when_the_sidecar_is_killed(cloud: WatchedCloud, stage: Stage) -> None:
    run = stage.start(always_long("Sidecar killed"), minutes=1)
    stage.await_event(run, OPENED, seconds=20)
    killed = cloud.cloud.process_ids()["sidecar"]
    before = stage.count_events(run, RECONNECTED)

    with ProtectionWatch(stage, "BTCUSDT") as watch:
        os.kill(killed, signal.SIGKILL)
        seen = stage.until_ended(run)

    assert cloud.cloud.process_ids()["sidecar"] != killed
    assert (seen["status"], seen["stop_reason"]) == ("finished", "timeout")
    assert seen["seconds_past_deadline"] <= MOST_LATE_SECONDS
    assert stage.count_events(run, RECONNECTED) > before, "nothing tells of the new streams"
    assert watch.longest <= MOST_UNPROTECTED_SECONDS
    assert_ended_in_order(seen)
    assert_no_order_twice(stage.truth())


def test_an_order_under_way_when_the_ticks_worker_is_killed_is_found_and_not_sent_again(
    cloud: WatchedCloud, stage: Stage
) -> None:
    sent_before = stage.sim("faults")["happened"].get("slow", 0)
    stage.sim("faults", {"kind": "slow", "path": "/v5/order/create", "delay_ms": 1500, "count": 1})
    run = stage.start(always_long("Worker killed"), minutes=1)

    with ProtectionWatch(stage, "BTCUSDT") as watch:
        _await_order_under_way(stage, sent_before)
        workers = worker_processes(cloud.cloud, "tick")
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
        seen = stage.until_ended(run)

    assert workers, "there was no worker to kill"
    assert (seen["status"], seen["stop_reason"]) == ("finished", "timeout")
    assert seen["seconds_past_deadline"] <= MOST_LATE_SECONDS
    assert seen["entries"] >= 1
    assert watch.longest <= MOST_UNPROTECTED_SECONDS
    assert_ended_in_order(seen)
    assert_no_order_twice(stage.truth())


def test_a_position_outlives_an_outage_of_the_exchange_protected(stage: Stage) -> None:
    run = stage.start(always_long("Outage"), minutes=1)
    stage.await_event(run, OPENED, seconds=20)

    with ProtectionWatch(stage, "BTCUSDT") as watch:
        stage.sim("outage", {"seconds": OUTAGE_SECONDS})
        seen = stage.until_ended(run)

    assert watch.positions > 0, "no position was seen around the outage"
    assert watch.longest <= MOST_UNPROTECTED_SECONDS
    assert (seen["status"], seen["stop_reason"]) == ("finished", "timeout")
    assert seen["seconds_past_deadline"] <= MOST_LATE_SECONDS
    assert_ended_in_order(seen)
    assert_no_order_twice(stage.truth())


def _await_order_under_way(stage: Stage, before: int) -> None:
    end = time.monotonic() + 30
    while stage.sim("faults")["happened"].get("slow", 0) == before:
        assert time.monotonic() < end, "no order was sent"
        time.sleep(0.05)
