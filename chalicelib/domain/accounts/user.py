"""Users and their membership of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class User:
    """A person. ``email`` is kept in lower case.

    The authenticator's seed is derived from ``totp_version`` (0: never set up) and stored nowhere; it counts once it is
    confirmed. ``totp_step`` is the last 30 s step whose code was used.
    """

    user_id: str
    email: str
    password_hash: str = field(repr=False)
    locale: str
    created_ms: int
    name: str = ""
    email_verified: bool = False
    totp_version: int = 0
    totp_confirmed: bool = False
    totp_step: int = 0
    password_changed_ms: int = 0


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


def erased_email(user_id: str) -> str:
    """What stands for the address of a person who was erased: the top-level domain leads nowhere (RFC 2606)."""
    return f"{user_id.lower()}@erased.invalid"
