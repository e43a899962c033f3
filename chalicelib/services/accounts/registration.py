"""Registering: by invitation, or open to everybody where the installation says so.

Whoever asks always gets the same answer after the same work; what became of it is told by mail to the address alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.domain.accounts.errors import Forbidden
from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.one_time_link import LinkPurpose
from chalicelib.domain.accounts.password_rule import require_strong
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User, Workspace, normal_email
from chalicelib.domain.mail.letter import LetterKind
from chalicelib.identity_ports import AccountRepository, InvitationRepository, PasswordHasher
from chalicelib.ports import Clock, Conflict, Ids, NotFound
from chalicelib.services.accounts.invited import invalid_invitation, presented_invitation
from chalicelib.services.accounts.links import OneTimeLinks, invalid_link
from chalicelib.services.accounts.trail import AccountTrail


class RegistrationMode(StrEnum):
    """Who may register."""

    INVITATION = "invitation"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who registers."""

    email: str
    password: str = field(repr=False)
    name: str
    locale: str
    invitation: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """The use-cases of becoming a user."""

    mode: RegistrationMode
    accounts: AccountRepository
    invitations: InvitationRepository
    passwords: PasswordHasher
    links: OneTimeLinks
    trail: AccountTrail
    clock: Clock
    ids: Ids

    def register(self, newcomer: Newcomer) -> None:
        """Makes the user unless the address is taken, and writes to the address either way.

        The invited join their workspace and need not confirm the address: the invitation came there. Others get a
        workspace of their own and a link to confirm with. Raises InvalidDocument (a weak password), Forbidden:
        ``auth.invitation_required``, ``auth.invitation_invalid``.
        """
        address = normal_email(newcomer.email)
        require_strong(newcomer.password, address)
        invitation = self._invitation(newcomer.invitation, address)
        now_ms = self.clock.now_ms()
        user = User(
            user_id=self.ids.ulid(),
            email=address,
            password_hash=self.passwords.hash(newcomer.password),
            locale=newcomer.locale,
            created_ms=now_ms,
            name=newcomer.name.strip(),
            email_verified=invitation is not None,
        )
        try:
            self._create(user, invitation, now_ms)
        except Conflict:
            self.trail.refused(None, address, "account.address_taken", "")
            self.links.mail(LinkPurpose.VERIFY_EMAIL, None, address, newcomer.locale, LetterKind.ADDRESS_TAKEN)
            return
        self.trail.record(user, "account.registered", "invited" if invitation else "open")
        if invitation is None:
            self.links.mail(LinkPurpose.VERIFY_EMAIL, user, address, user.locale)
        else:
            self.links.tell(user, LetterKind.WELCOME)

    def verify_email(self, token: str) -> User:
        """The address is the user's from now on. Raises Forbidden (``auth.link_invalid``)."""
        link = self.links.take(LinkPurpose.VERIFY_EMAIL, token)
        try:
            self.accounts.verify_email(link.user_id)
            user = self.accounts.user(link.user_id)
        except NotFound as gone:
            raise invalid_link() from gone
        self.trail.record(user, "account.email_verified", "")
        return user

    def resend(self, email: str) -> None:
        """Mails another link to an address that waits to be confirmed; any other one costs the same."""
        address = normal_email(email)
        user = self.accounts.user_by_email(address)
        waiting = None if user is None or user.email_verified else user
        self.links.mail(LinkPurpose.VERIFY_EMAIL, waiting, address, "en" if user is None else user.locale)

    def _invitation(self, token: str | None, address: str) -> Invitation | None:
        if token is None:
            if self.mode is RegistrationMode.INVITATION:
                raise Forbidden("auth.invitation_required", "registering here takes an invitation")
            return None
        return presented_invitation(self.invitations, token, address, self.clock.now_ms())

    def _create(self, user: User, invitation: Invitation | None, now_ms: int) -> None:
        if invitation is not None:
            try:
                self.invitations.register(user, invitation, now_ms)
            except NotFound as gone:
                raise invalid_invitation() from gone
            return
        workspace = Workspace(self.ids.ulid(), user.name or user.email, WorkspaceLimits(), now_ms)
        self.accounts.create(user, workspace, Membership(user.user_id, workspace.workspace_id, Role.ADMIN))
