"""A forgotten password: a link by mail, a new password, and no session left that the old one opened."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.one_time_link import LinkPurpose
from chalicelib.domain.accounts.password_rule import require_strong
from chalicelib.domain.accounts.user import User, normal_email
from chalicelib.domain.errors import InvalidDocument
from chalicelib.domain.mail.letter import LetterKind
from chalicelib.identity_ports import PasswordHasher, UserRepository
from chalicelib.ports import Clock, NotFound
from chalicelib.services.accounts.ending import EndSessions
from chalicelib.services.accounts.links import OneTimeLinks, invalid_link
from chalicelib.services.accounts.proof import ProveIdentity


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """The use-cases of a forgotten password. The second factor stays: a mailbox alone opens no account."""

    users: UserRepository
    passwords: PasswordHasher
    links: OneTimeLinks
    prove: ProveIdentity
    end: EndSessions
    clock: Clock

    def forgot(self, email: str) -> None:
        """Mails a link to the address; one that nobody has costs the same."""
        address = normal_email(email)
        user = self.users.user_by_email(address)
        self.links.mail(LinkPurpose.RESET_PASSWORD, user, address, "en" if user is None else user.locale)

    def reset(self, token: str, password: str) -> User:
        """Sets the password, ends every session and unlocks the account; the link has shown whose the address is.

        Raises Forbidden (``auth.link_invalid``: also for a link older than the last change of the password),
        InvalidDocument (a weak password: the link can be used again).
        """
        link = self.links.take(LinkPurpose.RESET_PASSWORD, token)
        try:
            user = self.users.user(link.user_id)
        except NotFound as gone:
            raise invalid_link() from gone
        if link.created_ms <= user.password_changed_ms:
            raise invalid_link()
        try:
            require_strong(password, user.email)
        except InvalidDocument:
            self.links.links.put_link(link)
            raise
        self.prove.trail.record(user, "account.password_reset", "")
        self.users.set_password(user.user_id, self.passwords.hash(password), self.clock.now_ms())
        if not user.email_verified:
            self.users.verify_email(user.user_id)
        self.end.all_of(user.user_id)
        self.prove.proved(user.email)
        self.links.tell(user, LetterKind.PASSWORD_CHANGED)
        return user
