"""The kill switch of a workspace."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.kill_switch import EngageBody, EngagementView, KillSwitchView
from chalicelib.api.operation import Call, Routes

routes = Routes("Kill switch")


@routes.get("/kill-switch")
def get_kill_switch(call: Call) -> KillSwitchView:
    """Whether trading is off, and why."""
    return KillSwitchView.of(call.services.kill_switches.look_at(call.actor))


@routes.post("/kill-switch")
def engage_kill_switch(call: Call, body: EngageBody) -> EngagementView:
    """Switches trading off: nothing new is opened, runs close and end, what was opened by hand is closed too."""
    return EngagementView.of(call.services.kill_switches.engage(call.actor, body.reason.strip()))


@routes.post("/kill-switch/release")
def release_kill_switch(call: Call, body: NoBody) -> KillSwitchView:
    """Switches trading on again. What has ended stays ended; the platform's switch stays as it is."""
    return KillSwitchView.of(call.services.kill_switches.release(call.actor))
