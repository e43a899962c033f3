"""The kill switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from chalicelib.api.models.base import RequestModel, Timestamp, View, iso

if TYPE_CHECKING:
    from chalicelib.run_ports import KillState
    from chalicelib.services.runs.kill_switch import Switches


class EngageBody(RequestModel):
    """Why trading is switched off, for those who meet the switch."""

    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class EngagedView(View):
    """An engaged switch."""

    reason: str
    since: Timestamp

    @classmethod
    def of(cls, state: KillState) -> EngagedView:
        """The view of an engaged switch. Who engaged it is in the audit trail."""
        return cls(reason=state.reason, since=iso(state.engaged_ms))


class KillSwitchView(View):
    """Whether trading is off, and by which switch; null is released."""

    engaged: bool
    reason: str
    workspace: EngagedView | None
    platform: EngagedView | None

    @classmethod
    def of(cls, switches: Switches) -> KillSwitchView:
        """The view of both switches."""
        own, everybodys = switches.workspace, switches.platform
        return cls(
            engaged=own is not None or everybodys is not None,
            reason=switches.reason,
            workspace=None if own is None else EngagedView.of(own),
            platform=None if everybodys is None else EngagedView.of(everybodys),
        )
