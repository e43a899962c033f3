"""Backtests, sweeps and walk-forwards, as a user asks for them and looks at them. Nothing is computed here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.account_ports import Listing, StrategyRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import InUse, MissingReference
from chalicelib.domain.backtest.folds import FoldConfig, make_folds
from chalicelib.domain.backtest.parameters import Parameter, grid
from chalicelib.domain.backtest.search_choice import WHOLE_GRID, Search, SearchMethod, trials_of
from chalicelib.domain.datasets.dataset import Dataset
from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.domain.lab.experiment import Assumptions, DatasetRef, Experiment
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.normalise import hash_of
from chalicelib.domain.strategy.parse import normalise
from chalicelib.lab_ports import DatasetRepository, LabJobRepository, LabStore, LabWorker
from chalicelib.ports import Clock, Ids, NotFound
from chalicelib.services.instruments import Instruments

MOST_COMBINATIONS = 10_000
MOST_FOLD_COMBINATIONS = 1_000
_MOST_AT_ONCE = 2
_LOOKED_AT = 20
_MOST_PARTS = 100
_BACKTEST_STEPS = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user asks for: a document or a saved strategy, datasets by interval, assumptions, variations."""

    name: str | None
    spec: dict[str, Any] | None
    strategy_id: str | None
    strategy_version: int | None
    datasets: Mapping[Interval, str]
    detail: str | None
    assumptions: Assumptions
    use_instrument: bool
    parameters: tuple[Parameter, ...] = ()
    rank_by: str = "net_pnl"
    folds: FoldConfig | None = None
    search: Search = WHOLE_GRID


