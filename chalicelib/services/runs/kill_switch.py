"""Engaging and releasing the kill switches: nothing new is opened, what is open is closed (decision 19).

Each run winds itself down at its next Tick, which engaging starts at once: cancel with protective stops kept, flatten
reduce-only, prove flat, cancel what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.refusals import RunConflict
from chalicelib.domain.runtime.states import StopReason
from chalicelib.domain.strategy.spec import OnStop
from chalicelib.ports import Clock
from chalicelib.run_ports import Inbox, KillState, KillSwitch, RunStore
from chalicelib.services.runs.look import LookAtRuns


@dataclass(frozen=True, slots=True)
class Switches:
    """Both switches that concern a workspace; None is released."""

    platform: KillState | None
    workspace: KillState | None


@dataclass(frozen=True, slots=True)
class KillSwitches:
    """Use-cases of a workspace's switch, of a run's, and of the platform's (operators only)."""

    switch: KillSwitch
    store: RunStore
    inbox: Inbox
    look: LookAtRuns
    clock: Clock

    def look_at(self, actor: Actor) -> Switches:
        """The platform's switch and the workspace's own."""
        return Switches(self.switch.state(None), self.switch.state(actor.workspace_id))

    def engage(self, actor: Actor, reason: str) -> Switches:
        """Switches the workspace's trading off and wakes its runs, which close and end."""
        self.switch.engage(actor.workspace_id, KillState(reason, self.clock.now_ms(), actor.user_id))
        self._wake(actor.workspace_id)
        return self.look_at(actor)

    def release(self, actor: Actor) -> Switches:
        """Switches the workspace's trading on again. Ended runs stay ended. Only an admin may."""
        self.switch.release(actor.workspace_id)
        return self.look_at(actor)

    def kill_run(self, actor: Actor, run_id: str) -> RunRecord:
        """Closes one run at once, whatever its own stop policy says. Raises NotFound, RunConflict when it has ended."""
        record = self.look.run(actor, run_id)
        if record.state.status.terminal:
            raise RunConflict("run.ended")
        self.inbox.post(run_id, StopRequested(StopReason.KILL_SWITCH, OnStop.CLOSE_MARKET, actor.user_id))
        return record

    def engage_platform(self, operator: str, reason: str) -> int:
        """Switches all trading off; returns how many runs were rung for. For operators, outside of any workspace."""
        self.switch.engage(None, KillState(reason, self.clock.now_ms(), operator))
        return self._wake(None)

    def release_platform(self) -> None:
        """Switches the platform's trading on again; workspaces keep their own switches."""
        self.switch.release(None)

    def _wake(self, workspace_id: str | None) -> int:
        runs = [run for run in self.store.active() if workspace_id in (None, run.workspace_id)]
        for run in runs:
            self.inbox.ring(run.run_id)
        return len(runs)
