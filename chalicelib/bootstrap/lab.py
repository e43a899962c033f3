"""Builds what the lab needs: for the API, and for the function that computes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import aws_client, bots, clock, exchange, ids, runs, settings, tables

if TYPE_CHECKING:
    from chalicelib.adapters.dynamodb.datasets import DynamoDatasets
    from chalicelib.adapters.dynamodb.lab_jobs import DynamoLabJobs
    from chalicelib.adapters.lab_worker import LambdaLabWorker
    from chalicelib.adapters.s3.lab_store import S3LabStore
    from chalicelib.domain.backtest.search import PointSearch
    from chalicelib.services.lab.datasets import Datasets
    from chalicelib.services.lab.experiments import Experiments
    from chalicelib.services.lab.make_dataset import MakeDataset
    from chalicelib.services.lab.presets import Presets
    from chalicelib.services.lab.preview import PreviewStrategy
    from chalicelib.services.lab.replay import ReplayRun
    from chalicelib.services.lab.run_job import RunJob


@cache
def dataset_rows() -> DynamoDatasets:
    """The index of datasets."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.datasets import DatasetItem, DynamoDatasets

    bind(DatasetItem, settings().table_prefix)
    return DynamoDatasets()


@cache
def jobs() -> DynamoLabJobs:
    """Jobs."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.lab_jobs import DynamoLabJobs, LabJobItem

    bind(LabJobItem, settings().table_prefix)
    return DynamoLabJobs()


@cache
def store() -> S3LabStore:
    """Candles, uploads and results."""
    from chalicelib.adapters.s3.lab_store import S3LabStore

    return S3LabStore(aws_client("s3"), settings().required("lab_bucket"), clock())


@cache
def worker() -> LambdaLabWorker:
    """The lab function, as it is started."""
    from chalicelib.adapters.lab_worker import LambdaLabWorker

    return LambdaLabWorker(
        aws_client("lambda"),
        settings().required("lab_function"),
        aws_client("stepfunctions"),
        settings().required("lab_sweep_arn"),
    )


@cache
def datasets() -> Datasets:
    """The use-cases of datasets."""
    from chalicelib.services.lab.datasets import Datasets

    return Datasets(dataset_rows(), store(), worker(), exchange.instruments(), clock(), ids())


@cache
def experiments() -> Experiments:
    """The use-cases of jobs."""
    from chalicelib.services.lab.experiments import Experiments

    return Experiments(
        jobs=jobs(),
        datasets=dataset_rows(),
        strategies=tables.strategies(),
        store=store(),
        worker=worker(),
        instruments=exchange.instruments(),
        clock=clock(),
        ids=ids(),
        part_work=settings().lab_part_work,
    )


@cache
def preview() -> PreviewStrategy:
    """Previews."""
    from chalicelib.services.lab.preview import PreviewStrategy

    return PreviewStrategy(exchange.market_data(), dataset_rows(), store())


@cache
def presets() -> Presets:
    """Presets."""
    from chalicelib.adapters.dynamodb.drafts import DynamoDrafts
    from chalicelib.services.lab.presets import Presets

    tables.bots()
    return Presets(
        drafts=DynamoDrafts(tables.dynamodb_connection()),
        strategies=bots.strategies(),
        connections=tables.connections(),
        clock=clock(),
        ids=ids(),
    )


@cache
def replay() -> ReplayRun:
    """Replays."""
    from chalicelib.services.lab.replay import ReplayRun

    return ReplayRun(runs.look(), tables.strategies(), exchange.market_data())


@cache
def make_dataset() -> MakeDataset:
    """Makes datasets, for the lab function."""
    from chalicelib.services.lab.make_dataset import MakeDataset

    return MakeDataset(dataset_rows(), store(), exchange.market_data(), clock())


def start_search(sizes: Sequence[int], seed: int) -> PointSearch:
    """A search by Optuna, which is imported by the first one: a fifth of a second that other jobs do not pay."""
    from chalicelib.adapters.optuna_search import OptunaSearch

    return OptunaSearch(sizes, seed)


@cache
def run_job() -> RunJob:
    """Computes jobs, for the lab function."""
    from chalicelib.services.lab.run_job import RunJob

    return RunJob(jobs(), dataset_rows(), store(), clock(), start_search)
