"""Pausing and stopping: how a run leaves its ordinary course."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.runtime.draft import Draft, Params
from chalicelib.domain.runtime.events import EventType, Severity
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from chalicelib.domain.strategy.spec import OnStop

_ENDS_AS = {StopReason.TIMEOUT: RunStatus.FINISHED, StopReason.ERROR: RunStatus.ERROR}


def pause(draft: Draft, reason: str) -> None:
    """No new entries from here on; protection and exits go on. A run that is not running stays as it is."""
    if draft.state.status is not RunStatus.RUNNING:
        return
    draft.update(paused_reason=reason)
    draft.move_run(RunStatus.PAUSED)
    if draft.state.trading is not TradingState.EXIT_PENDING:
        draft.move_trading(TradingState.PAUSED)


def resume(draft: Draft) -> None:
    """Goes on after a reconciliation that found nothing wrong."""
    draft.update(paused_reason="", error_times_ms=())
    if draft.state.holding is not None:
        # Whoever resumes has seen to what was refused.
        draft.hold(rungs=tuple(replace(rung, refusals=0) for rung in draft.state.holding.rungs))
    draft.move_run(RunStatus.RUNNING)
    if draft.state.trading is TradingState.PAUSED:
        held = draft.state.holding is not None
        draft.move_trading(TradingState.IN_POSITION if held else TradingState.IDLE)


def begin_stop(draft: Draft, reason: StopReason, policy: OnStop | None = None, actor: str = "") -> None:
    """Starts winding the run down. A second request may only change the policy.

    A run that has not begun to trade ends at once: nothing on the account is its own, so nothing is to be closed.
    """
    state = draft.state
    if state.status.terminal:
        return
    if state.status is RunStatus.STOPPING:
        if policy is not None and policy is not state.stop_policy:
            draft.update(stop_policy=policy)
        return
    begun = state.status not in (RunStatus.QUEUED, RunStatus.STARTING)
    chosen = policy or draft.spec.execution.on_stop
    draft.update(stop_reason=reason, stop_policy=chosen)
    severity = Severity.INFO if reason in (StopReason.MANUAL, StopReason.TIMEOUT) else Severity.WARNING
    draft.emit(
        EventType.STOP_REQUESTED,
        reason.value,
        severity=severity,
        data={"actor": actor},
        params={"reason": reason.value, "policy": chosen.value},
    )
    draft.move_run(RunStatus.STOPPING)
    if not begun:
        finish(draft, ends_as(reason))


def ends_as(reason: StopReason) -> RunStatus:
    """How a run that was stopped for this reason ends."""
    return _ENDS_AS.get(reason, RunStatus.STOPPED)


def fail_start(draft: Draft, variant: str, detail: str, params: Params | None = None) -> None:
    """Ends a run that could not start: nothing was risked, so nothing is to be closed."""
    draft.error(variant, detail, params=params)
    draft.update(stop_reason=StopReason.ERROR)
    finish(draft, RunStatus.ERROR)


def finish(draft: Draft, status: RunStatus) -> None:
    """Marks the run as over."""
    draft.move_trading(TradingState.DISABLED)
    draft.move_run(status)
    draft.update(ended_ms=draft.now, reconcile_due="")
    reason = draft.state.stop_reason
    draft.emit(
        EventType.RUN_ENDED,
        status.value,
        severity=Severity.ERROR if status is RunStatus.ERROR else Severity.INFO,
        params={"reason": reason.value if reason else "", "net": draft.state.ledger.net},
    )
    draft.ended = True
