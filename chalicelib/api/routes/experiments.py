"""Backtests, sweeps and walk-forwards: begun here, computed by the lab function, polled here."""

from __future__ import annotations

import orjson

from chalicelib.api.models.base import NoBody, PageQuery
from chalicelib.api.models.experiments import (
    BacktestBody,
    CompareQuery,
    CompareView,
    JobList,
    JobView,
    JobWithReport,
    SweepBody,
    WalkForwardBody,
    job_fields,
)
from chalicelib.api.operation import Call, Routes
from chalicelib.api.request import read_cursor, write_cursor
from chalicelib.domain.lab.comparison import compared
from chalicelib.domain.lab.job import JobKind

routes = Routes("Lab")
# A function's answer may have 6 MB; ``trades`` in the report says how many there are.
MOST_TRADES_LISTED = 10_000
_REFUSALS = (404, 409, 422, 502)


@routes.get("/lab/backtests")
def list_backtests(call: Call, query: PageQuery) -> JobList:
    """The workspace's backtests."""
    return _list(call, JobKind.BACKTEST, query)


@routes.post("/lab/backtests", status=202, refusals=_REFUSALS, cached_reply=True)
def create_backtest(call: Call, body: BacktestBody) -> JobView:
    """Begins a backtest."""
    return JobView.of(call.services.experiments.create(call.actor, JobKind.BACKTEST, body.wanted()))


@routes.get("/lab/backtests/compare", refusals=(404,))
def compare_backtests(call: Call, query: CompareQuery) -> CompareView:
    """Two backtests side by side."""
    experiments = call.services.experiments
    a = experiments.get(call.actor, JobKind.BACKTEST, query.a)
    b = experiments.get(call.actor, JobKind.BACKTEST, query.b)
    found = compared(a, b)
    return CompareView(
        a=JobView.of(a),
        b=JobView.of(b),
        delta=found.delta,
        same_strategy=found.same_strategy,
        same_data=found.same_data,
        same_assumptions=found.same_assumptions,
    )


@routes.get("/lab/backtests/{job_id}", refusals=(404,))
def get_backtest(call: Call, job_id: str) -> JobWithReport:
    """One backtest, with its report once it is done."""
    return _get(call, JobKind.BACKTEST, job_id)


@routes.post("/lab/backtests/{job_id}/cancel", status=202, refusals=(404,))
def cancel_backtest(call: Call, job_id: str, body: NoBody) -> JobView:
    """Asks a backtest to end."""
    return JobView.of(call.services.experiments.cancel(call.actor, JobKind.BACKTEST, job_id))


@routes.get("/lab/sweeps")
def list_sweeps(call: Call, query: PageQuery) -> JobList:
    """The workspace's sweeps."""
    return _list(call, JobKind.SWEEP, query)


@routes.post("/lab/sweeps", status=202, refusals=_REFUSALS, cached_reply=True)
def create_sweep(call: Call, body: SweepBody) -> JobView:
    """Begins a sweep; a large grid is spread over several calls of the function."""
    return JobView.of(call.services.experiments.create(call.actor, JobKind.SWEEP, body.sweep()))


@routes.get("/lab/sweeps/{job_id}", refusals=(404,))
def get_sweep(call: Call, job_id: str) -> JobWithReport:
    """One sweep, with its ranked rows once it has ended."""
    return _get(call, JobKind.SWEEP, job_id)


@routes.post("/lab/sweeps/{job_id}/cancel", status=202, refusals=(404,))
def cancel_sweep(call: Call, job_id: str, body: NoBody) -> JobView:
    """Asks a sweep to end; the rows that are done stay."""
    return JobView.of(call.services.experiments.cancel(call.actor, JobKind.SWEEP, job_id))


@routes.get("/lab/walk-forwards")
def list_walk_forwards(call: Call, query: PageQuery) -> JobList:
    """The workspace's walk-forwards."""
    return _list(call, JobKind.WALK_FORWARD, query)


@routes.post("/lab/walk-forwards", status=202, refusals=_REFUSALS, cached_reply=True)
def create_walk_forward(call: Call, body: WalkForwardBody) -> JobView:
    """Begins a walk-forward; without parameters it is a validation."""
    return JobView.of(call.services.experiments.create(call.actor, JobKind.WALK_FORWARD, body.walk_forward()))


@routes.get("/lab/walk-forwards/{job_id}", refusals=(404,))
def get_walk_forward(call: Call, job_id: str) -> JobWithReport:
    """One walk-forward, with its folds once it has ended."""
    return _get(call, JobKind.WALK_FORWARD, job_id)


@routes.post("/lab/walk-forwards/{job_id}/cancel", status=202, refusals=(404,))
def cancel_walk_forward(call: Call, job_id: str, body: NoBody) -> JobView:
    """Asks a walk-forward to end; the folds that are done stay."""
    return JobView.of(call.services.experiments.cancel(call.actor, JobKind.WALK_FORWARD, job_id))


def _list(call: Call, kind: JobKind, query: PageQuery) -> JobList:
    page = call.services.experiments.list(call.actor, kind, query.limit, read_cursor(query.cursor))
    return JobList(items=[JobView.of(job) for job in page.items], next_cursor=write_cursor(page.next_after))


def _get(call: Call, kind: JobKind, job_id: str) -> JobWithReport:
    experiments = call.services.experiments
    job = experiments.get(call.actor, kind, job_id)
    result = experiments.result(job)
    report = None if result is None else orjson.loads(result)
    if report is not None and "trade_list" in report:
        report["trade_list"] = report["trade_list"][:MOST_TRADES_LISTED]
    return JobWithReport(**job_fields(job), report=report)
