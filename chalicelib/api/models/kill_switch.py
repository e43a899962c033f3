"""The kill switch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from chalicelib.api.models.base import RequestModel, Timestamp, View
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.run_ports import KillState
    from chalicelib.services.runs.kill_switch import Engaged, Switches


class EngageBody(RequestModel):
    """Why trading is switched off, for those who meet the switch."""

    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class EngagedView(View):
    """An engaged switch. ``block`` forbids opening; ``flatten`` closes what is open as well, and ends runs.

    A run that finds a size which nothing explains engages its workspace's switch to ``block``.
    """

    reason: str
    since: Timestamp
    mode: Literal["block", "flatten"]

    @classmethod
    def of(cls, state: KillState) -> EngagedView:
        """The view of an engaged switch. Who engaged it is in the audit trail."""
        return cls(reason=state.reason, since=iso(state.engaged_ms), mode=state.mode.value)


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


class EngagementView(View):
    """What engaging did: runs that were told to close, and the symbols that were traded by hand.

    ``left`` are those where an order or a position is not proven to be gone (yet): look at them, or engage again.
    """

    kill_switch: KillSwitchView
    runs_told: list[str]
    orders_cancelled: list[str]
    positions_closed: list[str]
    left: list[str]

    @classmethod
    def of(cls, engaged: Engaged) -> EngagementView:
        """The view of an engaging."""
        return cls(
            kill_switch=KillSwitchView.of(engaged.switches),
            runs_told=list(engaged.runs_told),
            orders_cancelled=list(engaged.by_hand.cancelled),
            positions_closed=list(engaged.by_hand.closed),
            left=list(engaged.by_hand.left),
        )
