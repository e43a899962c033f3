"""What signing in needs to remember and to trust, as protocols: people, their sessions, their secrets.

Part of the ports layer beside ``ports``; the errors are those drawn there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.accounts.invitation import Invitation
    from chalicelib.domain.accounts.one_time_link import LinkPurpose, OneTimeLink
    from chalicelib.domain.accounts.session import AccessClaims, RefreshFamily, SocketTicket
    from chalicelib.domain.accounts.user import Membership, User, Workspace


class InvalidToken(Exception):
    """An access token is refused: malformed, of another key, issuer or audience, or not valid yet."""


class ExpiredToken(InvalidToken):
    """An access token was good, and its time is over."""


class UserRepository(Protocol):
    """People."""

    def user(self, user_id: str) -> User:
        """Raises NotFound."""

    def user_by_email(self, email: str) -> User | None:
        """The user with this (normalised) address. Reads as much for an address that nobody has."""

    def update_profile(self, user_id: str, name: str, locale: str) -> None:
        """Replaces both. Raises NotFound."""

    def verify_email(self, user_id: str) -> None:
        """The user has shown that the address is theirs. Raises NotFound."""

    def set_password(self, user_id: str, password_hash: str, now_ms: int) -> None:
        """Replaces the password; one-time links made before are void from now on. Raises NotFound."""

    def set_up_totp(self, user_id: str, version: int) -> None:
        """Starts the second factor anew with this version of its seed, unconfirmed.

        Raises Conflict("totp") when it is confirmed already or another version was started meanwhile: ``version`` must
        follow the stored one.
        """

    def confirm_totp(self, user_id: str, version: int, step: int, recovery_hashes: tuple[str, ...]) -> None:
        """Confirms this version with the code of ``step`` and stores the recovery codes' hashes instead of older ones.

        Raises Conflict("totp") when this version is not the one that waits to be confirmed.
        """

    def disable_totp(self, user_id: str) -> None:
        """Takes the second factor off, and the recovery codes with it; the version stays counted."""

    def use_totp_step(self, user_id: str, step: int) -> None:
        """Marks a code's step as used. Raises Conflict("totp_step") unless it is newer than the last one used."""

    def replace_recovery_codes(self, user_id: str, recovery_hashes: tuple[str, ...]) -> None:
        """Stores these instead of all older ones. Raises Conflict("totp") without a confirmed second factor."""

    def use_recovery_code(self, user_id: str, recovery_hash: str) -> int:
        """Uses up one code; returns how many are left. Raises NotFound for an unknown or used one."""


class WorkspaceRepository(Protocol):
    """Workspaces and who belongs to them."""

    def workspace(self, workspace_id: str) -> Workspace:
        """Raises NotFound."""

    def update_workspace(self, workspace: Workspace) -> None:
        """Replaces the name and the limits."""

    def memberships(self, user_id: str) -> tuple[Membership, ...]:
        """The workspaces the user belongs to, oldest first."""

    def membership(self, user_id: str, workspace_id: str) -> Membership:
        """The user's place in this workspace, as it is now. Raises NotFound."""


class AccountRepository(UserRepository, WorkspaceRepository, Protocol):
    """Users, workspaces, memberships."""

    def create(self, user: User, workspace: Workspace, membership: Membership) -> None:
        """Stores all three or none. Raises Conflict("email") when the address is taken."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to prove an identity: whether it may be made, and whether it is the last before the lock."""

    allowed: bool
    last: bool = False


class LoginAttempts(Protocol):
    """Tries to prove an identity, counted by a key of the address so that an unknown one costs and locks the same."""

    def take(self, key: str, now_ms: int, *, lock_after: int, lock_ms: int) -> Attempt:
        """Counts a try before it is judged, so that not even tries at the same moment exceed ``lock_after``.

        The last one allowed locks the key for ``lock_ms``. Tries more than a day apart are not added up.
        """

    def clear(self, key: str) -> None:
        """Forgets the tries and the lock: the identity was proved."""


class LinkRepository(Protocol):
    """One-time links."""

    def put_link(self, link: OneTimeLink) -> None:
        """Stores a link."""

    def take_link(self, token_hash: str, purpose: LinkPurpose, now_ms: int) -> OneTimeLink:
        """Takes the link away and returns it: only the first taker gets it. Raises NotFound, also when its time is
        over or its purpose another one; such a link stays."""


