"""Engaging and releasing the kill switches: nothing new is opened, what is open is closed (decision 19).

Each run winds itself down at its next Tick, which engaging starts at once: cancel with protective stops kept, flatten
reduce-only, prove flat, cancel what is left. A switch is engaged before anything else is done, also before its audit
row is written; it is released only after.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.audit.entry import PLATFORM
from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.refusals import RunConflict
from chalicelib.domain.runtime.states import StopReason
from chalicelib.domain.strategy.spec import OnStop
from chalicelib.ports import AuditTrail, Clock
from chalicelib.run_ports import Inbox, KillState, KillSwitch, RunStore
from chalicelib.services.runs.look import LookAtRuns
from chalicelib.services.terminal.wind_down import WindDownByHand, WoundDown


@dataclass(frozen=True, slots=True)
class Switches:
    """Both switches that concern a workspace; None is released."""

    platform: KillState | None
    workspace: KillState | None

    @property
    def reason(self) -> str:
        """Why trading is off, "" when it is on."""
        engaged = self.platform or self.workspace
        return "" if engaged is None else engaged.reason


@dataclass(frozen=True, slots=True)
class Engaged:
    """What engaging a workspace's switch did: which runs were told to close, and what was closed by hand."""

    switches: Switches
    runs_told: tuple[str, ...]
    by_hand: WoundDown


@dataclass(frozen=True, slots=True)
class KillSwitches:
    """Use-cases of a workspace's switch and of a run's."""

    switch: KillSwitch
    inbox: Inbox
    look: LookAtRuns
    wind_down_by_hand: WindDownByHand
    audit: AuditTrail
    clock: Clock

    def look_at(self, actor: Actor) -> Switches:
        """The platform's switch and the workspace's own; one that cannot be read counts as engaged."""
        return Switches(self.switch.state(None), self.switch.state(actor.workspace_id))

    def engage(self, actor: Actor, reason: str) -> Engaged:
        """Switches the workspace's trading off, tells its runs, which close and end, and closes what hands opened.

        A repeat keeps the first reason and does the rest again.
        """
        self.switch.engage(actor.workspace_id, KillState(reason, self.clock.now_ms(), actor.user_id))
        told = tuple(run.terms.run_id for run in self.look.active(actor))
        for run_id in told:
            self._tell(run_id, actor.user_id)
        by_hand = self.wind_down_by_hand(actor)
        detail = f"{reason}; runs told: {len(told)}; by hand: {len(by_hand.cancelled)} orders cancelled, "
        detail += f"{len(by_hand.closed)} positions closed, {len(by_hand.left)} symbols left"
        self.audit.record(actor.workspace_id, "kill_switch.engage", actor.user_id, "workspace", detail)
        return Engaged(self.look_at(actor), told, by_hand)

    def release(self, actor: Actor) -> Switches:
        """Switches the workspace's trading on again. Ended runs stay ended. Only an admin may."""
        self.audit.record(actor.workspace_id, "kill_switch.release", actor.user_id, "workspace", "")
        self.switch.release(actor.workspace_id)
        return self.look_at(actor)

    def kill_run(self, actor: Actor, run_id: str) -> RunRecord:
        """Closes one run at once, whatever its own stop policy says. Raises NotFound, RunConflict when it has ended."""
        record = self.look.run(actor, run_id)
        if record.state.status.terminal:
            raise RunConflict("run.ended")
        self._tell(run_id, actor.user_id)
        self.audit.record(actor.workspace_id, "run.kill", actor.user_id, run_id, "")
        return record

    def _tell(self, run_id: str, actor: str) -> bool:
        return tell_to_close(self.inbox, run_id, actor)


@dataclass(frozen=True, slots=True)
class PlatformKillSwitch:
    """Use-cases of the platform's switch, for operators, outside of any workspace."""

    switch: KillSwitch
    store: RunStore
    inbox: Inbox
    audit: AuditTrail
    clock: Clock

    def state(self) -> KillState | None:
        """The platform's switch, None when it is released; one that cannot be read counts as engaged."""
        return self.switch.state(None)

    def engage(self, operator: str, reason: str) -> int:
        """Switches all trading off; returns how many runs were told to close and end."""
        self.switch.engage(None, KillState(reason, self.clock.now_ms(), operator))
        runs = self.store.active()
        for run in runs:
            tell_to_close(self.inbox, run.run_id, operator)
        self.audit.record(PLATFORM, "kill_switch.engage", operator, PLATFORM, f"{reason}; runs told: {len(runs)}")
        return len(runs)

    def release(self, operator: str, reason: str) -> None:
        """Switches the platform's trading on again; workspaces keep their own switches."""
        self.audit.record(PLATFORM, "kill_switch.release", operator, PLATFORM, reason)
        self.switch.release(None)


def tell_to_close(inbox: Inbox, run_id: str, actor: str) -> bool:
    """Leaves the order to close with the run and wakes it.

    A message rather than a ring alone: it overrides a stop under another policy, and a Tick may have read the switch
    a moment before it was engaged. Returns whether a parked Tick was woken.
    """
    return inbox.post(run_id, StopRequested(StopReason.KILL_SWITCH, OnStop.CLOSE_MARKET, actor))
