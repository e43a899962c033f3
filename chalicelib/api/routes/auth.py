"""Sign-in, identity, socket tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.api.models.accounts import (
    IdentityView,
    JwksView,
    LoginBody,
    SessionView,
    SteppedUpView,
    StepUpBody,
    TicketView,
)
from chalicelib.api.models.base import NoBody
from chalicelib.api.models.workspaces import SwitchBody
from chalicelib.api.operation import Call, Reply, Routes
from chalicelib.domain.accounts.errors import Forbidden, Unauthenticated
from chalicelib.domain.accounts.session import REFRESH_SECONDS
from chalicelib.services.accounts.proof import Proof

if TYPE_CHECKING:
    from chalicelib.services.accounts.sessions import Session


routes = Routes("Accounts")

COOKIE = "bm_refresh"
_COOKIE_PATH = "/api/v1/auth"


@routes.post("/auth/login", refusals=(401, 403))
def login(call: Call, body: LoginBody) -> Reply[SessionView]:
    """Signs in. The refresh token comes as a cookie."""
    proof = Proof(body.totp, body.recovery_code)
    session = call.services.sessions.login(body.email, body.password, proof, call.device)
    opened = session.identity
    call.note(workspace_id=opened.workspace.workspace_id, actor=opened.user.user_id, subject=opened.user.user_id)
    return _answer(call, session)


@routes.post("/auth/refresh", refusals=(401, 403))
def refresh(call: Call, body: NoBody) -> Reply[SessionView]:
    """Renews the session. Needs the cookie and the X-CSRF-Token header; a used refresh token ends the session."""
    return _answer(call, call.services.sessions.refresh(_refresh_token(call), _csrf_token(call), call.device))


@routes.post("/auth/switch", refusals=(401, 403, 404))
def switch_workspace(call: Call, body: SwitchBody) -> Reply[SessionView]:
    """Goes on in another workspace of one's own. Needs the cookie and the X-CSRF-Token header, as refreshing does."""
    session = call.services.sessions.switch(_refresh_token(call), _csrf_token(call), body.workspace_id, call.device)
    opened = session.identity
    call.note(workspace_id=opened.workspace.workspace_id, actor=opened.user.user_id, subject=opened.user.user_id)
    return _answer(call, session)


@routes.post("/auth/logout", status=204, refusals=(403,))
def logout(call: Call, body: NoBody) -> Reply[None]:
    """Ends the session. Without one there is nothing to end."""
    if COOKIE in call.cookies:
        call.services.sessions.logout(call.cookies[COOKIE], _csrf_token(call))
    return Reply(None, (_cookie(call, "", 0),))


@routes.post("/auth/step-up", refusals=(404,))
def step_up(call: Call, body: StepUpBody) -> SteppedUpView:
    """Proves that the session's owner is there; what is dangerous needs that, for five minutes each time."""
    proof = Proof(body.totp, body.recovery_code)
    return SteppedUpView.of(call.services.sessions.step_up(call.actor, proof, body.password))


@routes.get("/me", refusals=(404,))
def who_am_i(call: Call) -> IdentityView:
    """Who is signed in, where, and with which role."""
    return IdentityView.of(call.services.sessions.me(call.actor))


@routes.get("/.well-known/jwks.json")
def public_keys(call: Call) -> JwksView:
    """The keys that verify access tokens."""
    return JwksView.model_validate(call.services.tokens.jwks())


@routes.post("/sockets/tickets", status=201)
def buy_ticket(call: Call, body: NoBody) -> TicketView:
    """A ticket that opens one WebSocket within a minute."""
    return TicketView.of(call.services.tickets.issue(call.actor), call.services.socket_url)


def _answer(call: Call, session: Session) -> Reply[SessionView]:
    return Reply(SessionView.of(session), (_cookie(call, session.refresh_token.reveal(), REFRESH_SECONDS),))


def _cookie(call: Call, value: str, seconds: int) -> str:
    secure = "; Secure" if call.services.secure_cookies else ""
    return f"{COOKIE}={value}; Path={_COOKIE_PATH}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"


def _refresh_token(call: Call) -> str:
    if COOKIE not in call.cookies:
        raise Unauthenticated("auth.refresh_missing", "the refresh cookie is missing: sign in")
    return call.cookies[COOKIE]


def _csrf_token(call: Call) -> str:
    token = call.headers.get("x-csrf-token")
    if not token:
        raise Forbidden("auth.csrf_missing", "the X-CSRF-Token header is missing")
    return token