class InvitationRepository(Protocol):
    """Open invitations."""

    def put(self, invitation: Invitation) -> None:
        """Stores a new one."""

    def open(self, workspace_id: str, now_ms: int) -> tuple[Invitation, ...]:
        """The workspace's invitations that can still be accepted, newest first."""

    def renew(self, invitation: Invitation, renewed: Invitation) -> None:
        """Puts ``renewed``, with another token, in the place of ``invitation``. Raises NotFound when that is gone."""

    def cancel(self, invitation: Invitation) -> None:
        """Takes it back. Raises NotFound when it is gone."""

    def join(self, membership: Membership, invitation: Invitation, now_ms: int) -> None:
        """Makes a user a member and uses the invitation up: both or neither.

        Raises Conflict("member") when the user is one already, NotFound when the invitation is gone or over.
        """

    def by_token(self, token_hash: str, now_ms: int) -> Invitation:
        """Raises NotFound, also when its time is over."""

    def register(self, user: User, invitation: Invitation, now_ms: int) -> None:
        """Stores the new user as a member of the workspace and uses the invitation up: all of it or nothing.

        Raises Conflict("email") when the address is taken, NotFound when the invitation is gone or over.
        """


class SessionRepository(Protocol):
    """Refresh families, one a session, and socket tickets."""

    def create_family(self, family: RefreshFamily) -> None:
        """Stores a new family."""

    def family(self, user_id: str, family_id: str) -> RefreshFamily:
        """As it is now, also when its time is over. Raises NotFound."""

    def families(self, user_id: str) -> tuple[RefreshFamily, ...]:
        """All of the user, oldest first; some may be revoked or over."""

    def rotate(self, family: RefreshFamily, expected_hash: str) -> None:
        """Replaces the current token. Raises Conflict("rotated") unless ``expected_hash`` is current and unrevoked."""

    def revoke(self, user_id: str, family_id: str) -> None:
        """Ends the family; ending it again is fine."""

    def put_ticket(self, ticket: SocketTicket) -> None:
        """Stores a ticket."""

    def take_ticket(self, ticket_hash: str, now_ms: int) -> SocketTicket:
        """Takes the ticket away and returns it: only the first taker gets it. Raises NotFound."""


class PasswordHasher(Protocol):
    """Argon2id."""

    def hash(self, password: str) -> str:
        """A salted hash in PHC string form."""

    def verify(self, stored_hash: str | None, password: str) -> bool:
        """Whether it matches; None costs the same time as a wrong password and is False."""

    def outdated(self, stored_hash: str) -> bool:
        """Whether it was made with other parameters than those of now: the next right password makes a new one."""


class OneTimeCodes(Protocol):
    """Time-based one-time passwords (RFC 6238)."""

    def step_of(self, seed: str, code: str, now_ms: int) -> int | None:
        """The 30 s step whose code this is: now's, the one before or the one after; None for any other code."""

    def uri(self, seed: str, account: str) -> str:
        """The ``otpauth://`` link by which an authenticator app takes the seed in."""


class QrCodes(Protocol):
    """QR codes."""

    def svg(self, text: str) -> str:
        """The code of a text as an SVG document."""


class DerivedSecrets(Protocol):
    """Secrets that the API itself must know again: derived from a key that never leaves KMS, so none is stored."""

    def totp_seed(self, user_id: str, version: int) -> str:
        """The user's authenticator seed of this version: 160 bits in base 32. Raises SealingFailed."""

    def webhook_secret(self, workspace_id: str, strategy_id: str, version: int) -> str:
        """The strategy's webhook secret of this version: 256 bits, URL-safe, 43 characters. Raises SealingFailed."""


class AccessTokens(Protocol):
    """Signed access tokens (ES256)."""

    def sign(self, claims: AccessClaims) -> str:
        """A token for these claims."""

    def verify(self, token: str, now_ms: int) -> AccessClaims:
        """The claims of a good token. Raises InvalidToken, ExpiredToken."""

    def jwks(self) -> dict[str, Any]:
        """The public keys, as RFC 7517 has them."""
