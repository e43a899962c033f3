"""What a user changes of their own account: name, language, password; and the sessions they have open."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Forbidden
from chalicelib.domain.accounts.password_rule import require_strong
from chalicelib.domain.accounts.session import RefreshFamily
from chalicelib.domain.mail.letter import LetterKind
from chalicelib.identity_ports import PasswordHasher, SessionRepository, UserRepository
from chalicelib.ports import Clock, NotFound
from chalicelib.services.accounts.ending import EndSessions
from chalicelib.services.accounts.links import OneTimeLinks
from chalicelib.services.accounts.proof import ProveIdentity


@dataclass(frozen=True, slots=True)
class MyAccount:
    """The use-cases of one's own account."""

    users: UserRepository
    sessions: SessionRepository
    passwords: PasswordHasher
    prove: ProveIdentity
    end: EndSessions
    links: OneTimeLinks
    clock: Clock

    def change_profile(self, actor: Actor, name: str | None, locale: str | None) -> None:
        """Replaces what is given. Raises NotFound when the user is gone."""
        user = self.users.user(actor.user_id)
        self.users.update_profile(
            user.user_id, user.name if name is None else name.strip(), user.locale if locale is None else locale
        )

    def change_password(self, actor: Actor, current: str, new: str) -> None:
        """Replaces the password and ends every other session. Raises Forbidden: ``auth.locked``,
        ``auth.password_invalid``; InvalidDocument (a weak password)."""
        now_ms = self.clock.now_ms()
        user = self.users.user(actor.user_id)
        attempt = self.prove.attempt_of(user, now_ms)
        if not self.passwords.verify(user.password_hash, current):
            self.prove.refused(attempt, user, user.email, "account.password_change_refused", "password")
            raise Forbidden("auth.password_invalid", "the current password is wrong")
        self.prove.proved(user.email)
        require_strong(new, user.email, "/newPassword")
        self.users.set_password(user.user_id, self.passwords.hash(new), now_ms)
        self.end.all_of(user.user_id, but=actor.session_id)
        self.links.tell(user, LetterKind.PASSWORD_CHANGED)

    def open_sessions(self, actor: Actor) -> tuple[RefreshFamily, ...]:
        """The user's living sessions, the newest first."""
        now_ms = self.clock.now_ms()
        return tuple(family for family in reversed(self.sessions.families(actor.user_id)) if family.alive(now_ms))

    def end_session(self, actor: Actor, session_id: str) -> None:
        """Ends one of the user's sessions; one's own is fine. Raises NotFound, also for one that is over."""
        family = self.sessions.family(actor.user_id, session_id)
        if not family.alive(self.clock.now_ms()):
            raise NotFound("session")
        self.end.one(family)

    def end_other_sessions(self, actor: Actor) -> int:
        """Ends all but the one that asks; returns how many."""
        return self.end.all_of(actor.user_id, but=actor.session_id)
