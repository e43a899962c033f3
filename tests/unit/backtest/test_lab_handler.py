"""The lab function: what it was told to do is done, and whoever waits learns of a defect."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from chalicelib.adapters.optuna_search import OptunaSearch
from chalicelib.bootstrap import lab
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob
from chalicelib.services.lab.run_job import RunJob
from functions.backtest.handler import handler
from tests.fakes.memory_lab import MemoryDatasets, MemoryLabJobs, MemoryLabStore
from tests.fakes.virtual_clock import VirtualClock

TASK = {"task": "job", "workspaceId": "w1", "kind": "backtest", "jobId": "j1", "part": 0, "parts": 1}


@dataclass
class Context:
    """A Lambda context."""

    function_name: str = "lab"
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:lab"
    aws_request_id: str = "request"


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> MemoryLabJobs:
    """The jobs of a composition root that stands on memory, with one job whose request no code can read."""
    rows = MemoryLabJobs()
    rows.create(LabJob("w1", "j1", JobKind.BACKTEST, "Job", {"broken": True}, JobStatus.PENDING, 3, 1, 1))
    run = RunJob(rows, MemoryDatasets(), MemoryLabStore(), VirtualClock(), OptunaSearch)
    monkeypatch.setattr(lab, "jobs", lambda: rows)
    monkeypatch.setattr(lab, "run_job", lambda: run)
    return rows


def test_a_defect_ends_the_job_and_is_not_swallowed(jobs: MemoryLabJobs) -> None:
    with pytest.raises(KeyError):
        handler(TASK, Context())
    job = jobs.get("w1", JobKind.BACKTEST, "j1")
    assert (job.status, job.problem["code"]) == (JobStatus.FAILED, "internal")
    assert "broken" not in job.problem["detail"]


def test_a_job_that_was_cancelled_before_it_began_is_left_alone(jobs: MemoryLabJobs) -> None:
    jobs.cancel("w1", JobKind.BACKTEST, "j1", 2)
    assert handler(TASK, Context()) == {"status": "CANCELLED"}
