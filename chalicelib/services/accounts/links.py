"""One-time links: made, mailed, taken."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.accounts.errors import Forbidden
from chalicelib.domain.accounts.login_key import LETTERS_AN_HOUR, LETTERS_LOCK_MS, letters_key
from chalicelib.domain.accounts.one_time_link import LinkPurpose, OneTimeLink
from chalicelib.domain.accounts.session import secret_hash
from chalicelib.domain.accounts.user import User
from chalicelib.domain.mail.letter import Letter, LetterKind
from chalicelib.identity_ports import LinkRepository, LoginAttempts
from chalicelib.mail_ports import Outbox
from chalicelib.ports import Clock, Ids, NotFound

_PAGES = {LinkPurpose.VERIFY_EMAIL: "verify-email", LinkPurpose.RESET_PASSWORD: "reset-password"}
_LETTERS = {
    LinkPurpose.VERIFY_EMAIL: LetterKind.VERIFY_EMAIL,
    LinkPurpose.RESET_PASSWORD: LetterKind.RESET_PASSWORD,
}


@dataclass(frozen=True, slots=True)
class OneTimeLinks:
    """Links and the letters that carry them. ``origin`` is the web app's, without a slash at the end."""

    links: LinkRepository
    attempts: LoginAttempts
    outbox: Outbox
    origin: str
    clock: Clock
    ids: Ids

    def mail(
        self,
        purpose: LinkPurpose,
        user: User | None,
        email: str,
        locale: str,
        otherwise: LetterKind = LetterKind.NONE,
    ) -> None:
        """Mails a fresh link to the user. Without one the letter is ``otherwise``, the link leads nowhere, and the cost
        is the same.

        An address gets five such letters an hour at most. The token is in the link's fragment, which browsers send to
        no server.
        """
        token = self.ids.secret()
        now_ms = self.clock.now_ms()
        user_id = "" if user is None else user.user_id
        self.links.put_link(OneTimeLink(secret_hash(token), purpose, user_id, now_ms, now_ms + purpose.lives_ms))
        link = f"{self.origin}/{_PAGES[purpose]}#token={token}"
        kind = otherwise if user is None else _LETTERS[purpose]
        attempt = self.attempts.take(letters_key(email), now_ms, lock_after=LETTERS_AN_HOUR, lock_ms=LETTERS_LOCK_MS)
        letter = Letter(kind, email, locale, {"link": link, "origin": self.origin})
        self.outbox.post(letter if attempt.allowed else replace(letter, kind=LetterKind.NONE))

    def tell(self, user: User, kind: LetterKind, **params: str) -> None:
        """Tells the user what was done to the account."""
        self.outbox.post(Letter(kind, user.email, user.locale, {"origin": self.origin, **params}))

    def take(self, purpose: LinkPurpose, token: str) -> OneTimeLink:
        """Uses a link up. Raises Forbidden (``auth.link_invalid``): unknown, used, too old, to nowhere."""
        try:
            link = self.links.take_link(secret_hash(token), purpose, self.clock.now_ms())
        except NotFound as unknown:
            raise invalid_link() from unknown
        if not link.user_id:
            raise invalid_link()
        return link


def invalid_link() -> Forbidden:
    """The refusal of a link, whatever is wrong with it."""
    return Forbidden("auth.link_invalid", "the link is unknown, used or too old: ask for a new one")