@dataclass(frozen=True, slots=True)
class Experiments:
    """The use-cases. ``part_work`` is how many bar-combinations one call of the function takes on of a sweep."""

    jobs: LabJobRepository
    datasets: DatasetRepository
    strategies: StrategyRepository
    store: LabStore
    worker: LabWorker
    instruments: Instruments
    clock: Clock
    ids: Ids
    part_work: int

    def create(self, actor: Actor, kind: JobKind, wanted: Wanted) -> LabJob:
        """A new job. Raises InvalidDocument, MissingReference, UnknownSymbol, InUse when enough jobs are at work."""
        experiment = self._experiment(actor, wanted)
        bars = experiment.datasets[experiment.timeframe].candles
        combinations = self._combinations(kind, experiment)
        total, parts = _BACKTEST_STEPS, 1
        if kind is JobKind.SWEEP:
            total = combinations
            # A search learns from each point before it asks for the next: it cannot be spread.
            if experiment.search.method is SearchMethod.GRID:
                parts = min(math.ceil(combinations * bars / self.part_work), combinations, _MOST_PARTS)
        elif kind is JobKind.WALK_FORWARD:
            total = len(make_folds(experiment.folds or FoldConfig(), bars))
        if kind is not JobKind.BACKTEST:
            self._require_room(actor)
        now_ms = self.clock.now_ms()
        job = LabJob(
            workspace_id=actor.workspace_id,
            job_id=self.ids.ulid(),
            kind=kind,
            name=wanted.name or str(experiment.document["name"]),
            request=experiment.as_json(),
            status=JobStatus.PENDING,
            total=total,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        self.jobs.create(job)
        self.worker.run(job, parts)
        return job

    def get(self, actor: Actor, kind: JobKind, job_id: str) -> LabJob:
        """One job. Raises NotFound."""
        return self._seen(self.jobs.get(actor.workspace_id, kind, job_id))

    def list(self, actor: Actor, kind: JobKind, limit: int, after: str | None) -> Listing[LabJob]:
        """Jobs of a kind, newest first."""
        page = self.jobs.list(actor.workspace_id, kind, limit, after)
        return Listing(tuple(self._seen(job) for job in page.items), page.next_after)

    def cancel(self, actor: Actor, kind: JobKind, job_id: str) -> LabJob:
        """Asks a job to end; what is done stays. Raises NotFound."""
        return self.jobs.cancel(actor.workspace_id, kind, job_id, self.clock.now_ms())

    def result(self, job: LabJob) -> bytes | None:
        """The job's result as canonical JSON, None while there is none."""
        if not job.status.ended:
            return None
        try:
            return self.store.get_result(job.workspace_id, job.job_id, "report")
        except NotFound:
            return None

    def _seen(self, job: LabJob) -> LabJob:
        """The job; one whose function has died is FAILED, and stays so."""
        if not job.dead(self.clock.now_ms()):
            return job
        problem = {"code": "lab.died", "detail": "the function that computed it ended without a result"}
        self.jobs.end(job, JobStatus.FAILED, self.clock.now_ms(), summary={}, problem=problem)
        return replace(job, status=JobStatus.FAILED, problem=problem)

    def _require_room(self, actor: Actor) -> None:
        at_work = 0
        for kind in (JobKind.SWEEP, JobKind.WALK_FORWARD):
            page = self.jobs.list(actor.workspace_id, kind, _LOOKED_AT, None)
            at_work += sum(not self._seen(job).status.ended for job in page.items)
        if at_work >= _MOST_AT_ONCE:
            detail = f"{at_work} sweeps and walk-forwards are at work: wait for one to end, or cancel it"
            raise InUse("lab.busy", detail, limit=str(_MOST_AT_ONCE))

    def _combinations(self, kind: JobKind, experiment: Experiment) -> int:
        if kind is JobKind.BACKTEST or (kind is JobKind.WALK_FORWARD and not experiment.parameters):
            return 1
        if experiment.search.method is not SearchMethod.GRID:
            return trials_of(experiment.document, experiment.parameters, experiment.search)
        limit = MOST_COMBINATIONS if kind is JobKind.SWEEP else MOST_FOLD_COMBINATIONS
        return len(grid(experiment.document, experiment.parameters, limit))

    def _experiment(self, actor: Actor, wanted: Wanted) -> Experiment:
        document, strategy_id, version = self._document(actor, wanted)
        symbol = str(document["market"]["symbol"])
        needed = tuple(dict.fromkeys(Interval(name) for name in (document["timeframe"], *document["timeframes"])))
        found = {
            interval: self._dataset(actor, f"/datasets/{interval}", one) for interval, one in wanted.datasets.items()
        }
        findings = [
            _finding(f"/datasets/{one}", "lab.timeframe_missing", f"the strategy reads {one} candles", interval=one)
            for one in needed
            if one not in found
        ]
        for interval, dataset in found.items():
            findings += _unfit(f"/datasets/{interval}", dataset, symbol, interval)
        detail = None if wanted.detail is None else self._dataset(actor, "/detail", wanted.detail)
        if detail is not None:
            findings += _unfit("/detail", detail, symbol, Interval.M1)
        if findings:
            raise InvalidDocument(findings)
        rules = self.instruments.get(symbol, "/spec/market/symbol") if wanted.use_instrument else None
        return Experiment(
            document=document,
            strategy_hash=hash_of(document),
            datasets={interval: _ref(found[interval]) for interval in needed},
            assumptions=replace(wanted.assumptions, instrument=rules),
            detail=None if detail is None else _ref(detail),
            strategy_id=strategy_id,
            strategy_version=version,
            parameters=wanted.parameters,
            rank_by=wanted.rank_by,
            folds=wanted.folds,
            search=wanted.search,
        )

    def _document(self, actor: Actor, wanted: Wanted) -> tuple[dict[str, Any], str, int]:
        """The normalised document and, when it is a saved one, whose."""
        if wanted.spec is not None:
            try:
                return normalise(wanted.spec), "", 0
            except InvalidDocument as invalid:
                raise InvalidDocument(
                    [replace(found, pointer=f"/spec{found.pointer}") for found in invalid.findings]
                ) from invalid
        strategy_id = wanted.strategy_id or ""
        try:
            number = wanted.strategy_version or self.strategies.head(actor.workspace_id, strategy_id).version
            version = self.strategies.version(actor.workspace_id, strategy_id, number)
        except NotFound as missing:
            detail = "there is no such strategy in this workspace"
            raise MissingReference("bot.strategy_missing", detail, "/strategyId") from missing
        return normalise(version.normalised), strategy_id, version.version

    def _dataset(self, actor: Actor, pointer: str, dataset_id: str) -> Dataset:
        try:
            return self.datasets.get(actor.workspace_id, dataset_id)
        except NotFound as missing:
            detail = "there is no such dataset in this workspace"
            raise MissingReference("lab.dataset_missing", detail, pointer) from missing


def _unfit(pointer: str, dataset: Dataset, symbol: str, interval: Interval) -> list[Finding]:
    if not dataset.status.usable:
        detail = f"the dataset is {dataset.status}"
        return [_finding(pointer, "lab.dataset_unusable", detail, status=dataset.status)]
    findings = []
    if dataset.symbol != symbol:
        detail = f"the dataset is of {dataset.symbol}, the strategy trades {symbol}"
        findings.append(_finding(pointer, "lab.dataset_symbol", detail, found=dataset.symbol, wanted=symbol))
    if dataset.interval is not interval:
        detail = f"the dataset has {dataset.interval} candles, not {interval}"
        findings.append(_finding(pointer, "lab.dataset_interval", detail, found=dataset.interval, wanted=interval))
    return findings


def _finding(pointer: str, key: str, detail: str, **params: str) -> Finding:
    return Finding(pointer, detail, key, {name: str(value) for name, value in params.items()})


def _ref(dataset: Dataset) -> DatasetRef:
    return DatasetRef(dataset.dataset_id, dataset.rows_hash, dataset.candles)
