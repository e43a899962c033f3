"""Carries runs over a restart of the local AWS.

MiniStack marks every execution that ran when it stopped as FAILED, without the event that AWS would publish. AWS has no
such moment, so nothing in the product waits for it. A run's next execution is the product's own way to carry on where
an execution ended; the run's record, its open position and its deadline are all still there.
"""

from __future__ import annotations

import json
from typing import Any

RESTARTED = "States.ServiceRestart"


def resume_runs(stepfunctions: Any, functions: Any, state_machine: str) -> int:
    """Starts the next segment of each run whose last execution a restart ended; returns how many there were.

    A run that has been over since, or whose next segment exists, is left alone by NextSegment and by its Tick.
    """
    machine_prefix = state_machine.rsplit(":", 1)[1].removesuffix("-bot-run")
    last_segment: dict[str, int] = {}
    restarted: set[tuple[str, int]] = set()
    for page in stepfunctions.get_paginator("list_executions").paginate(stateMachineArn=state_machine):
        for execution in page["executions"]:
            described = stepfunctions.describe_execution(executionArn=execution["executionArn"])
            given = json.loads(described["input"])
            run, segment = given["runId"], int(given["segment"])
            last_segment[run] = max(segment, last_segment.get(run, 0))
            if described["status"] == "FAILED" and described.get("error") == RESTARTED:
                restarted.add((run, segment))
    interrupted = [(run, segment) for run, segment in sorted(restarted) if last_segment[run] == segment]
    for run, segment in interrupted:
        payload = json.dumps({"runId": run, "segment": segment}).encode()
        functions.invoke(FunctionName=f"{machine_prefix}-next-segment", Payload=payload)
    return len(interrupted)
