"""Workspaces, members, invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from chalicelib.api.models.accounts import LimitsView
from chalicelib.api.models.base import Id, RequestModel, Timestamp, View
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.accounts.invitation import Invitation
    from chalicelib.services.workspaces.members import Member
    from chalicelib.services.workspaces.workspaces import Place, WorkspaceInUse

RoleName = Literal["viewer", "trader", "admin"]
_COUNT = 1_000_000


class SwitchBody(RequestModel):
    """Where to go."""

    workspace_id: Id


class MyWorkspaceView(View):
    """A workspace that one belongs to. ``current``: the session works in it."""

    id: Id
    name: str
    role: str
    current: bool

    @classmethod
    def of(cls, place: Place, current_id: str) -> MyWorkspaceView:
        """The view of a place."""
        found = place.workspace
        return cls(
            id=found.workspace_id, name=found.name, role=place.role.value, current=found.workspace_id == current_id
        )


class MyWorkspacesView(View):
    """All of them, oldest first."""

    items: list[MyWorkspaceView]


class QuotaView(View):
    """How many there are and may be."""

    used: int
    most: int


class UsageView(View):
    """What the workspace uses of what the platform lets it have. Open invitations count as members."""

    active_runs: QuotaView
    connections: QuotaView
    strategies: QuotaView
    bots: QuotaView
    datasets: QuotaView
    members: QuotaView


class WorkspaceDetailView(View):
    """The session's workspace. ``limits`` are its admins' own, ``usage`` is held against the platform's."""

    id: Id
    name: str
    role: str
    limits: LimitsView
    usage: UsageView
    created_at: Timestamp

    @classmethod
    def of(cls, found: WorkspaceInUse) -> WorkspaceDetailView:
        """The view of a workspace."""
        workspace, usage = found.place.workspace, found.usage
        counts = {
            counted.value: QuotaView(used=used, most=usage.quotas.most(counted))
            for counted, used in usage.counts.items()
        }
        runs = QuotaView(used=usage.active_runs, most=usage.quotas.active_runs)
        return cls(
            id=workspace.workspace_id,
            name=workspace.name,
            role=found.place.role.value,
            limits=LimitsView.of(workspace.limits),
            usage=UsageView(active_runs=runs, **counts),
            created_at=iso(workspace.created_ms),
        )


class ChangeLimits(RequestModel):
    """What to change of the limits."""

    max_active_runs: int | None = Field(default=None, ge=1, le=_COUNT)
    max_duration_minutes: int | None = Field(default=None, ge=1, le=_COUNT)
    default_duration_minutes: int | None = Field(default=None, ge=1, le=_COUNT)
    start_cooldown_seconds: int | None = Field(default=None, ge=0, le=_COUNT)


class ChangeWorkspaceBody(RequestModel):
    """What to change."""

    name: str | None = Field(default=None, min_length=1, max_length=60, pattern=r"\S")
    limits: ChangeLimits | None = None


class MemberView(View):
    """A person in the workspace."""

    user_id: Id
    email: str
    name: str
    role: str
    totp_enabled: bool

    @classmethod
    def of(cls, member: Member) -> MemberView:
        """The view of a member."""
        user = member.user
        return cls(
            user_id=user.user_id,
            email=user.email,
            name=user.name,
            role=member.role.value,
            totp_enabled=user.totp_confirmed,
        )


class MembersView(View):
    """All members."""

    items: list[MemberView]


class ChangeMemberBody(RequestModel):
    """The member's new role."""

    role: RoleName


class InviteBody(RequestModel):
    """Whom to invite, as what, and in which language to write."""

    email: str = Field(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", examples=["colleague@example.com"])
    role: RoleName
    locale: Literal["en", "ru"] = "en"


class ResendBody(RequestModel):
    """In which language to write."""

    locale: Literal["en", "ru"] = "en"


class AcceptBody(RequestModel):
    """The token of the invitation's link."""

    token: str = Field(pattern=r"^[A-Za-z0-9_-]{20,64}$", repr=False)


class InvitationView(View):
    """An open invitation."""

    id: Id
    email: str
    role: str
    invited_by: Id
    created_at: Timestamp
    expires_at: Timestamp

    @classmethod
    def of(cls, invitation: Invitation) -> InvitationView:
        """The view of an invitation."""
        return cls(
            id=invitation.invitation_id,
            email=invitation.email,
            role=invitation.role.value,
            invited_by=invitation.invited_by,
            created_at=iso(invitation.created_ms),
            expires_at=iso(invitation.expires_ms),
        )


class InvitationsView(View):
    """All open ones, newest first."""

    items: list[InvitationView]


class JoinedView(View):
    """The workspace that was joined. Work in it by POST /auth/switch."""

    workspace_id: Id
    name: str
