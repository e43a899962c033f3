"""Signing in and staying signed in (decision 7): login, refresh with rotation and reuse detection, logout, who am I."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from chalicelib.account_ports import (
    AccessTokens,
    AccountRepository,
    ExpiredToken,
    InvalidToken,
    OneTimeCodes,
    PasswordHasher,
    SessionRepository,
)
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Forbidden, Unauthenticated
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import (
    ACCESS_SECONDS,
    REFRESH_SECONDS,
    AccessClaims,
    RefreshFamily,
    same_secret,
    secret_hash,
)
from chalicelib.domain.accounts.user import Membership, User, Workspace, normal_email
from chalicelib.ports import Clock, Conflict, Ids, NotFound

LOCK_AFTER_FAILURES = 10
LOCK_MS = 15 * 60 * 1000
_FAMILY_ID = re.compile(r"[0-9A-Z]{26}")


@dataclass(frozen=True, slots=True)
class Identity:
    """A user in their workspace."""

    user: User
    workspace: Workspace
    role: Role


@dataclass(frozen=True, slots=True)
class Session:
    """What a sign-in gives: the refresh token goes into a cookie, the rest into the answer."""

    identity: Identity
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    csrf_token: str = field(repr=False)
    expires_in: int = ACCESS_SECONDS


@dataclass(frozen=True, slots=True)
class Sessions:
    """The use-cases of a session."""

    accounts: AccountRepository
    sessions: SessionRepository
    tokens: AccessTokens
    passwords: PasswordHasher
    codes: OneTimeCodes
    clock: Clock
    ids: Ids

    def login(self, email: str, password: str, totp: str | None) -> Session:
        """A new session. Raises Unauthenticated: ``auth.invalid_credentials``, ``auth.totp_required``, ``…_invalid``.

        An unknown address, a wrong password and a locked account answer alike and take the same time.
        """
        now_ms = self.clock.now_ms()
        user = self.accounts.user_by_email(normal_email(email))
        matches = self.passwords.verify(None if user is None else user.password_hash, password)
        if user is None or user.locked_until_ms > now_ms:
            raise _invalid_credentials()
        if not matches:
            self.accounts.count_failed_login(user.user_id, LOCK_AFTER_FAILURES, now_ms + LOCK_MS)
            raise _invalid_credentials()
        self._check_code(user, totp, now_ms)
        if user.failed_logins:
            self.accounts.clear_failed_logins(user.user_id)
        memberships = self.accounts.memberships(user.user_id)
        if not memberships:
            raise Forbidden("auth.no_workspace", "the user belongs to no workspace")
        family = RefreshFamily(
            family_id=self.ids.ulid(),
            user_id=user.user_id,
            workspace_id=memberships[0].workspace_id,
            current_hash="",
            csrf_hash="",
            generation=0,
            revoked=False,
            created_ms=now_ms,
            expires_ms=0,
        )
        session, family = self._next(family, user, memberships[0], now_ms)
        self.sessions.create_family(family)
        return session

    def refresh(self, refresh_token: str, csrf_token: str) -> Session:
        """The next session of the family. Raises Unauthenticated, Forbidden (``auth.csrf_invalid``).

        A token that was used before ends the whole family: either its owner or its thief holds the newer one.
        """
        now_ms = self.clock.now_ms()
        family = self._family_of(refresh_token, now_ms)
        if not same_secret(csrf_token, family.csrf_hash):
            raise Forbidden("auth.csrf_invalid", "the X-CSRF-Token header does not belong to this session")
        membership = self._membership(family.user_id, family.workspace_id)
        session, renewed = self._next(family, self.accounts.user(family.user_id), membership, now_ms)
        try:
            self.sessions.rotate(renewed, family.current_hash)
        except Conflict as lost:
            raise Unauthenticated("auth.refresh_invalid", "the session was refreshed elsewhere meanwhile") from lost
        return session

    def logout(self, refresh_token: str, csrf_token: str) -> None:
        """Ends the family. A token of no living family is logged out already. Raises Forbidden."""
        try:
            family = self._family_of(refresh_token, self.clock.now_ms())
        except Unauthenticated:
            return
        if not same_secret(csrf_token, family.csrf_hash):
            raise Forbidden("auth.csrf_invalid", "the X-CSRF-Token header does not belong to this session")
        self.sessions.revoke(family.family_id)

    def authenticate(self, access_token: str) -> Actor:
        """Who bears the token. Raises Unauthenticated: ``auth.token_expired``, ``auth.token_invalid``."""
        try:
            claims = self.tokens.verify(access_token, self.clock.now_ms())
        except ExpiredToken as expired:
            raise Unauthenticated("auth.token_expired", "the access token has expired; refresh it") from expired
        except InvalidToken as invalid:
            raise Unauthenticated("auth.token_invalid", "the access token is not one of ours") from invalid
        return Actor(claims.user_id, claims.workspace_id, claims.role)

    def me(self, actor: Actor) -> Identity:
        """The actor's user and workspace. Raises NotFound when they are gone."""
        return Identity(self.accounts.user(actor.user_id), self.accounts.workspace(actor.workspace_id), actor.role)

    def _check_code(self, user: User, totp: str | None, now_ms: int) -> None:
        if user.totp_secret is None:
            return
        if not totp:
            raise Unauthenticated("auth.totp_required", "a one-time code of the authenticator app is needed")
        if not self.codes.verify(user.totp_secret, totp, now_ms):
            self.accounts.count_failed_login(user.user_id, LOCK_AFTER_FAILURES, now_ms + LOCK_MS)
            raise Unauthenticated("auth.totp_invalid", "the one-time code is wrong or too old")

    def _membership(self, user_id: str, workspace_id: str) -> Membership:
        for membership in self.accounts.memberships(user_id):
            if membership.workspace_id == workspace_id:
                return membership
        raise _invalid_refresh()

    def _family_of(self, refresh_token: str, now_ms: int) -> RefreshFamily:
        family_id, _, secret = refresh_token.partition(".")
        if not _FAMILY_ID.fullmatch(family_id):
            raise _invalid_refresh()
        try:
            family = self.sessions.family(family_id)
        except NotFound as missing:
            raise _invalid_refresh() from missing
        if family.revoked or family.expires_ms <= now_ms:
            raise _invalid_refresh()
        if not same_secret(secret, family.current_hash):
            self.sessions.revoke(family_id)
            raise Unauthenticated("auth.refresh_reused", "the refresh token was used before: the session is ended")
        return family

    def _next(
        self, family: RefreshFamily, user: User, membership: Membership, now_ms: int
    ) -> tuple[Session, RefreshFamily]:
        secret, csrf = self.ids.secret(), self.ids.secret()
        renewed = replace(
            family,
            current_hash=secret_hash(secret),
            csrf_hash=secret_hash(csrf),
            generation=family.generation + 1,
            expires_ms=now_ms + REFRESH_SECONDS * 1000,
        )
        claims = AccessClaims(
            user_id=user.user_id,
            workspace_id=membership.workspace_id,
            role=membership.role,
            token_id=self.ids.ulid(),
            issued_at=now_ms // 1000,
            expires_at=now_ms // 1000 + ACCESS_SECONDS,
        )
        identity = Identity(user, self.accounts.workspace(membership.workspace_id), membership.role)
        session = Session(identity, self.tokens.sign(claims), f"{family.family_id}.{secret}", csrf)
        return session, renewed


def _invalid_credentials() -> Unauthenticated:
    return Unauthenticated("auth.invalid_credentials", "the e-mail address or the password is wrong")


def _invalid_refresh() -> Unauthenticated:
    return Unauthenticated("auth.refresh_invalid", "the session is over: sign in again")
