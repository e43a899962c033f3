"""The outbox, links and invitations in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.one_time_link import LinkPurpose, OneTimeLink
from chalicelib.domain.accounts.user import Membership, User
from chalicelib.domain.mail.letter import Letter, LetterKind
from chalicelib.domain.mail.texts import in_words
from chalicelib.ports import Conflict, NotFound
from tests.fakes.memory_accounts import MemoryAccounts


@dataclass
class MemoryOutbox:
    """An ``Outbox``: every letter, those to nobody too."""

    letters: list[Letter] = field(default_factory=list)

    def post(self, letter: Letter) -> None:
        self.letters.append(letter)
        if letter.kind is not LetterKind.NONE:
            in_words(letter)  # a letter whose text cannot be filled is a defect

    def kinds(self) -> list[str]:
        """What the letters are about."""
        return [letter.kind.value for letter in self.letters]

    def token(self) -> str:
        """The token of the newest letter's link."""
        return self.letters[-1].params["link"].partition("#token=")[2]


@dataclass
class MemoryLinks:
    """A ``LinkRepository``."""

    rows: dict[str, OneTimeLink] = field(default_factory=dict)

    def put_link(self, link: OneTimeLink) -> None:
        self.rows[link.token_hash] = link

    def take_link(self, token_hash: str, purpose: LinkPurpose, now_ms: int) -> OneTimeLink:
        link = self.rows.get(token_hash)
        if link is None or link.purpose is not purpose or link.expires_ms <= now_ms:
            raise NotFound("link")
        return self.rows.pop(token_hash)


@dataclass
class MemoryInvitations:
    """An ``InvitationRepository``."""

    accounts: MemoryAccounts
    rows: dict[str, Invitation] = field(default_factory=dict)

    def put(self, invitation: Invitation) -> None:
        self.rows[invitation.token_hash] = invitation

    def by_token(self, token_hash: str, now_ms: int) -> Invitation:
        invitation = self.rows.get(token_hash)
        if invitation is None or invitation.expires_ms <= now_ms:
            raise NotFound("invitation")
        return invitation

    def open(self, workspace_id: str, now_ms: int) -> tuple[Invitation, ...]:
        mine = [one for one in self.rows.values() if one.workspace_id == workspace_id and one.expires_ms > now_ms]
        return tuple(sorted(mine, key=lambda one: one.invitation_id, reverse=True))

    def renew(self, invitation: Invitation, renewed: Invitation) -> None:
        self.cancel(invitation)
        self.put(renewed)

    def cancel(self, invitation: Invitation) -> None:
        if self.rows.pop(invitation.token_hash, None) is None:
            raise NotFound("invitation")

    def join(self, membership: Membership, invitation: Invitation, now_ms: int) -> None:
        self.by_token(invitation.token_hash, now_ms)
        if any(one.workspace_id == membership.workspace_id for one in self.accounts.memberships(membership.user_id)):
            raise Conflict("member")
        del self.rows[invitation.token_hash]
        self.accounts.members.append(membership)

    def register(self, user: User, invitation: Invitation, now_ms: int) -> None:
        if self.accounts.user_by_email(user.email) is not None:
            raise Conflict("email")
        self.by_token(invitation.token_hash, now_ms)
        del self.rows[invitation.token_hash]
        self.accounts.users[user.user_id] = user
        self.accounts.members.append(Membership(user.user_id, invitation.workspace_id, invitation.role))
