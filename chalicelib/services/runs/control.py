"""What a user asks of a run that is under way: stop, pause, resume. Each is a message; the next Tick obeys."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.runtime.messages import PauseRequested, ResumeRequested, StopRequested
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.refusals import RunConflict
from chalicelib.domain.runtime.states import RunStatus, StopReason
from chalicelib.domain.strategy.spec import OnStop
from chalicelib.ports import Ids, NotFound
from chalicelib.run_ports import Inbox, RunStore
from chalicelib.services.runs.look import LookAtRuns


@dataclass(frozen=True, slots=True)
class StopAll:
    """What stop-all did: the runs asked to stop, and those that could not be asked, with why."""

    stopped: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ControlRuns:
    """Use-cases: stop, stop all, pause, resume."""

    store: RunStore
    inbox: Inbox
    look: LookAtRuns
    ids: Ids

    def stop(self, actor: Actor, run_id: str, policy: OnStop | None) -> RunRecord:
        """Asks the run to stop by ``policy`` or its strategy's own. Raises NotFound, RunConflict when it has ended."""
        record = self._living(actor, run_id)
        self.inbox.post(run_id, StopRequested(StopReason.MANUAL, policy, actor.user_id))
        return record

    def stop_all(self, actor: Actor) -> StopAll:
        """Asks every active run of the workspace to stop."""
        stopped: list[str] = []
        errors: list[tuple[str, str]] = []
        cursor: str | None = None
        while True:
            page = self.store.of_workspace(actor.workspace_id, bot_id=None, active=True, limit=50, cursor=cursor)
            for record in page.items:
                run_id = record.terms.run_id
                try:
                    self.stop(actor, run_id, None)
                except (NotFound, RunConflict) as error:
                    errors.append((run_id, str(error)))
                else:
                    stopped.append(run_id)
            cursor = page.cursor
            if cursor is None:
                return StopAll(tuple(stopped), tuple(errors))

    def pause(self, actor: Actor, run_id: str) -> RunRecord:
        """Asks the run to make no new entries. Raises NotFound, RunConflict unless it is running."""
        record = self._living(actor, run_id)
        if record.state.status is not RunStatus.RUNNING:
            raise RunConflict("run.not_running")
        self.inbox.post(run_id, PauseRequested(actor.user_id, self.ids.ulid()))
        return record

    def resume(self, actor: Actor, run_id: str) -> RunRecord:
        """Asks a paused run to reconcile and go on. Raises NotFound, RunConflict unless it is paused."""
        record = self._living(actor, run_id)
        if record.state.status is not RunStatus.PAUSED:
            raise RunConflict("run.not_paused")
        self.inbox.post(run_id, ResumeRequested(actor.user_id, self.ids.ulid()))
        return record

    def _living(self, actor: Actor, run_id: str) -> RunRecord:
        record = self.look.run(actor, run_id)
        if record.state.status.terminal:
            raise RunConflict("run.ended")
        return record
