"""Runs as Step Functions executions: started by name, woken and ended through the waiting Tick's task token."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.domain.timestamps import iso

_GONE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
_MOST_CAUSE = 1_000


class StepFunctionsWorkflow:
    """``Workflow`` on one state machine."""

    def __init__(self, client: Any, state_machine_arn: str) -> None:
        self._client = client
        self._arn = state_machine_arn

    def start(self, run_id: str, segment: int, deadline_ms: int) -> None:
        """See ``Workflow.start``. The name makes a repeat harmless, also after the execution has closed."""
        document = {"deadline": iso(deadline_ms), "runId": run_id, "segment": segment}
        try:
            self._client.start_execution(
                stateMachineArn=self._arn,
                name=f"{run_id}-{segment}",
                input=json.dumps(document, sort_keys=True, separators=(",", ":")),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def wake(self, token: str) -> bool:
        """See ``Workflow.wake``. A closed task means that the run is awake already: never an error."""
        if not token:
            return False
        return self._send(lambda: self._client.send_task_success(taskToken=token, output="{}"))

    def end(self, token: str, error: str, cause: str) -> None:
        """See ``Workflow.end``. Without a token there is no execution to end."""
        if token:
            self._send(lambda: self._client.send_task_failure(taskToken=token, error=error, cause=cause[:_MOST_CAUSE]))

    def _send(self, call: Any) -> bool:
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return False
            raise
        return True
