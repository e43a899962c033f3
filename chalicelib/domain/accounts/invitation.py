"""Invitations: an address is asked into a workspace, in a role, by one of its admins."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.roles import Role

INVITATION_MS = 7 * 24 * 3600 * 1000
"""How long an invitation's link is good."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that is open. Its token is known to the invited alone, and stored as a hash."""

    workspace_id: str
    invitation_id: str
    token_hash: str
    email: str
    role: Role
    invited_by: str
    created_ms: int
    expires_ms: int
