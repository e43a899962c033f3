"""Carrying out the stop policy, and ending only with proof (decision 12, FR-RT-11)."""

from __future__ import annotations

from chalicelib.domain.runtime.draft import Draft
from chalicelib.domain.runtime.order_life import cancel
from chalicelib.domain.runtime.pausing import ends_as, finish
from chalicelib.domain.runtime.protection import close
from chalicelib.domain.runtime.states import StopReason
from chalicelib.domain.strategy.spec import OnStop


def wind_down(draft: Draft) -> None:
    """One step towards the end: cancel the entry, close or keep the position, and end when the exchange shows it."""
    state = draft.state
    draft.waiting = True
    if state.entry is not None and not state.entry.status.terminal:
        cancel(draft, state.entry)
    policy = state.stop_policy or OnStop.CLOSE_MARKET
    reason = state.stop_reason or StopReason.SYSTEM
    if draft.state.holding is not None and policy is OnStop.CLOSE_MARKET:
        close(draft, f"stop_{reason.value}")
    if not _carried_out(draft, policy):
        return
    if draft.account_known and not draft.commands:
        finish(draft, ends_as(reason))
    else:
        draft.read(snapshot=not draft.snapshot_seen)


def _carried_out(draft: Draft, policy: OnStop) -> bool:
    state = draft.state
    if state.living:
        return False
    if state.holding is None:
        return True
    if state.holding.closing or policy is OnStop.CLOSE_MARKET:
        return False
    # What is left open is left with its stop, whichever policy leaves it.
    return state.holding.protected_ms is not None
