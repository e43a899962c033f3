"""Signing in and staying signed in (decision 7): login, refresh with rotation and reuse detection, logout, who am I."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Forbidden, Unauthenticated
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import (
    ACCESS_SECONDS,
    REFRESH_SECONDS,
    STEP_UP_SECONDS,
    AccessClaims,
    Device,
    RefreshFamily,
    same_secret,
    secret_hash,
)
from chalicelib.domain.accounts.user import Membership, User, Workspace, normal_email
from chalicelib.domain.secret import Secret
from chalicelib.identity_ports import (
    AccessTokens,
    AccountRepository,
    Attempt,
    ExpiredToken,
    InvalidToken,
    PasswordHasher,
    SessionRepository,
)
from chalicelib.ports import Clock, Conflict, Ids, NotFound
from chalicelib.services.accounts.ending import EndSessions
from chalicelib.services.accounts.proof import Proof, ProveIdentity

_ID = re.compile(r"[0-9A-Z]{26}")


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
    access_token: Secret
    refresh_token: Secret
    csrf_token: Secret
    expires_in: int = ACCESS_SECONDS


@dataclass(frozen=True, slots=True)
class SteppedUp:
    """The access token that reaches what is dangerous, for ``seconds``."""

    access_token: Secret
    seconds: int = STEP_UP_SECONDS
    expires_in: int = ACCESS_SECONDS


@dataclass(frozen=True, slots=True)
class Sessions:
    """The use-cases of a session."""

    accounts: AccountRepository
    sessions: SessionRepository
    tokens: AccessTokens
    passwords: PasswordHasher
    prove: ProveIdentity
    end: EndSessions
    clock: Clock
    ids: Ids

    def login(self, email: str, password: str, proof: Proof, device: Device) -> Session:
        """A new session. Raises Unauthenticated: ``auth.invalid_credentials``, ``auth.totp_required``, ``…_invalid``,
        and Forbidden: ``auth.email_unverified``, ``auth.no_workspace``.

        An unknown address, a wrong password and a locked account answer alike and take the same time.
        """
        now_ms = self.clock.now_ms()
        address = normal_email(email)
        attempt = self.prove.attempt(address, now_ms)
        user = self.accounts.user_by_email(address)
        matches = self.passwords.verify(None if user is None else user.password_hash, password)
        if not attempt.allowed:
            raise _invalid_credentials()
        if user is None or not matches:
            self.prove.refused(attempt, user, address, "session.refused", "password")
            raise _invalid_credentials()
        if not user.email_verified:
            raise Forbidden("auth.email_unverified", "confirm the e-mail address first: open the link that was sent")
        self._second_factor(attempt, user, proof, now_ms)
        self.prove.proved(address)
        if self.passwords.outdated(user.password_hash):
            self.accounts.set_password(user.user_id, self.passwords.hash(password), user.password_changed_ms)
        return self._open(user, device, now_ms)

    def refresh(self, refresh_token: str, csrf_token: str, device: Device) -> Session:
        """The next session of the family. Raises Unauthenticated, Forbidden (``auth.csrf_invalid``).

        A token that was used before ends the whole family: either its owner or its thief holds the newer one.
        """
        now_ms = self.clock.now_ms()
        family = self._family_of(refresh_token, csrf_token, now_ms)
        try:
            membership = self.accounts.membership(family.user_id, family.workspace_id)
        except NotFound as gone:
            raise _invalid_refresh() from gone
        return self._rotated(family, membership, device, now_ms)

    def switch(self, refresh_token: str, csrf_token: str, workspace_id: str, device: Device) -> Session:
        """The family's next session, in another workspace of the user; the tokens of the former one are void at once.

        Raises what ``refresh`` raises, and NotFound for a workspace that the user does not belong to.
        """
        now_ms = self.clock.now_ms()
        family = self._family_of(refresh_token, csrf_token, now_ms)
        membership = self.accounts.membership(family.user_id, workspace_id)
        return self._rotated(replace(family, workspace_id=workspace_id), membership, device, now_ms)

    def logout(self, refresh_token: str, csrf_token: str) -> RefreshFamily | None:
        """Ends the family and returns it. A token of no living family is logged out already. Raises Forbidden."""
        try:
            family = self._family_of(refresh_token, csrf_token, self.clock.now_ms())
        except Unauthenticated:
            return None
        self.end.one(family)
        return family

    def authenticate(self, access_token: str, *, reads_only: bool) -> Actor:
        """Who bears the token. Raises Unauthenticated: ``auth.token_expired``, ``…_invalid``, ``auth.session_ended``.

        Every request looks whether the session still lives. What does more than read takes the role as it is now; a
        reading request trusts the one that the token was made with, which is a quarter of an hour old at most.
        """
        now_ms = self.clock.now_ms()
        try:
            claims = self.tokens.verify(access_token, now_ms)
        except ExpiredToken as expired:
            raise Unauthenticated("auth.token_expired", "the access token has expired; refresh it") from expired
        except InvalidToken as invalid:
            raise Unauthenticated("auth.token_invalid", "the access token is not one of ours") from invalid
        try:
            family = self.sessions.family(claims.user_id, claims.session_id)
            # A session that went to another workspace has left this one, whatever its older tokens say.
            alive = family.alive(now_ms) and family.workspace_id == claims.workspace_id
            role = claims.role
            if not reads_only:
                role = self.accounts.membership(claims.user_id, claims.workspace_id).role
        except NotFound as gone:
            raise _ended() from gone
        if not alive:
            raise _ended()
        stepped_up = claims.stepped_up_until * 1000 > now_ms
        return Actor(claims.user_id, claims.workspace_id, role, claims.session_id, stepped_up)

    def step_up(self, actor: Actor, proof: Proof, password: str | None) -> SteppedUp:
        """An access token that reaches what is dangerous for five minutes.

        Takes the second factor; where none is set up, the password. Raises Forbidden: ``auth.locked``,
        ``auth.totp_required``, ``auth.totp_invalid``, ``auth.recovery_code_invalid``, ``auth.password_required``,
        ``auth.password_invalid``.
        """
        now_ms = self.clock.now_ms()
        user = self.accounts.user(actor.user_id)
        attempt = self.prove.attempt_of(user, now_ms)
        try:
            self._step_up_proof(attempt, user, proof, password, now_ms)
        except Unauthenticated as refused:  # the session is good: only the proof is not
            raise Forbidden(refused.code, refused.detail) from refused
        self.prove.proved(user.email)
        claims = self._claims(actor.user_id, actor.workspace_id, actor.role, actor.session_id, now_ms)
        return SteppedUp(
            Secret(self.tokens.sign(replace(claims, stepped_up_until=now_ms // 1000 + STEP_UP_SECONDS))),
        )

    def me(self, actor: Actor) -> Identity:
        """The actor's user and workspace. Raises NotFound when they are gone."""
        return Identity(self.accounts.user(actor.user_id), self.accounts.workspace(actor.workspace_id), actor.role)

    def _step_up_proof(self, attempt: Attempt, user: User, proof: Proof, password: str | None, now_ms: int) -> None:
        if user.totp_confirmed:
            self._second_factor(attempt, user, proof, now_ms)
        elif password is None:
            raise Unauthenticated("auth.password_required", "the password is needed")
        elif not self.passwords.verify(user.password_hash, password):
            self.prove.refused(attempt, user, user.email, "step_up.refused", "password")
            raise Unauthenticated("auth.password_invalid", "the password is wrong")

    def _second_factor(self, attempt: Attempt, user: User, proof: Proof, now_ms: int) -> None:
        try:
            self.prove.second_factor(user, proof, now_ms)
        except Unauthenticated as refused:
            if refused.code != "auth.totp_required":  # the page asks for the password first, then for the code
                self.prove.refused(attempt, user, user.email, "second_factor.refused", refused.code)
            raise

    def _open(self, user: User, device: Device, now_ms: int) -> Session:
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
            device=device,
        )
        session, family = self._next(family, user, memberships[0], now_ms)
        self.sessions.create_family(family)
        return session

    def _family_of(self, refresh_token: str, csrf_token: str, now_ms: int) -> RefreshFamily:
        user_id, _, rest = refresh_token.partition(".")
        family_id, _, secret = rest.partition(".")
        if not (_ID.fullmatch(user_id) and _ID.fullmatch(family_id)):
            raise _invalid_refresh()
        try:
            family = self.sessions.family(user_id, family_id)
        except NotFound as missing:
            raise _invalid_refresh() from missing
        if not family.alive(now_ms):
            raise _invalid_refresh()
        if not same_secret(secret, family.current_hash):
            self.end.one(family)
            self.prove.trail.record(self.accounts.user(user_id), "session.refresh_reused", f"session {family_id} ended")
            raise Unauthenticated("auth.refresh_reused", "the refresh token was used before: the session is ended")
        if not same_secret(csrf_token, family.csrf_hash):
            raise Forbidden("auth.csrf_invalid", "the X-CSRF-Token header does not belong to this session")
        return family

    def _rotated(self, family: RefreshFamily, membership: Membership, device: Device, now_ms: int) -> Session:
        try:
            user = self.accounts.user(family.user_id)
        except NotFound as gone:
            raise _invalid_refresh() from gone
        session, renewed = self._next(replace(family, device=device), user, membership, now_ms)
        try:
            self.sessions.rotate(renewed, family.current_hash)
        except Conflict as lost:
            raise Unauthenticated("auth.refresh_invalid", "the session was refreshed elsewhere meanwhile") from lost
        return session

    def _next(
        self, family: RefreshFamily, user: User, membership: Membership, now_ms: int
    ) -> tuple[Session, RefreshFamily]:
        secret, csrf = self.ids.secret(), self.ids.secret()
        renewed = replace(
            family,
            current_hash=secret_hash(secret),
            csrf_hash=secret_hash(csrf),
            generation=family.generation + 1,
            used_ms=now_ms,
            expires_ms=now_ms + REFRESH_SECONDS * 1000,
        )
        claims = self._claims(user.user_id, membership.workspace_id, membership.role, family.family_id, now_ms)
        identity = Identity(user, self.accounts.workspace(membership.workspace_id), membership.role)
        refresh_token = f"{user.user_id}.{family.family_id}.{secret}"
        return Session(identity, Secret(self.tokens.sign(claims)), Secret(refresh_token), Secret(csrf)), renewed

    def _claims(self, user_id: str, workspace_id: str, role: Role, session_id: str, now_ms: int) -> AccessClaims:
        return AccessClaims(
            user_id=user_id,
            workspace_id=workspace_id,
            role=role,
            session_id=session_id,
            token_id=self.ids.ulid(),
            issued_at=now_ms // 1000,
            expires_at=now_ms // 1000 + ACCESS_SECONDS,
        )


def _invalid_credentials() -> Unauthenticated:
    return Unauthenticated("auth.invalid_credentials", "the e-mail address or the password is wrong")


def _invalid_refresh() -> Unauthenticated:
    return Unauthenticated("auth.refresh_invalid", "the session is over: sign in again")


def _ended() -> Unauthenticated:
    return Unauthenticated("auth.session_ended", "the session was ended: sign in again")
