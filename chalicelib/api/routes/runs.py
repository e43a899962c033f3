"""Runs."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.run_log import EventList, EventsQuery, EventView, FillList, FillView, IntentList, IntentView
from chalicelib.api.models.run_report import ReportView
from chalicelib.api.models.runs import (
    BotRunsQuery,
    RunList,
    RunsQuery,
    RunView,
    StartRunBody,
    StopAllError,
    StopAllView,
    StopRunBody,
)
from chalicelib.api.operation import Call, Routes
from chalicelib.api.problems import Problem, RequestRefused
from chalicelib.domain.strategy.spec import OnStop

routes = Routes("Runs")


@routes.post("/bots/{bot_id}/runs", status=201, refusals=(404, 409, 422, 502), takes_key=True)
def start_run(call: Call, bot_id: str, body: StartRunBody) -> RunView:
    """Starts a run. The Idempotency-Key is its identity: a repeat finds the run, it never starts a second one."""
    return RunView.of(call.services.start_run(call.actor, bot_id, body.duration_minutes, call.idempotency_key))


@routes.get("/bots/{bot_id}/runs", refusals=(404,))
def list_runs_of_bot(call: Call, bot_id: str, query: BotRunsQuery) -> RunList:
    """A bot's runs, newest first."""
    call.services.bots.get(call.actor, bot_id)
    page = call.services.runs.runs(call.actor, bot_id=bot_id, active=None, limit=query.limit, cursor=query.cursor)
    return RunList(items=[RunView.of(record) for record in page.items], next_cursor=page.cursor)


@routes.get("/runs", refusals=(404,))
def list_runs(call: Call, query: RunsQuery) -> RunList:
    """The workspace's runs, newest first."""
    page = call.services.runs.runs(
        call.actor,
        bot_id=query.bot_id,
        active=None if query.status is None else query.status == "active",
        limit=query.limit,
        cursor=query.cursor,
    )
    return RunList(items=[RunView.of(record) for record in page.items], next_cursor=page.cursor)


@routes.post("/runs/stop-all", status=202)
def stop_all_runs(call: Call, body: NoBody) -> StopAllView:
    """Tells every active run of the workspace to stop."""
    outcome = call.services.control_runs.stop_all(call.actor)
    return StopAllView(
        stopped=list(outcome.stopped),
        errors=[StopAllError(run_id=run_id, detail=detail) for run_id, detail in outcome.errors],
        total=len(outcome.stopped) + len(outcome.errors),
    )


@routes.get("/runs/{run_id}", refusals=(404,))
def get_run(call: Call, run_id: str) -> RunView:
    """One run."""
    return RunView.of(call.services.runs.run(call.actor, run_id))


@routes.post("/runs/{run_id}/stop", status=202, refusals=(404, 409))
def stop_run(call: Call, run_id: str, body: StopRunBody) -> RunView:
    """Tells a run to stop; it ends when it is proven flat (or protected) without open orders."""
    policy = None if body.policy is None else OnStop(body.policy)
    return RunView.of(call.services.control_runs.stop(call.actor, run_id, policy))


@routes.post("/runs/{run_id}/kill", status=202, refusals=(404, 409))
def kill_run(call: Call, run_id: str, body: NoBody) -> RunView:
    """Closes a run's position by market at once and ends the run, whatever its own stop policy says."""
    return RunView.of(call.services.kill_switches.kill_run(call.actor, run_id))


@routes.post("/runs/{run_id}/pause", status=202, refusals=(404, 409))
def pause_run(call: Call, run_id: str, body: NoBody) -> RunView:
    """Tells a run to open nothing new; its position stays protected."""
    return RunView.of(call.services.control_runs.pause(call.actor, run_id))


@routes.post("/runs/{run_id}/resume", status=202, refusals=(404, 409))
def resume_run(call: Call, run_id: str, body: NoBody) -> RunView:
    """Tells a paused run to go on; it reconciles with the exchange first."""
    return RunView.of(call.services.control_runs.resume(call.actor, run_id))


@routes.get("/runs/{run_id}/events", refusals=(404,))
def list_run_events(call: Call, run_id: str, query: EventsQuery) -> EventList:
    """The run's log after an event number."""
    found = call.services.runs.events(call.actor, run_id, query.after, query.limit)
    items = [EventView.of(event) for event in found]
    return EventList(items=items, next_cursor=str(items[-1].seq) if len(items) == query.limit else None)


@routes.get("/runs/{run_id}/intents", refusals=(404,))
def list_run_intents(call: Call, run_id: str) -> IntentList:
    """The run's order intents."""
    found = call.services.runs.intents(call.actor, run_id)
    return IntentList(items=[IntentView.of(intent) for intent in found], next_cursor=None)


@routes.get("/runs/{run_id}/fills", refusals=(404,))
def list_run_fills(call: Call, run_id: str) -> FillList:
    """The executions that the run has booked."""
    found = call.services.runs.fills(call.actor, run_id)
    return FillList(items=[FillView.of(fill) for fill in found], next_cursor=None)


@routes.get("/runs/{run_id}/report", refusals=(404,))
def get_run_report(call: Call, run_id: str) -> ReportView:
    """The report of an ended run."""
    report = call.services.runs.report(call.actor, run_id)
    if report is None:
        raise RequestRefused(Problem(404, "run.report_not_ready", "the run has not ended: its report is made then"))
    return ReportView.of(report)
