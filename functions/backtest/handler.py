"""Entry point of the lab function. It makes a dataset, computes a job or a part of one, or merges parts.

``{"task": "dataset", "workspaceId", "datasetId"}``,
``{"task": "job", "workspaceId", "kind", "jobId", "part", "parts"}``,
``{"task": "merge", "workspaceId", "kind", "jobId", "parts"}``, each with the log ``context`` of who asked for it.
"""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap import lab
from chalicelib.domain.datasets.dataset import DatasetStatus
from chalicelib.domain.lab.job import JobKind
from chalicelib.observability import adopt_context, entry_point, logger

_DEFECT = "an error on our side; it has been logged"


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, str]:
    """Does the task and says how what it worked on stands."""
    adopt_context(event.get("context") or {})
    logger.append_keys(**{name: value for name, value in event.items() if name not in ("task", "context")})
    if event["task"] == "dataset":
        return {"status": _dataset(event["workspaceId"], event["datasetId"])}
    kind = JobKind(event["kind"])
    run = lab.run_job()
    try:
        if event["task"] == "merge":
            job = run.merge(event["workspaceId"], kind, event["jobId"], int(event["parts"]))
        else:
            job = run(event["workspaceId"], kind, event["jobId"], int(event["part"]), int(event["parts"]))
    except Exception:  # whoever waits must learn that nothing will come; the error goes on to the log and the alarm
        run.fail(lab.jobs().get(event["workspaceId"], kind, event["jobId"]), "internal", _DEFECT)
        raise
    logger.info("job", extra={"status": job.status.value, "done": job.done, "total": job.total})
    return {"status": job.status.value}


def _dataset(workspace_id: str, dataset_id: str) -> str:
    make = lab.make_dataset()
    try:
        dataset = make(workspace_id, dataset_id)
    except Exception:  # as above
        dataset = lab.dataset_rows().get(workspace_id, dataset_id)
        if dataset.status is DatasetStatus.PENDING:
            make.fail(dataset, _DEFECT)
        raise
    logger.info("dataset", extra={"status": dataset.status.value, "candles": dataset.candles})
    return dataset.status.value
