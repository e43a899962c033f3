"""What the lab's ports promise: the fakes, DynamoDB and S3 (moto) pass the same tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import boto3
import numpy as np
import pytest
from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.bots import BotItem, DynamoBots
from chalicelib.adapters.dynamodb.datasets import DatasetItem, DynamoDatasets
from chalicelib.adapters.dynamodb.drafts import DynamoDrafts
from chalicelib.adapters.dynamodb.lab_jobs import DynamoLabJobs, LabJobItem
from chalicelib.adapters.dynamodb.strategies import DynamoStrategies, StrategyItem
from chalicelib.adapters.s3.lab_store import S3LabStore
from chalicelib.domain.datasets.dataset import Dataset, DatasetStatus, Month, Quality, Source
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.workspace.bot import Bot
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion
from chalicelib.lab_ports import DatasetRepository, DraftRepository, LabJobRepository, LabStore
from chalicelib.ports import Conflict, NotFound
from tests.contract.moto_aws import REGION, moto_aws
from tests.fakes.memory_lab import MemoryDatasets, MemoryDrafts, MemoryLabJobs, MemoryLabStore
from tests.fakes.memory_workspace import MemoryBots, MemoryStrategies
from tests.fakes.virtual_clock import VirtualClock

BUCKET = "lab"
PENDING = Dataset(
    workspace_id="w1",
    dataset_id="01D1",
    name="January",
    source=Source.EXCHANGE,
    symbol="BTCUSDT",
    interval=Interval.M5,
    from_ms=1,
    to_ms=2,
    status=DatasetStatus.PENDING,
    created_ms=5,
    updated_ms=5,
)
SETTLED = replace(
    PENDING,
    status=DatasetStatus.PARTIAL,
    candles=3,
    rows_hash="abc",
    quality=Quality(gaps=1, missing=2, longest_gap_ms=600_000, funding_rates=3, funding_missing=1),
    months=(Month("2022-01", "w1/key", 3),),
    funding_key="w1/funding",
    done=1,
)
JOB = LabJob(
    workspace_id="w1",
    job_id="01J1",
    kind=JobKind.SWEEP,
    name="Sweep",
    request={"document": {"a": [1, 2.5, None]}},
    status=JobStatus.PENDING,
    total=10,
    created_ms=1,
    updated_ms=1,
)
BARS = Bars(
    np.array([60_000, 120_000], np.int64),
    *(np.array(values) for values in ([1.5, 2], [3.25, 4], [0.1, 0.2], [2, 3], [7, 8])),
)


@dataclass(frozen=True)
class Lab:
    """All of the lab's ports but the worker."""

    datasets: DatasetRepository
    jobs: LabJobRepository
    store: LabStore
    drafts: DraftRepository
    strategies: MemoryStrategies | DynamoStrategies
    bots: MemoryBots | DynamoBots


FUNDING = FundingSeries(np.array([28_800_000, 57_600_000], np.int64), np.array([0.0001, -0.00025]))


def in_memory() -> Lab:
    strategies, bots = MemoryStrategies(), MemoryBots()
    drafts = MemoryDrafts(strategies, bots)
    return Lab(MemoryDatasets(), MemoryLabJobs(), MemoryLabStore(), drafts, strategies, bots)


@pytest.fixture(params=["memory", "aws"])
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """The ports, once as fakes and once on AWS."""
    if request.param == "memory":
        yield in_memory()
        return
    with moto_aws(DatasetItem, LabJobItem, StrategyItem, BotItem):
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=BUCKET)
        connection = Connection(region=REGION)
        store = S3LabStore(s3, BUCKET, VirtualClock())
        drafts = DynamoDrafts(connection)
        yield Lab(DynamoDatasets(), DynamoLabJobs(), store, drafts, DynamoStrategies(connection), DynamoBots())


