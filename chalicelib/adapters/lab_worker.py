"""``LabWorker`` on the lab function: called asynchronously for one part, through a Step Functions map for several."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.domain.lab.job import LabJob
from chalicelib.observability import log_context


class LambdaLabWorker:
    """See ``LabWorker``."""

    def __init__(self, functions: Any, function: str, state_machines: Any, sweep_machine: str) -> None:
        self._functions = functions
        self._function = function
        self._state_machines = state_machines
        self._sweep_machine = sweep_machine

    def make_dataset(self, workspace_id: str, dataset_id: str) -> None:
        """See ``LabWorker.make_dataset``."""
        named = {"workspaceId": workspace_id, "datasetId": dataset_id}
        self._invoke({"task": "dataset", **named, "context": log_context()})

    def run(self, job: LabJob, parts: int) -> None:
        """See ``LabWorker.run``. The execution's name makes a repeat harmless."""
        named = {"workspaceId": job.workspace_id, "kind": job.kind.value, "jobId": job.job_id}
        task = {"task": "job", **named, "context": log_context()}
        if parts == 1:
            self._invoke({**task, "part": 0, "parts": 1})
            return
        spread = [{**task, "part": part, "parts": parts} for part in range(parts)]
        document = {"parts": spread, "merge": {**task, "task": "merge", "parts": parts}}
        try:
            self._state_machines.start_execution(
                stateMachineArn=self._sweep_machine, name=job.job_id, input=json.dumps(document)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise

    def _invoke(self, payload: dict[str, Any]) -> None:
        self._functions.invoke(
            FunctionName=self._function, InvocationType="Event", Payload=json.dumps(payload).encode()
        )
