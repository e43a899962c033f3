"""The lab's ports in memory, with the conditions of the real ones, and a worker that computes at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.account_ports import Listing
from chalicelib.domain.datasets.dataset import Dataset, DatasetStatus
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.domain.workspace.bot import Bot
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion
from chalicelib.lab_ports import Upload
from chalicelib.ports import Conflict, NotFound
from tests.fakes.memory_workspace import MemoryBots, MemoryStrategies


@dataclass
class MemoryDatasets:
    """A ``DatasetRepository``."""

    rows: dict[tuple[str, str], Dataset] = field(default_factory=dict)

    def create(self, dataset: Dataset) -> None:
        key = (dataset.workspace_id, dataset.dataset_id)
        if key in self.rows:
            raise Conflict("dataset")
        self.rows[key] = dataset

    def get(self, workspace_id: str, dataset_id: str) -> Dataset:
        if (workspace_id, dataset_id) not in self.rows:
            raise NotFound("dataset")
        return self.rows[(workspace_id, dataset_id)]

    def list(self, workspace_id: str) -> tuple[Dataset, ...]:
        mine = [row for row in self.rows.values() if row.workspace_id == workspace_id]
        return tuple(sorted(mine, key=lambda row: (row.created_ms, row.dataset_id), reverse=True))

    def advance(self, workspace_id: str, dataset_id: str, done: int, total: int, now_ms: int) -> None:
        key = (workspace_id, dataset_id)
        self.rows[key] = replace(self.rows[key], done=done, total=total, updated_ms=now_ms)

    def settle(self, dataset: Dataset) -> None:
        key = (dataset.workspace_id, dataset.dataset_id)
        if key not in self.rows or self.rows[key].status is not DatasetStatus.PENDING:
            raise Conflict("dataset")
        self.rows[key] = dataset


@dataclass
class MemoryLabJobs:
    """A ``LabJobRepository``."""

    rows: dict[tuple[str, JobKind, str], LabJob] = field(default_factory=dict)

    def create(self, job: LabJob) -> None:
        self.rows[(job.workspace_id, job.kind, job.job_id)] = job

    def get(self, workspace_id: str, kind: JobKind, job_id: str) -> LabJob:
        if (workspace_id, kind, job_id) not in self.rows:
            raise NotFound("job")
        return self.rows[(workspace_id, kind, job_id)]

    def list(self, workspace_id: str, kind: JobKind, limit: int, after: str | None) -> Listing[LabJob]:
        mine = [row for (owner, of, _), row in self.rows.items() if (owner, of) == (workspace_id, kind)]
        mine.sort(key=lambda row: row.job_id, reverse=True)
        found = [row for row in mine if after is None or row.job_id < after]
        return Listing(tuple(found[:limit]), found[limit - 1].job_id if len(found) > limit else None)

    def begin(self, workspace_id: str, kind: JobKind, job_id: str, now_ms: int) -> LabJob:
        job = self.get(workspace_id, kind, job_id)
        if job.status is JobStatus.PENDING:
            job = self._put(replace(job, status=JobStatus.RUNNING, started_ms=now_ms, updated_ms=now_ms))
        return job

    def advance(self, job: LabJob, part: str, done: int, now_ms: int) -> bool:
        current = self.get(job.workspace_id, job.kind, job.job_id)
        if current.status is not JobStatus.RUNNING:
            return True
        self._put(replace(current, parts={**current.parts, part: done}, updated_ms=now_ms))
        return current.cancel_requested

    def cancel(self, workspace_id: str, kind: JobKind, job_id: str, now_ms: int) -> LabJob:
        job = self.get(workspace_id, kind, job_id)
        if job.status is JobStatus.PENDING:
            job = replace(job, status=JobStatus.CANCELLED, cancel_requested=True, ended_ms=now_ms, updated_ms=now_ms)
        elif job.status is JobStatus.RUNNING:
            job = replace(job, cancel_requested=True)
        return self._put(job)

    def end(
        self, job: LabJob, status: JobStatus, now_ms: int, *, summary: Mapping[str, Any], problem: Mapping[str, Any]
    ) -> None:
        current = self.get(job.workspace_id, job.kind, job.job_id)
        if not current.status.ended:
            self._put(
                replace(current, status=status, summary=summary, problem=problem, ended_ms=now_ms, updated_ms=now_ms)
            )

    def _put(self, job: LabJob) -> LabJob:
        self.rows[(job.workspace_id, job.kind, job.job_id)] = job
        return job


@dataclass
class MemoryLabStore:
    """A ``LabStore``. ``uploads`` are what users have put."""

    months: dict[str, Bars] = field(default_factory=dict)
    funding: dict[str, FundingSeries] = field(default_factory=dict)
    results: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    uploads: dict[tuple[str, str], bytes] = field(default_factory=dict)
    reads: int = 0

    def put_month(self, workspace_id: str, symbol: str, interval: str, month: str, bars: Bars) -> str:
        digest = hash((bars.open_time_ms.tobytes(), bars.close.tobytes()))
        key = f"{workspace_id}/{symbol}/{interval}/{month}/{digest}"
        self.months[key] = bars
        return key

    def get_month(self, key: str) -> Bars:
        self.reads += 1
        if key not in self.months:
            raise NotFound(key)
        return self.months[key]

    def put_funding(self, workspace_id: str, symbol: str, funding: FundingSeries) -> str:
        key = f"{workspace_id}/{symbol}/funding/{hash((funding.time_ms.tobytes(), funding.rate.tobytes()))}"
        self.funding[key] = funding
        return key

    def get_funding(self, key: str) -> FundingSeries:
        if key not in self.funding:
            raise NotFound(key)
        return self.funding[key]

    def put_result(self, workspace_id: str, job_id: str, name: str, content: bytes) -> None:
        self.results[(workspace_id, job_id, name)] = content

    def get_result(self, workspace_id: str, job_id: str, name: str) -> bytes:
        if (workspace_id, job_id, name) not in self.results:
            raise NotFound(name)
        return self.results[(workspace_id, job_id, name)]

    def offer_upload(self, workspace_id: str, upload: str) -> Upload:
        return Upload(upload, f"https://store/{workspace_id}/{upload}", 1)

    def read_upload(self, workspace_id: str, upload: str, most_bytes: int) -> bytes:
        content = self.uploads.get((workspace_id, upload))
        if content is None:
            raise NotFound(upload)
        if len(content) > most_bytes:
            raise Conflict("upload_too_large")
        return content


@dataclass
class NotedWorker:
    """A ``LabWorker`` that does what it is told to do with a task, and otherwise only notes it."""

    on_dataset: Callable[[str, str], object] = lambda _workspace_id, _dataset_id: None
    on_job: Callable[[LabJob, int], object] = lambda _job, _parts: None
    parts: list[int] = field(default_factory=list)

    def make_dataset(self, workspace_id: str, dataset_id: str) -> None:
        self.on_dataset(workspace_id, dataset_id)

    def run(self, job: LabJob, parts: int) -> None:
        self.parts.append(parts)
        self.on_job(job, parts)


@dataclass
class MemoryDrafts:
    """A ``DraftRepository``."""

    strategies: MemoryStrategies
    bots: MemoryBots

    def create(self, head: StrategyHead, version: StrategyVersion, bot: Bot | None) -> None:
        self.strategies.create(head, version)
        if bot is not None:
            self.bots.create(bot)
