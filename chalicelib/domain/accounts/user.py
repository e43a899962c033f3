"""Users and their membership of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class User:
    """A person. ``email`` is kept in lower case; ``totp_secret`` is None until the second factor is set up."""

    user_id: str
    email: str
    password_hash: str = field(repr=False)
    totp_secret: str | None = field(repr=False)
    locale: str
    failed_logins: int
    locked_until_ms: int
    created_ms: int


@dataclass(frozen=True, slots=True)
class Workspace:
    """What owns connections, strategies, bots and runs."""

    workspace_id: str
    name: str
    limits: WorkspaceLimits
    created_ms: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A user's place in a workspace."""

    user_id: str
    workspace_id: str
    role: Role


def normal_email(email: str) -> str:
    """The address as it is stored and compared."""
    return email.strip().lower()
