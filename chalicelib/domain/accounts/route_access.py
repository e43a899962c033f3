"""The one table that says who may call what: route x role (decision 8, FR-API-2), and what needs a fresh proof of
presence besides (step-up).

The API refuses to serve a route that is not in this table, and a test compares the two sets. Paths are below
``/api/v1`` and spell parameters as the router does.
"""

from __future__ import annotations

from enum import StrEnum

from chalicelib.domain.accounts.roles import Role


class Access(StrEnum):
    """How a caller gets in where no role is asked for."""

    PUBLIC = "public"
    REFRESH_COOKIE = "refresh_cookie"
    SIGNATURE = "signature"
    REFRESH_COOKIE_IF_ANY = "refresh_cookie_if_any"


Requirement = Access | Role

ROUTE_ACCESS: dict[tuple[str, str], Requirement] = {
    ("GET", "/healthz"): Access.PUBLIC,
    ("GET", "/readyz"): Access.PUBLIC,
    ("GET", "/openapi.json"): Access.PUBLIC,
    ("GET", "/.well-known/jwks.json"): Access.PUBLIC,
    ("POST", "/auth/login"): Access.PUBLIC,
    ("POST", "/auth/register"): Access.PUBLIC,
    ("POST", "/auth/verify-email"): Access.PUBLIC,
    ("POST", "/auth/verify-email/resend"): Access.PUBLIC,
    ("POST", "/auth/password/forgot"): Access.PUBLIC,
    ("POST", "/auth/password/reset"): Access.PUBLIC,
    ("POST", "/auth/refresh"): Access.REFRESH_COOKIE,
    ("POST", "/auth/switch"): Access.REFRESH_COOKIE,
    ("POST", "/auth/logout"): Access.REFRESH_COOKIE_IF_ANY,
    ("POST", "/auth/step-up"): Role.VIEWER,
    ("GET", "/me"): Role.VIEWER,
    ("PATCH", "/me"): Role.VIEWER,
    ("POST", "/me/password"): Role.VIEWER,
    ("GET", "/me/sessions"): Role.VIEWER,
    ("DELETE", "/me/sessions/{session_id}"): Role.VIEWER,
    ("POST", "/me/sessions/revoke-others"): Role.VIEWER,
    ("POST", "/me/totp"): Role.VIEWER,
    ("POST", "/me/totp/confirm"): Role.VIEWER,
    ("DELETE", "/me/totp"): Role.VIEWER,
    ("POST", "/me/recovery-codes"): Role.VIEWER,
    ("GET", "/me/export"): Role.VIEWER,
    ("POST", "/me/erase"): Role.VIEWER,
    ("POST", "/sockets/tickets"): Role.VIEWER,
    ("GET", "/exchanges"): Role.VIEWER,
    ("POST", "/exchanges"): Role.TRADER,
    ("GET", "/exchanges/{connection_id}"): Role.VIEWER,
    ("PATCH", "/exchanges/{connection_id}"): Role.TRADER,
    ("DELETE", "/exchanges/{connection_id}"): Role.TRADER,
    ("POST", "/exchanges/{connection_id}/test"): Role.TRADER,
    ("GET", "/instruments"): Role.VIEWER,
    ("GET", "/instruments/{symbol}"): Role.VIEWER,
    ("GET", "/terminal/ticker"): Role.VIEWER,
    ("GET", "/terminal/candles"): Role.VIEWER,
    ("GET", "/terminal/orders"): Role.VIEWER,
    ("POST", "/terminal/orders"): Role.TRADER,
    ("GET", "/terminal/orders/{order_id}"): Role.VIEWER,
    ("POST", "/terminal/orders/{order_id}/cancel"): Role.TRADER,
    ("POST", "/terminal/orders/{order_id}/amend"): Role.TRADER,
    ("GET", "/terminal/positions"): Role.VIEWER,
    ("POST", "/terminal/positions/protection"): Role.TRADER,
    ("POST", "/terminal/positions/close"): Role.TRADER,
    ("GET", "/terminal/open-orders"): Role.VIEWER,
    ("GET", "/terminal/order-history"): Role.VIEWER,
    ("GET", "/terminal/closed-pnl"): Role.VIEWER,
    ("GET", "/strategies"): Role.VIEWER,
    ("POST", "/strategies"): Role.TRADER,
    ("POST", "/strategies/validate"): Role.VIEWER,
    ("GET", "/strategies/schema"): Role.VIEWER,
    ("GET", "/strategies/{strategy_id}"): Role.VIEWER,
    ("PUT", "/strategies/{strategy_id}"): Role.TRADER,
    ("DELETE", "/strategies/{strategy_id}"): Role.TRADER,
    ("GET", "/strategies/{strategy_id}/versions"): Role.VIEWER,
    ("POST", "/strategies/{strategy_id}/webhook-secret"): Role.TRADER,
    ("GET", "/strategies/{strategy_id}/webhook"): Role.VIEWER,
    ("POST", "/signals/{strategy_id}"): Access.SIGNATURE,
    ("GET", "/bots"): Role.VIEWER,
    ("POST", "/bots"): Role.TRADER,
    ("GET", "/bots/{bot_id}"): Role.VIEWER,
    ("PATCH", "/bots/{bot_id}"): Role.TRADER,
    ("DELETE", "/bots/{bot_id}"): Role.TRADER,
    ("GET", "/bots/{bot_id}/runs"): Role.VIEWER,
    ("POST", "/bots/{bot_id}/runs"): Role.TRADER,
    ("GET", "/runs"): Role.VIEWER,
    ("POST", "/runs/stop-all"): Role.TRADER,
    ("GET", "/runs/{run_id}"): Role.VIEWER,
    ("POST", "/runs/{run_id}/stop"): Role.TRADER,
    ("POST", "/runs/{run_id}/kill"): Role.TRADER,
    ("POST", "/runs/{run_id}/pause"): Role.TRADER,
    ("POST", "/runs/{run_id}/resume"): Role.TRADER,
    ("GET", "/runs/{run_id}/events"): Role.VIEWER,
    ("GET", "/runs/{run_id}/intents"): Role.VIEWER,
    ("GET", "/runs/{run_id}/fills"): Role.VIEWER,
    ("GET", "/runs/{run_id}/report"): Role.VIEWER,
    ("GET", "/runs/{run_id}/replay"): Role.VIEWER,
    ("GET", "/lab/datasets"): Role.VIEWER,
    ("POST", "/lab/datasets"): Role.TRADER,
    ("POST", "/lab/datasets/import"): Role.TRADER,
    ("POST", "/lab/datasets/uploads"): Role.TRADER,
    ("GET", "/lab/datasets/{dataset_id}"): Role.VIEWER,
    ("GET", "/lab/datasets/{dataset_id}/preview"): Role.VIEWER,
    ("POST", "/lab/preview"): Role.VIEWER,
    ("GET", "/lab/backtests"): Role.VIEWER,
    ("POST", "/lab/backtests"): Role.TRADER,
    ("GET", "/lab/backtests/compare"): Role.VIEWER,
    ("GET", "/lab/backtests/{job_id}"): Role.VIEWER,
    ("POST", "/lab/backtests/{job_id}/cancel"): Role.TRADER,
    ("GET", "/lab/sweeps"): Role.VIEWER,
    ("POST", "/lab/sweeps"): Role.TRADER,
    ("GET", "/lab/sweeps/{job_id}"): Role.VIEWER,
    ("POST", "/lab/sweeps/{job_id}/cancel"): Role.TRADER,
    ("GET", "/lab/walk-forwards"): Role.VIEWER,
    ("POST", "/lab/walk-forwards"): Role.TRADER,
    ("GET", "/lab/walk-forwards/{job_id}"): Role.VIEWER,
    ("POST", "/lab/walk-forwards/{job_id}/cancel"): Role.TRADER,
    ("GET", "/presets"): Role.VIEWER,
    ("GET", "/presets/{slug}"): Role.VIEWER,
    ("POST", "/presets/{slug}/instantiate"): Role.TRADER,
    ("GET", "/kill-switch"): Role.VIEWER,
    ("POST", "/kill-switch"): Role.TRADER,
    ("POST", "/kill-switch/release"): Role.ADMIN,
    ("GET", "/workspaces"): Role.VIEWER,
    ("GET", "/workspace"): Role.VIEWER,
    ("PATCH", "/workspace"): Role.ADMIN,
    ("GET", "/members"): Role.VIEWER,
    ("PATCH", "/members/{user_id}"): Role.ADMIN,
    ("DELETE", "/members/{user_id}"): Role.ADMIN,
    ("GET", "/invitations"): Role.ADMIN,
    ("POST", "/invitations"): Role.ADMIN,
    ("POST", "/invitations/accept"): Role.VIEWER,
    ("POST", "/invitations/{invitation_id}/resend"): Role.ADMIN,
    ("DELETE", "/invitations/{invitation_id}"): Role.ADMIN,
    ("GET", "/audit"): Role.ADMIN,
    ("GET", "/audit/verification"): Role.ADMIN,
    ("GET", "/audit/export"): Role.ADMIN,
}

STEP_UP: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST", "/me/password"),
        ("POST", "/me/totp"),
        ("DELETE", "/me/totp"),
        ("POST", "/me/recovery-codes"),
        ("POST", "/kill-switch/release"),
        ("POST", "/strategies/{strategy_id}/webhook-secret"),
        ("GET", "/me/export"),
        ("POST", "/me/erase"),
        ("PATCH", "/members/{user_id}"),
        ("DELETE", "/members/{user_id}"),
        ("POST", "/invitations"),
    }
)
"""Routes that a stolen access token alone must not reach. Each is in ``ROUTE_ACCESS`` too, with a role."""


def required_access(method: str, path: str) -> Requirement:
    """What the route asks for. Raises KeyError for a route that is not in the table: fail closed."""
    return ROUTE_ACCESS[(method, path)]


def needs_step_up(method: str, path: str) -> bool:
    """Whether the session must have proved its owner's presence within the last minutes."""
    return (method, path) in STEP_UP
