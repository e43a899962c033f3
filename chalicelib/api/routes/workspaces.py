"""Workspaces, members, invitations."""

from __future__ import annotations

from chalicelib.api.models.workspaces import (
    AcceptBody,
    ChangeMemberBody,
    ChangeWorkspaceBody,
    InvitationsView,
    InvitationView,
    InviteBody,
    JoinedView,
    MembersView,
    MemberView,
    MyWorkspacesView,
    MyWorkspaceView,
    ResendBody,
    WorkspaceDetailView,
)
from chalicelib.api.operation import Call, Routes
from chalicelib.domain.accounts.roles import Role
from chalicelib.services.workspaces.workspaces import LimitsChange

routes = Routes("Workspaces")


@routes.get("/workspaces", refusals=(404,))
def list_workspaces(call: Call) -> MyWorkspacesView:
    """The workspaces that one belongs to."""
    places = call.services.workspaces.mine(call.actor)
    return MyWorkspacesView(items=[MyWorkspaceView.of(place, call.actor.workspace_id) for place in places])


@routes.get("/workspace", refusals=(404,))
def get_workspace(call: Call) -> WorkspaceDetailView:
    """The workspace that the session works in, its limits and what it uses."""
    return WorkspaceDetailView.of(call.services.workspaces.look(call.actor))


@routes.patch("/workspace", refusals=(404,))
def change_workspace(call: Call, body: ChangeWorkspaceBody) -> WorkspaceDetailView:
    """Renames the workspace and sets its limits, within what the platform allows."""
    limits = LimitsChange() if body.limits is None else LimitsChange(**body.limits.model_dump())
    return WorkspaceDetailView.of(call.services.workspaces.change(call.actor, body.name, limits))


@routes.get("/members", refusals=(404,))
def list_members(call: Call) -> MembersView:
    """Everybody in the workspace."""
    return MembersView(items=[MemberView.of(member) for member in call.services.members.list(call.actor)])


@routes.patch("/members/{user_id}", refusals=(404, 409))
def change_member(call: Call, user_id: str, body: ChangeMemberBody) -> MemberView:
    """Gives a member another role, at once. The last admin stays one."""
    call.note(detail=f'{{"role":"{body.role}"}}')
    return MemberView.of(call.services.members.change_role(call.actor, user_id, Role(body.role)))


@routes.delete("/members/{user_id}", refusals=(404, 409))
def remove_member(call: Call, user_id: str) -> None:
    """Takes a member out of the workspace; their sessions here end at once. The last admin stays."""
    call.services.members.remove(call.actor, user_id)


@routes.get("/invitations")
def list_invitations(call: Call) -> InvitationsView:
    """The open invitations."""
    found = call.services.invitations.list(call.actor)
    return InvitationsView(items=[InvitationView.of(invitation) for invitation in found])


@routes.post("/invitations", status=201, refusals=(404, 409), cached_reply=True)
def invite(call: Call, body: InviteBody) -> InvitationView:
    """Invites an address; the link goes there alone, and is good once, for seven days."""
    call.note(detail=f'{{"role":"{body.role}"}}')
    made = call.services.invitations.invite(call.actor, body.email, Role(body.role), body.locale)
    return InvitationView.of(made)


@routes.post("/invitations/{invitation_id}/resend", refusals=(404,))
def resend_invitation(call: Call, invitation_id: str, body: ResendBody) -> InvitationView:
    """Mails a fresh link for another seven days; the earlier one is void."""
    return InvitationView.of(call.services.invitations.resend(call.actor, invitation_id, body.locale))


@routes.delete("/invitations/{invitation_id}", refusals=(404,))
def cancel_invitation(call: Call, invitation_id: str) -> None:
    """Takes an invitation back; its link is void."""
    call.services.invitations.cancel(call.actor, invitation_id)


@routes.post("/invitations/accept", refusals=(404, 409))
def accept_invitation(call: Call, body: AcceptBody) -> JoinedView:
    """Joins the workspace that invited one's own address. Those without an account register with the token instead."""
    joined = call.services.invitations.accept(call.actor, body.token)
    call.note(workspace_id=joined.workspace_id, subject=call.actor.user_id)
    return JoinedView(workspace_id=joined.workspace_id, name=joined.name)