def test_a_dataset_comes_back_as_it_was_stored(lab: Lab) -> None:
    lab.datasets.create(PENDING)
    assert lab.datasets.get("w1", "01D1") == PENDING
    with pytest.raises(Conflict):
        lab.datasets.create(PENDING)
    with pytest.raises(NotFound):
        lab.datasets.get("w2", "01D1")


def test_a_settled_dataset_never_changes_again(lab: Lab) -> None:
    lab.datasets.create(PENDING)
    lab.datasets.advance("w1", "01D1", 3, 9, 7)
    assert (lab.datasets.get("w1", "01D1").done, lab.datasets.get("w1", "01D1").total) == (3, 9)
    lab.datasets.settle(SETTLED)
    assert lab.datasets.get("w1", "01D1") == SETTLED
    with pytest.raises(Conflict):
        lab.datasets.settle(replace(SETTLED, candles=4))


def test_datasets_are_listed_newest_first(lab: Lab) -> None:
    lab.datasets.create(PENDING)
    lab.datasets.create(replace(PENDING, dataset_id="00D0", created_ms=9))
    lab.datasets.create(replace(PENDING, workspace_id="w2"))
    assert [row.dataset_id for row in lab.datasets.list("w1")] == ["00D0", "01D1"]


def test_a_job_comes_back_as_it_was_stored(lab: Lab) -> None:
    lab.jobs.create(JOB)
    assert lab.jobs.get("w1", JobKind.SWEEP, "01J1") == JOB
    with pytest.raises(NotFound):
        lab.jobs.get("w1", JobKind.BACKTEST, "01J1")


def test_a_job_begins_once(lab: Lab) -> None:
    lab.jobs.create(JOB)
    begun = lab.jobs.begin("w1", JobKind.SWEEP, "01J1", 5)
    assert (begun.status, begun.started_ms) == (JobStatus.RUNNING, 5)
    assert lab.jobs.begin("w1", JobKind.SWEEP, "01J1", 9) == begun


def test_parts_count_each_for_itself_and_again_without_counting_twice(lab: Lab) -> None:
    lab.jobs.create(JOB)
    job = lab.jobs.begin("w1", JobKind.SWEEP, "01J1", 5)
    for part, done in (("p0", 3), ("p1", 2), ("p0", 3), ("p1", 4)):
        assert lab.jobs.advance(job, part, done, 6) is False
    found = lab.jobs.get("w1", JobKind.SWEEP, "01J1")
    assert (found.parts, found.done) == ({"p0": 3, "p1": 4}, 7)


def test_whoever_advances_a_job_hears_that_it_is_cancelled(lab: Lab) -> None:
    lab.jobs.create(JOB)
    job = lab.jobs.begin("w1", JobKind.SWEEP, "01J1", 5)
    asked = lab.jobs.cancel("w1", JobKind.SWEEP, "01J1", 6)
    assert (asked.status, asked.cancel_requested) == (JobStatus.RUNNING, True)
    assert lab.jobs.advance(job, "p0", 1, 7) is True


def test_a_job_that_nobody_has_begun_is_cancelled_at_once(lab: Lab) -> None:
    lab.jobs.create(JOB)
    assert lab.jobs.cancel("w1", JobKind.SWEEP, "01J1", 6).status is JobStatus.CANCELLED
    assert lab.jobs.begin("w1", JobKind.SWEEP, "01J1", 7).status is JobStatus.CANCELLED


def test_an_ended_job_stays_as_it_ended(lab: Lab) -> None:
    lab.jobs.create(JOB)
    job = lab.jobs.begin("w1", JobKind.SWEEP, "01J1", 5)
    lab.jobs.end(job, JobStatus.DONE, 8, summary={"trades": 3, "sharpe": None}, problem={})
    lab.jobs.end(job, JobStatus.FAILED, 9, summary={}, problem={"code": "late"})
    found = lab.jobs.cancel("w1", JobKind.SWEEP, "01J1", 10)
    assert (found.status, found.ended_ms, found.summary) == (JobStatus.DONE, 8, {"trades": 3, "sharpe": None})
    assert (found.problem, found.done) == ({}, 10)


