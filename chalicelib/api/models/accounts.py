"""Sign-in, identity and socket tickets."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import Field

from chalicelib.api.models.base import Id, RequestModel, Timestamp, View
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.accounts.limits import WorkspaceLimits
    from chalicelib.services.accounts.sessions import Identity, Session, SteppedUp
    from chalicelib.services.accounts.sockets import IssuedTicket


class LoginBody(RequestModel):
    """Who signs in. ``totp`` is the authenticator app's code, needed once the second factor is set up; without the app
    a ``recoveryCode`` does, once."""

    email: str = Field(min_length=3, max_length=254, examples=["demo@example.com"])
    password: str = Field(min_length=1, max_length=256, repr=False)
    totp: str | None = Field(default=None, pattern=r"^[0-9]{6}$", repr=False)
    recovery_code: str | None = Field(default=None, min_length=16, max_length=40, repr=False)


class StepUpBody(RequestModel):
    """The proof that it is you: ``totp`` or a ``recoveryCode``; ``password`` where no second factor is set up."""

    totp: str | None = Field(default=None, pattern=r"^[0-9]{6}$", repr=False)
    recovery_code: str | None = Field(default=None, min_length=16, max_length=40, repr=False)
    password: str | None = Field(default=None, min_length=1, max_length=256, repr=False)


class UserView(View):
    """A person."""

    id: Id
    email: str
    name: str
    locale: str
    totp_enabled: bool


class LimitsView(View):
    """What the workspace may use."""

    max_active_runs: int
    max_duration_minutes: int
    default_duration_minutes: int
    start_cooldown_seconds: int

    @classmethod
    def of(cls, limits: WorkspaceLimits) -> LimitsView:
        """The view of limits."""
        return cls(**asdict(limits))


class WorkspaceView(View):
    """The workspace that the session works in, and the user's role in it."""

    id: Id
    name: str
    role: str
    limits: LimitsView


class IdentityView(View):
    """Who is signed in."""

    user: UserView
    workspace: WorkspaceView

    @classmethod
    def of(cls, identity: Identity) -> IdentityView:
        """The view of an identity."""
        return cls(user=_user(identity), workspace=_workspace(identity))


class SessionView(View):
    """A session. The refresh token is in the cookie; ``csrfToken`` goes into X-CSRF-Token at refresh and logout."""

    access_token: str
    expires_in: int = Field(description="seconds")
    csrf_token: str
    user: UserView
    workspace: WorkspaceView

    @classmethod
    def of(cls, session: Session) -> SessionView:
        """The view of a session."""
        return cls(
            access_token=session.access_token.reveal(),
            expires_in=session.expires_in,
            csrf_token=session.csrf_token.reveal(),
            user=_user(session.identity),
            workspace=_workspace(session.identity),
        )


class SteppedUpView(View):
    """Use this access token from now on: for ``stepUpSeconds`` it reaches what is dangerous too."""

    access_token: str
    expires_in: int = Field(description="seconds")
    step_up_seconds: int

    @classmethod
    def of(cls, stepped: SteppedUp) -> SteppedUpView:
        """The view of it."""
        return cls(
            access_token=stepped.access_token.reveal(), expires_in=stepped.expires_in, step_up_seconds=stepped.seconds
        )


class TicketView(View):
    """Opens one WebSocket: connect to ``url`` with ``?ticket=`` and the ticket before ``expiresAt``."""

    ticket: str
    url: str
    expires_at: Timestamp

    @classmethod
    def of(cls, issued: IssuedTicket, url: str) -> TicketView:
        """The view of a ticket."""
        return cls(ticket=issued.ticket.reveal(), url=url, expires_at=iso(issued.expires_ms))


class JwkView(View):
    """A public key (RFC 7517)."""

    kty: str
    crv: str
    x: str
    y: str
    kid: str
    use: str
    alg: str


class JwksView(View):
    """The keys that verify access tokens."""

    keys: list[JwkView]


def _user(identity: Identity) -> UserView:
    user = identity.user
    return UserView(
        id=user.user_id, email=user.email, name=user.name, locale=user.locale, totp_enabled=user.totp_confirmed
    )


def _workspace(identity: Identity) -> WorkspaceView:
    return WorkspaceView(
        id=identity.workspace.workspace_id,
        name=identity.workspace.name,
        role=identity.role.value,
        limits=LimitsView.of(identity.workspace.limits),
    )
