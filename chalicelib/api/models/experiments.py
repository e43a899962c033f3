"""Backtests, sweeps and walk-forwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.api.models.base import (
    DecimalText,
    Id,
    PositiveDecimalText,
    RequestModel,
    Timestamp,
    View,
    iso_or_none,
)
from chalicelib.api.models.datasets import IntervalName
from chalicelib.domain.backtest.folds import FoldConfig
from chalicelib.domain.backtest.parameters import Parameter
from chalicelib.domain.backtest.search_choice import MAX_SEED, MAX_TRIALS, Search, SearchMethod
from chalicelib.domain.lab.experiment import Assumptions
from chalicelib.domain.lab.job import JobStatus, LabJob
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.timestamps import iso
from chalicelib.services.lab.experiments import Wanted

_MOST_BPS = Decimal(1000)
JobName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
Pointer = Annotated[str, Field(pattern=r"^(/[^/]{1,100}){1,20}$", examples=["/exit/stopLoss/value"])]


class AssumptionsBody(RequestModel):
    """What the backtest assumes. Fees and slippage in bps of each side's notional; ``qty`` fixes the quantity and
    switches sizing, cooldown and loss limits off; ``leverage`` turns the liquidation check on."""

    fill_at: Literal["next_open", "close"] = "next_open"
    taker_fee_bps: DecimalText = Decimal("5.5")
    maker_fee_bps: DecimalText = Decimal(2)
    slippage_bps: DecimalText = Decimal(0)
    starting_equity: PositiveDecimalText = Decimal(10_000)
    qty: PositiveDecimalText | None = None
    leverage: PositiveDecimalText | None = None
    instrument: bool = Field(default=True, description="round to the instrument's steps and check its minimums")
    funding: bool = Field(default=True, description="charge the funding that the timeframe's dataset has, if any")

    @model_validator(mode="after")
    def _sensible(self) -> AssumptionsBody:
        if not all(0 <= bps <= _MOST_BPS for bps in (self.taker_fee_bps, self.maker_fee_bps, self.slippage_bps)):
            raise PydanticCustomError("bps_range", "fees and slippage are 0 to 1000 bps")
        return self

    def assumptions(self) -> Assumptions:
        """As the service takes them."""
        return Assumptions(
            fill_at=self.fill_at,
            taker_fee_bps=self.taker_fee_bps,
            maker_fee_bps=self.maker_fee_bps,
            slippage_bps=self.slippage_bps,
            starting_equity=self.starting_equity,
            fixed_qty=self.qty,
            leverage=self.leverage,
            funding=self.funding,
        )


class BacktestBody(RequestModel):
    """A strategy document, or a saved strategy at a version (the newest one without), on one dataset an interval."""

    name: JobName | None = None
    spec: dict[str, Any] | None = None
    strategy_id: Id | None = None
    strategy_version: int | None = Field(default=None, ge=1, le=999_999)
    datasets: dict[IntervalName, Id] = Field(min_length=1, max_length=4)
    detail: Id | None = Field(default=None, description="one-minute candles that decide what came first inside a bar")
    assumptions: AssumptionsBody = AssumptionsBody()

    @model_validator(mode="after")
    def _one_strategy(self) -> BacktestBody:
        if (self.spec is None) == (self.strategy_id is None):
            raise PydanticCustomError("one_strategy", "give spec or strategyId")
        return self

    def wanted(self, **more: Any) -> Wanted:
        """As the service takes it."""
        return Wanted(
            name=self.name,
            spec=self.spec,
            strategy_id=self.strategy_id,
            strategy_version=self.strategy_version,
            datasets={Interval(interval): one for interval, one in self.datasets.items()},
            detail=self.detail,
            assumptions=self.assumptions.assumptions(),
            use_instrument=self.assumptions.instrument,
            **more,
        )


class ParameterBody(RequestModel):
    """``pointer`` names a number of the document; it takes start, start + step … up to stop. ``also`` are more places
    that always get the same value."""

    pointer: Pointer
    start: DecimalText
    stop: DecimalText
    step: PositiveDecimalText
    also: list[Pointer] = Field(default=[], max_length=10)

    def parameter(self) -> Parameter:
        """As the engine takes it."""
        return Parameter(self.pointer, self.start, self.stop, self.step, tuple(self.also))


RankByName = Literal["net_pnl", "sharpe", "profit_factor", "expectancy"]


class SearchBody(RequestModel):
    """``grid`` computes every combination. ``tpe`` tries ``trials`` of them, each chosen from what those before gave,
    for spaces too large for a grid; the same ``seed`` tries the same ones."""

    method: Literal["grid", "tpe"] = "grid"
    trials: int | None = Field(default=None, ge=1, le=MAX_TRIALS)
    seed: int | None = Field(default=None, ge=0, le=MAX_SEED)

    @model_validator(mode="after")
    def _fields_of_the_method(self) -> SearchBody:
        given = [self.trials is not None, self.seed is not None]
        if self.method == "tpe" and not all(given):
            raise PydanticCustomError("search_fields", "tpe needs trials and seed")
        if self.method == "grid" and any(given):
            raise PydanticCustomError("search_fields", "trials and seed are for tpe")
        return self

    def search(self) -> Search:
        """As the engine takes it."""
        return Search(SearchMethod(self.method), self.trials or 0, self.seed or 0)


class SweepBody(BacktestBody):
    """A backtest with the combinations of up to three parameters: all of them, or those that a search tries."""

    parameters: list[ParameterBody] = Field(min_length=1, max_length=3)
    rank_by: RankByName = "net_pnl"
    search: SearchBody = SearchBody()

    def sweep(self) -> Wanted:
        """As the service takes it."""
        parameters = tuple(one.parameter() for one in self.parameters)
        return self.wanted(parameters=parameters, rank_by=self.rank_by, search=self.search.search())


class FoldsBody(RequestModel):
    """Lengths in bars. Anchored folds all begin at the first bar, rolling ones move by ``step``."""

    is_bars: int = Field(default=400, ge=1, le=1_000_000)
    oos_bars: int = Field(default=100, ge=1, le=1_000_000)
    step: int = Field(default=100, ge=1, le=1_000_000)
    anchored: bool = False


class WalkForwardBody(BacktestBody):
    """The best parameters of each in-sample block traded on the block after it; without parameters a validation."""

    parameters: list[ParameterBody] = Field(default=[], max_length=3)
    rank_by: RankByName = "net_pnl"
    folds: FoldsBody = FoldsBody()

    def walk_forward(self) -> Wanted:
        """As the service takes it."""
        folds = FoldConfig(self.folds.is_bars, self.folds.oos_bars, self.folds.step, self.folds.anchored)
        parameters = tuple(one.parameter() for one in self.parameters)
        return self.wanted(parameters=parameters, rank_by=self.rank_by, folds=folds)


class JobView(View):
    """A job. ``request`` is everything that its result depends on, ``summary`` its headline figures."""

    id: Id
    name: str
    status: JobStatus
    progress: float = Field(ge=0, le=1)
    done: int
    total: int
    cancel_requested: bool
    request: dict[str, Any]
    summary: dict[str, Any] | None
    problem: dict[str, Any] | None
    created_at: Timestamp
    started_at: Timestamp | None
    ended_at: Timestamp | None

    @classmethod
    def of(cls, job: LabJob) -> JobView:
        """The view of a job."""
        return cls(**job_fields(job))


class JobWithReport(JobView):
    """A job with its result (the engine's canonical report), null until it has ended."""

    report: dict[str, Any] | None


class JobList(View):
    """A page of jobs, newest first."""

    items: list[JobView]
    next_cursor: str | None


class CompareQuery(RequestModel):
    """The two backtests to compare."""

    a: Id
    b: Id


class CompareView(View):
    """Two backtests side by side; ``delta`` is b less a, for each figure that both have."""

    a: JobView
    b: JobView
    delta: dict[str, float]
    same_strategy: bool
    same_data: bool
    same_assumptions: bool


def job_fields(job: LabJob) -> dict[str, Any]:
    """The fields of a job's view."""
    return {
        "id": job.job_id,
        "name": job.name,
        "status": job.status,
        "progress": job.done / job.total if job.total else 1.0,
        "done": job.done,
        "total": job.total,
        "cancel_requested": job.cancel_requested,
        "request": dict(job.request),
        "summary": dict(job.summary) or None,
        "problem": dict(job.problem) or None,
        "created_at": iso(job.created_ms),
        "started_at": iso_or_none(job.started_ms),
        "ended_at": iso_or_none(job.ended_ms),
    }
