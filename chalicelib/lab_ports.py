"""What the lab's services need to remember, to store and to start, as protocols (see ``ports`` for the errors)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from chalicelib.account_ports import Listing
from chalicelib.domain.datasets.dataset import Dataset
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob

if TYPE_CHECKING:
    from chalicelib.domain.market.bars import Bars
    from chalicelib.domain.market.funding_series import FundingSeries
    from chalicelib.domain.workspace.bot import Bot
    from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion


class DatasetRepository(Protocol):
    """The index of datasets."""

    def create(self, dataset: Dataset) -> None:
        """Stores a new row. Raises Conflict("dataset") when the id is taken."""

    def get(self, workspace_id: str, dataset_id: str) -> Dataset:
        """Raises NotFound."""

    def list(self, workspace_id: str) -> tuple[Dataset, ...]:
        """All of the workspace, newest first."""

    def advance(self, workspace_id: str, dataset_id: str, done: int, total: int, now_ms: int) -> None:
        """Says how far a PENDING dataset is."""

    def settle(self, dataset: Dataset) -> None:
        """Replaces a PENDING row by its result. Raises Conflict("dataset") when it is settled already."""


class LabJobRepository(Protocol):
    """Jobs and their progress."""

    def create(self, job: LabJob) -> None:
        """Stores a new job."""

    def get(self, workspace_id: str, kind: JobKind, job_id: str) -> LabJob:
        """Raises NotFound."""

    def list(self, workspace_id: str, kind: JobKind, limit: int, after: str | None) -> Listing[LabJob]:
        """Newest first."""

    def begin(self, workspace_id: str, kind: JobKind, job_id: str, now_ms: int) -> LabJob:
        """Makes a PENDING job RUNNING; any other stays as it is. Returns it as it is now. Raises NotFound."""

    def advance(self, job: LabJob, part: str, done: int, now_ms: int) -> bool:
        """Says how many steps a part has made. Returns whether somebody wants the job cancelled."""

    def cancel(self, workspace_id: str, kind: JobKind, job_id: str, now_ms: int) -> LabJob:
        """Asks for the end of a job that has not ended; one that has stays as it is. Raises NotFound."""

    def end(
        self, job: LabJob, status: JobStatus, now_ms: int, *, summary: Mapping[str, Any], problem: Mapping[str, Any]
    ) -> None:
        """Ends a job; one that has ended stays as it is."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Where a file may be put, by an HTTP PUT, until ``expires_ms``."""

    key: str
    url: str
    expires_ms: int


class LabStore(Protocol):
    """Candles by month, funding, uploads and results, each below its workspace."""

    def put_month(self, workspace_id: str, symbol: str, interval: str, month: str, bars: Bars) -> str:
        """Stores a month's candles once (its key ends with their hash) and returns the key."""

    def get_month(self, key: str) -> Bars:
        """The candles of one month, in one read. Raises NotFound."""

    def put_funding(self, workspace_id: str, symbol: str, funding: FundingSeries) -> str:
        """Stores a period's funding once (its key ends with its hash) and returns the key."""

    def get_funding(self, key: str) -> FundingSeries:
        """What ``put_funding`` stored. Raises NotFound."""

    def put_result(self, workspace_id: str, job_id: str, name: str, content: bytes) -> None:
        """Stores a part of a job's result (JSON), compressed."""

    def get_result(self, workspace_id: str, job_id: str, name: str) -> bytes:
        """What ``put_result`` stored. Raises NotFound."""

    def offer_upload(self, workspace_id: str, upload: str) -> Upload:
        """An address to put a file at."""

    def read_upload(self, workspace_id: str, upload: str, most_bytes: int) -> bytes:
        """What was put there. Raises NotFound, Conflict("upload_too_large")."""


class LabWorker(Protocol):
    """Whoever computes, in their own time."""

    def make_dataset(self, workspace_id: str, dataset_id: str) -> None:
        """Lets a PENDING dataset be collected or read from its upload."""

    def run(self, job: LabJob, parts: int) -> None:
        """Lets a job be computed; in more than one part, they are spread and merged afterwards."""


class DraftRepository(Protocol):
    """Strategy and bot that come into being together."""

    def create(self, head: StrategyHead, version: StrategyVersion, bot: Bot | None) -> None:
        """Stores all or nothing."""