def test_jobs_of_a_kind_are_paged_newest_first(lab: Lab) -> None:
    for number in range(5):
        lab.jobs.create(replace(JOB, job_id=f"01J{number}"))
    lab.jobs.create(replace(JOB, kind=JobKind.BACKTEST))
    first = lab.jobs.list("w1", JobKind.SWEEP, 2, None)
    second = lab.jobs.list("w1", JobKind.SWEEP, 2, first.next_after)
    last = lab.jobs.list("w1", JobKind.SWEEP, 2, second.next_after)
    assert [job.job_id for page in (first, second, last) for job in page.items] == [f"01J{n}" for n in (4, 3, 2, 1, 0)]
    assert last.next_after is None


def test_a_month_comes_back_exactly_and_equal_candles_share_a_key(lab: Lab) -> None:
    key = lab.store.put_month("w1", "BTCUSDT", "1m", "1970-01", BARS)
    assert lab.store.put_month("w1", "BTCUSDT", "1m", "1970-01", BARS) == key
    found = lab.store.get_month(key)
    for name in ("open_time_ms", "open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(found, name), getattr(BARS, name)), name
    with pytest.raises(NotFound):
        lab.store.get_month(key + "x")


def test_funding_comes_back_exactly_and_equal_funding_shares_a_key(lab: Lab) -> None:
    key = lab.store.put_funding("w1", "BTCUSDT", FUNDING)
    assert lab.store.put_funding("w1", "BTCUSDT", FUNDING) == key
    found = lab.store.get_funding(key)
    assert np.array_equal(found.time_ms, FUNDING.time_ms)
    assert np.array_equal(found.rate, FUNDING.rate)
    with pytest.raises(NotFound):
        lab.store.get_funding(key + "x")


def test_a_result_comes_back_as_it_was_stored(lab: Lab) -> None:
    lab.store.put_result("w1", "01J1", "report", b'{"a":1}')
    assert lab.store.get_result("w1", "01J1", "report") == b'{"a":1}'
    with pytest.raises(NotFound):
        lab.store.get_result("w2", "01J1", "report")


def test_an_upload_is_offered_and_read_back_within_its_limit(lab: Lab) -> None:
    offered = lab.store.offer_upload("w1", "01U1")
    assert offered.key == "01U1"
    assert offered.url.startswith("https://")
    with pytest.raises(NotFound):
        lab.store.read_upload("w1", "01U1", 100)
    put_upload(lab, b"twelve bytes")
    assert lab.store.read_upload("w1", "01U1", 12) == b"twelve bytes"
    with pytest.raises(Conflict):
        lab.store.read_upload("w1", "01U1", 11)


def put_upload(lab: Lab, content: bytes) -> None:
    """Does what the page does with the address."""
    if isinstance(lab.store, MemoryLabStore):
        lab.store.uploads[("w1", "01U1")] = content
    else:
        boto3.client("s3", region_name=REGION).put_object(Bucket=BUCKET, Key="uploads/w1/01U1", Body=content)


def test_a_draft_is_written_whole(lab: Lab) -> None:
    head = StrategyHead("w1", "01S1", "Cross", 1, "hash", enabled=True, created_ms=1, updated_ms=1)
    version = StrategyVersion("w1", "01S1", 1, "Cross", {}, {}, "hash", 1)
    bot = Bot("w1", "01B1", "Bot", "01S1", 1, "Cross", "01C1", "BTCUSDT", "1m", "demo", 1, 1)
    lab.drafts.create(head, version, bot)
    assert lab.strategies.head("w1", "01S1") == head
    assert lab.strategies.version("w1", "01S1", 1) == version
    assert lab.bots.get("w1", "01B1") == bot
