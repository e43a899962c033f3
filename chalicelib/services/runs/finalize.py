"""The safety net: whatever ended a run's execution, the run itself ends in order or goes on being ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.record import RunTerms
from chalicelib.domain.runtime.states import RunStatus, StopReason
from chalicelib.ports import Clock, NotFound
from chalicelib.run_ports import Inbox, RunStore, Workflow
from chalicelib.services.runs.orphans import ClearOrphans
from chalicelib.services.runs.tick import TickRun

SILENT_MS = 5 * 60_000
UNSTARTED_MS = 60_000


@dataclass(frozen=True, slots=True)
class FinalizeRun:
    """Use-case of the state machine's last state, of the failure rule and of the sweeper. Idempotent."""

    store: RunStore
    inbox: Inbox
    workflow: Workflow
    tick: TickRun
    clear_orphans: ClearOrphans

    def __call__(self, run_id: str, found: Callable[[RunTerms], None] = lambda terms: None) -> str:
        """``ended``, ``closed`` or ``restarted``. ``found`` is told whose run it is.

        Ended: there was nothing to do but to look for orphans. Closed: it was ended here. Restarted: it goes on.

        A run that has not ended is stopped with reason ``error`` by a Tick of its own; if that cannot prove the end in
        its time, a fresh execution carries on until it can.
        """
        try:
            record = self.store.get(run_id)
        except NotFound:
            return "ended"
        found(record.terms)
        if record.state.status.terminal:
            self.clear_orphans(record)
            return "ended"
        self.inbox.post(run_id, StopRequested(StopReason.ERROR, None, "finalize"))
        if self.tick(run_id, "", record.segment).outcome == "ended":
            return "closed"
        self.workflow.start(run_id, record.segment + 1, record.terms.deadline_ms)
        return "restarted"


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep found: runs that no Tick has claimed for a minute, and runs without a Tick for five minutes."""

    started: tuple[str, ...]
    finalized: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SweepRuns:
    """Use-case of the schedule: finds runs that nothing drives any more."""

    store: RunStore
    workflow: Workflow
    finalize: FinalizeRun
    clock: Clock

    def __call__(self, found: Callable[[RunTerms], None] = lambda terms: None) -> Swept:
        """Starts what no Tick has claimed, finalizes what has gone silent; ``found`` is told of each before.

        An execution that died before its first claim looks as if it had never begun, but its name is taken: what no
        start brings to life in ``SILENT_MS`` is finalized as well, which gives its slots back.
        """
        now = self.clock.now_ms()
        started, finalized = [], []
        for run in self.store.active():
            try:
                record = self.store.get(run.run_id)
            except NotFound:
                continue
            silent = now - record.tick_ms
            unclaimed = record.state.status is RunStatus.QUEUED and record.epoch == 0
            if record.state.status.terminal or silent < (UNSTARTED_MS if unclaimed else SILENT_MS):
                continue
            found(record.terms)
            if silent < SILENT_MS:
                self.workflow.start(run.run_id, 0, record.terms.deadline_ms)
                started.append(run.run_id)
            else:
                self.finalize(run.run_id)
                finalized.append(run.run_id)
        return Swept(tuple(started), tuple(finalized))
