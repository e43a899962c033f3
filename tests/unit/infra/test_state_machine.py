"""The state machine of a run: its text is pinned, and the rules that its timing and endings stand on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.template_pieces import INFRA, definition

SNAPSHOT = Path(__file__).with_name("bot_run.snapshot.json")
MACHINE: dict[str, Any] = json.loads((INFRA / "state_machine" / "bot_run.asl.json").read_text())
RUN = MACHINE["States"]["Run"]
TICK = RUN["Branches"][0]["States"]["Tick"]


def test_the_state_machine_is_the_reviewed_one() -> None:
    """After a meant change: copy infra/state_machine/bot_run.asl.json over the snapshot, and have it reviewed."""
    assert json.loads(definition("state_machine/bot_run.asl.json")) == json.loads(SNAPSHOT.read_text())


def test_ending_a_run_or_a_segment_is_never_retried() -> None:
    assert TICK["Retry"][0] == {"ErrorEquals": ["RunEnded", "SegmentEnded"], "MaxAttempts": 0}


@pytest.mark.parametrize("wide", ["States.ALL", "States.TaskFailed", "States.Timeout"])
def test_no_retrier_of_the_tick_hides_supervision_or_the_end(wide: str) -> None:
    assert all(wide not in retrier["ErrorEquals"] for retrier in TICK["Retry"])


def test_supervision_is_a_literal_timeout_that_leads_to_the_next_tick() -> None:
    assert TICK["TimeoutSeconds"] == 90
    assert {"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": "Tick"} in TICK["Catch"]


def test_the_tick_loops_without_a_state_between() -> None:
    assert TICK["Next"] == "Tick"


def test_only_ids_travel() -> None:
    assert TICK["ResultPath"] is None
    assert set(TICK["Parameters"]["Payload"]) == {"runId.$", "segment.$", "token.$"}


def test_every_way_out_of_the_run_leads_to_finalize_or_to_the_next_segment() -> None:
    ways = {error: catcher["Next"] for catcher in RUN["Catch"] for error in catcher["ErrorEquals"]}
    assert ways == {"RunEnded": "Finalize", "SegmentHandedOver": "HandedOver", "States.ALL": "Finalize"}
    assert RUN["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
    assert RUN["Next"] == "Finalize"


def test_a_full_segment_starts_the_next_before_it_ends() -> None:
    states = RUN["Branches"][0]["States"]
    assert {"ErrorEquals": ["SegmentEnded"], "ResultPath": None, "Next": "NextSegment"} in TICK["Catch"]
    assert states["NextSegment"]["Next"] == "SegmentHandedOver"
    assert states["SegmentHandedOver"]["Type"] == "Fail"


def test_a_wake_that_fails_does_not_end_the_run() -> None:
    wake = RUN["Branches"][1]["States"]["Wake"]
    assert wake["Catch"][0]["ErrorEquals"] == ["States.ALL"]
    assert RUN["Branches"][1]["States"][wake["Catch"][0]["Next"]]["Type"] == "Succeed"
