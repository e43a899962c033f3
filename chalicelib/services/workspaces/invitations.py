"""Invitations into a workspace: sent by mail with a one-time token, listed, sent again, taken back, accepted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Refusal
from chalicelib.domain.accounts.invitation import INVITATION_MS, Invitation
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import secret_hash
from chalicelib.domain.accounts.user import Membership, Workspace, normal_email
from chalicelib.domain.mail.letter import Letter, LetterKind
from chalicelib.identity_ports import AccountRepository, InvitationRepository
from chalicelib.mail_ports import Outbox
from chalicelib.ports import Clock, Conflict, Ids, NotFound
from chalicelib.services.accounts.invited import invalid_invitation, presented_invitation

_PAGE = "invitation"


class AlreadyMember(Refusal):
    """The person belongs to the workspace."""

    def __init__(self) -> None:
        super().__init__("invitation.already_member", "this person belongs to the workspace already")


@dataclass(frozen=True, slots=True)
class Invitations:
    """The use-cases of invitations. ``origin`` is the web app's, without a slash at the end."""

    accounts: AccountRepository
    invitations: InvitationRepository
    outbox: Outbox
    origin: str
    clock: Clock
    ids: Ids

    def list(self, actor: Actor) -> tuple[Invitation, ...]:
        """The workspace's open invitations, newest first."""
        return self.invitations.open(actor.workspace_id, self.clock.now_ms())

    def invite(self, actor: Actor, email: str, role: Role, locale: str) -> Invitation:
        """Invites an address and mails it the link, good once, within seven days.

        Raises AlreadyMember, Conflict("invitation") when the address is invited already.
        """
        address = normal_email(email)
        now_ms = self.clock.now_ms()
        self._require_outsider(actor, address)
        if any(one.email == address for one in self.invitations.open(actor.workspace_id, now_ms)):
            raise Conflict("invitation")
        token = self.ids.secret()
        invitation = Invitation(
            workspace_id=actor.workspace_id,
            invitation_id=self.ids.ulid(),
            token_hash=secret_hash(token),
            email=address,
            role=role,
            invited_by=actor.user_id,
            created_ms=now_ms,
            expires_ms=now_ms + INVITATION_MS,
        )
        self.invitations.put(invitation)
        self._mail(actor, invitation, token, locale)
        return invitation

    def resend(self, actor: Actor, invitation_id: str, locale: str) -> Invitation:
        """Mails a fresh link; the earlier one is void. Raises NotFound."""
        stored = self._mine(actor, invitation_id)
        token = self.ids.secret()
        renewed = replace(stored, token_hash=secret_hash(token), expires_ms=self.clock.now_ms() + INVITATION_MS)
        self.invitations.renew(stored, renewed)
        self._mail(actor, renewed, token, locale)
        return renewed

    def cancel(self, actor: Actor, invitation_id: str) -> None:
        """Takes an invitation back: its link is void. Raises NotFound."""
        self.invitations.cancel(self._mine(actor, invitation_id))

    def accept(self, actor: Actor, token: str) -> Workspace:
        """Joins the workspace that invited the actor's own address; returns it.

        Raises Forbidden (``auth.invitation_invalid``: unknown, used, old, or for another address), AlreadyMember. An
        open invitation counted as a member already, so there is room.
        """
        now_ms = self.clock.now_ms()
        address = self.accounts.user(actor.user_id).email
        found = presented_invitation(self.invitations, token, address, now_ms)
        membership = Membership(actor.user_id, found.workspace_id, found.role)
        try:
            self.invitations.join(membership, found, now_ms)
        except NotFound as used:
            raise invalid_invitation() from used
        except Conflict as member:
            raise AlreadyMember from member
        return self.accounts.workspace(found.workspace_id)

    def _mine(self, actor: Actor, invitation_id: str) -> Invitation:
        for invitation in self.list(actor):
            if invitation.invitation_id == invitation_id:
                return invitation
        raise NotFound("invitation")

    def _require_outsider(self, actor: Actor, address: str) -> None:
        user = self.accounts.user_by_email(address)
        if user is None:
            return
        try:
            self.accounts.membership(user.user_id, actor.workspace_id)
        except NotFound:
            return
        raise AlreadyMember

    def _mail(self, actor: Actor, invitation: Invitation, token: str, locale: str) -> None:
        inviter = self.accounts.user(actor.user_id)
        params = {
            "inviter": inviter.name or inviter.email,
            "workspace": self.accounts.workspace(actor.workspace_id).name,
            "role": invitation.role.value,
            "link": f"{self.origin}/{_PAGE}#token={token}",
            "origin": self.origin,
        }
        self.outbox.post(Letter(LetterKind.INVITATION, invitation.email, locale, params))
