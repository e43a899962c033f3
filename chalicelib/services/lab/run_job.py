"""Computes jobs, in the lab function. Repeating a part gives the same rows: deliveries may come twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from chalicelib.domain.backtest.engine import Market, run_backtest
from chalicelib.domain.backtest.parameters import grid
from chalicelib.domain.backtest.report import Report, build_report, canonical_report
from chalicelib.domain.backtest.search import StartSearch, search_rows
from chalicelib.domain.backtest.search_choice import SearchMethod, trials_of
from chalicelib.domain.backtest.settings import ENGINE_VERSION, FillAt, Settings
from chalicelib.domain.backtest.sweep import (
    MAX_COMBINATIONS,
    RankBy,
    SweepResult,
    SweepRow,
    SweepRunner,
    merged_sweep,
    sweep_rows,
)
from chalicelib.domain.backtest.walk_forward import WalkForward, run_walk_forward
from chalicelib.domain.errors import InvalidDocument, UnknownFact
from chalicelib.domain.lab.experiment import Assumptions, DatasetRef, Experiment
from chalicelib.domain.lab.job import JobKind, JobStatus, LabJob
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.parse import build_spec
from chalicelib.domain.strategy.plan import compile_plan
from chalicelib.lab_ports import DatasetRepository, LabJobRepository, LabStore
from chalicelib.ports import Clock, NotFound
from chalicelib.services.lab.progress import Progress
from chalicelib.services.lab.store_candles import CandleArchive, DatasetRows

_HEADLINES = (
    "trades",
    "wins",
    "net_pnl",
    "return_pct",
    "win_rate",
    "sharpe",
    "profit_factor",
    "expectancy",
    "fees",
    "funding",
)


@dataclass(frozen=True, slots=True)
class RunJob:
    """The use-case."""

    jobs: LabJobRepository
    datasets: DatasetRepository
    store: LabStore
    clock: Clock
    start_search: StartSearch

    def __call__(self, workspace_id: str, kind: JobKind, job_id: str, part: int, parts: int) -> LabJob:
        """Computes a part of a job; a job of one part is ended as well. Raises NotFound."""
        job = self.jobs.begin(workspace_id, kind, job_id, self.clock.now_ms())
        if job.status is JobStatus.RUNNING:
            self._guarded(job, lambda: self._compute(job, part, parts))
        return self.jobs.get(workspace_id, kind, job_id)

    def merge(self, workspace_id: str, kind: JobKind, job_id: str, parts: int) -> LabJob:
        """Ends a sweep that was computed in parts. Raises NotFound."""
        job = self.jobs.get(workspace_id, kind, job_id)
        if not job.status.ended:
            self._guarded(job, lambda: self._merge(job, parts))
        return self.jobs.get(workspace_id, kind, job_id)

    def fail(self, job: LabJob, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        """Ends a job as FAILED, with the problem as the API would tell it."""
        problem = {"code": code, "detail": detail, "errors": errors or []}
        self.jobs.end(job, JobStatus.FAILED, self.clock.now_ms(), summary={}, problem=problem)

    def _guarded(self, job: LabJob, compute: Any) -> None:
        try:
            compute()
        except InvalidDocument as invalid:
            self.fail(job, "document.invalid", str(invalid), [asdict(found) for found in invalid.findings])
        except (NotFound, UnknownFact) as missing:
            self.fail(job, "lab.data_missing", str(missing))

    def _compute(self, job: LabJob, part: int, parts: int) -> None:
        experiment = Experiment.from_json(job.request)
        progress = Progress(self.jobs, job, f"p{part}", self.clock)
        data = self._data(job, experiment)
        match job.kind:
            case JobKind.BACKTEST:
                progress(1, job.total)
                self._backtest(job, experiment, data, progress)
            case JobKind.SWEEP:
                self._sweep_part(job, experiment, data, progress, part, parts)
            case JobKind.WALK_FORWARD:
                self._walk_forward(job, experiment, data, progress)

    def _backtest(self, job: LabJob, experiment: Experiment, data: _Data, progress: Progress) -> None:
        plan = compile_plan(build_spec(experiment.document))
        detail = None if experiment.detail is None else self._rows(job, experiment.detail).bars
        bars, settings = data.bars, data.settings
        if progress.cancelled():
            self._end(job, {}, None, cancelled=True)
            return
        history = run_backtest(plan, Market(bars, detail), settings)
        progress(2, job.total)
        report = build_report(
            plan,
            bars[experiment.timeframe],
            settings,
            history,
            strategy_hash=experiment.strategy_hash,
            with_detail=detail is not None,
        )
        report["datasets"] = {interval.value: ref.rows_hash for interval, ref in experiment.datasets.items()}
        summary = {name: report[name] for name in _HEADLINES} | {"max_drawdown_pct": report["max_drawdown"]["pct"]}
        self._end(job, summary, report, cancelled=False)

    def _sweep_part(
        self,
        job: LabJob,
        experiment: Experiment,
        data: _Data,
        progress: Progress,
        part: int,
        parts: int,
    ) -> None:
        if experiment.search.method is SearchMethod.TPE:
            self._search(job, experiment, data, progress)
            return
        document, parameters = experiment.document, experiment.parameters
        points = grid(document, parameters, MAX_COMBINATIONS)
        runner = SweepRunner(experiment.timeframe, data.bars, data.settings)
        share = range(len(points) * part // parts, len(points) * (part + 1) // parts)
        rows = sweep_rows(document, parameters, points, share, runner, progress, progress.cancelled)
        if parts == 1:
            self._end_sweep(job, experiment, rows, len(points), runner, data.funding_rates)
            return
        content = orjson.dumps([asdict(row) for row in rows])
        self.store.put_result(job.workspace_id, job.job_id, f"part-{part}", content)

    def _search(self, job: LabJob, experiment: Experiment, data: _Data, progress: Progress) -> None:
        document, parameters, search = experiment.document, experiment.parameters, experiment.search
        trials = trials_of(document, parameters, search)
        points = self.start_search([one.count for one in parameters], search.seed)
        runner = SweepRunner(experiment.timeframe, data.bars, data.settings)
        rank_by = RankBy(experiment.rank_by)
        found = search_rows(document, parameters, trials, points, rank_by, runner, progress, progress.cancelled)
        total = trials if found.cancelled else len(found.rows)
        self._end_sweep(job, experiment, list(found.rows), total, runner, data.funding_rates)

    def _merge(self, job: LabJob, parts: int) -> None:
        experiment = Experiment.from_json(job.request)
        rows: list[SweepRow] = []
        for part in range(parts):
            content = self.store.get_result(job.workspace_id, job.job_id, f"part-{part}")
            rows += [SweepRow(**row) for row in orjson.loads(content)]
        data = self._data(job, experiment)
        runner = SweepRunner(experiment.timeframe, data.bars, data.settings)
        self._end_sweep(job, experiment, rows, job.total, runner, data.funding_rates)

    def _end_sweep(
        self,
        job: LabJob,
        experiment: Experiment,
        rows: list[SweepRow],
        total: int,
        runner: SweepRunner,
        funding_rates: int,
    ) -> None:
        rank_by = RankBy(experiment.rank_by)
        result = merged_sweep(experiment.document, experiment.parameters, rows, total, runner, rank_by)
        best = asdict(result.rows[0]) if result.rows else None
        summary = {
            "combinations": total,
            "computed": len(rows),
            "rank_by": rank_by.value,
            "best": best,
            "deflated_sharpe": result.deflated_sharpe,
        }
        report = _sweep_report(experiment, result, total, funding_rates)
        self._end(job, summary, report, cancelled=result.cancelled)

    def _walk_forward(self, job: LabJob, experiment: Experiment, data: _Data, progress: Progress) -> None:
        if experiment.folds is None:
            raise UnknownFact("a walk-forward without folds")
        result = run_walk_forward(
            experiment.document,
            experiment.parameters,
            data.bars,
            data.settings,
            experiment.folds,
            rank_by=RankBy(experiment.rank_by),
            progress=progress,
            cancelled=progress.cancelled,
        )
        report = _walk_forward_report(experiment, result, data.funding_rates)
        summary = {name: value for name, value in report.items() if name not in ("folds", "stability")}
        self._end(job, summary, report, cancelled=result.cancelled)

    def _end(self, job: LabJob, summary: dict[str, Any], report: Report | None, *, cancelled: bool) -> None:
        if report is not None:
            self.store.put_result(job.workspace_id, job.job_id, "report", canonical_report(report))
        status = JobStatus.CANCELLED if cancelled else JobStatus.DONE
        self.jobs.end(job, status, self.clock.now_ms(), summary=summary, problem={})

    def _data(self, job: LabJob, experiment: Experiment) -> _Data:
        rows = {interval: self._rows(job, ref) for interval, ref in experiment.datasets.items()}
        funding = rows[experiment.timeframe].funding if experiment.assumptions.funding else None
        bars = {interval: found.bars for interval, found in rows.items()}
        return _Data(bars, settings_of(experiment.assumptions, funding))

    def _rows(self, job: LabJob, ref: DatasetRef) -> DatasetRows:
        return CandleArchive(self.store).rows(self.datasets.get(job.workspace_id, ref.dataset_id))


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """What a job computes on: candles by interval, and the settings with the funding of their time."""

    bars: Mapping[Interval, Bars]
    settings: Settings

    @property
    def funding_rates(self) -> int:
        """How many settlements of funding the figures have in them."""
        return 0 if self.settings.funding is None else len(self.settings.funding)


def settings_of(assumptions: Assumptions, funding: FundingSeries | None = None) -> Settings:
    """The engine's settings."""
    fixed, leverage = assumptions.fixed_qty, assumptions.leverage
    return Settings(
        fill_at=FillAt(assumptions.fill_at),
        taker_fee_bps=float(assumptions.taker_fee_bps),
        maker_fee_bps=float(assumptions.maker_fee_bps),
        slippage_bps=float(assumptions.slippage_bps),
        fixed_qty=None if fixed is None else float(fixed),
        starting_equity=assumptions.starting_equity,
        leverage=None if leverage is None else float(leverage),
        instrument=assumptions.instrument,
        funding=funding,
    )


def _sweep_report(experiment: Experiment, result: SweepResult, total: int, funding_rates: int) -> Report:
    return {
        "engine_version": ENGINE_VERSION,
        "strategy_hash": experiment.strategy_hash,
        "datasets": {interval.value: ref.rows_hash for interval, ref in experiment.datasets.items()},
        "rank_by": experiment.rank_by,
        "funding_rates": funding_rates,
        "combinations": total,
        "cancelled": result.cancelled,
        "deflated_sharpe": result.deflated_sharpe,
        "rows": [asdict(row) for row in result.rows],
    }


def _walk_forward_report(experiment: Experiment, result: WalkForward, funding_rates: int) -> Report:
    return {
        "engine_version": ENGINE_VERSION,
        "strategy_hash": experiment.strategy_hash,
        "datasets": {interval.value: ref.rows_hash for interval, ref in experiment.datasets.items()},
        "rank_by": experiment.rank_by,
        "funding_rates": funding_rates,
        **asdict(result),
    }
