"""The invitation that somebody presents: it must be open, and for the address that presents it."""

from __future__ import annotations

from chalicelib.domain.accounts.errors import Forbidden
from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.session import secret_hash
from chalicelib.identity_ports import InvitationRepository
from chalicelib.ports import NotFound


def presented_invitation(invitations: InvitationRepository, token: str, address: str, now_ms: int) -> Invitation:
    """The open invitation of ``address`` (normalised) that the token is for. Raises Forbidden
    (``auth.invitation_invalid``) without telling why."""
    try:
        found = invitations.by_token(secret_hash(token), now_ms)
    except NotFound as unknown:
        raise invalid_invitation() from unknown
    if found.email != address:
        raise invalid_invitation()
    return found


def invalid_invitation() -> Forbidden:
    """What whoever presents no good invitation is told."""
    return Forbidden("auth.invitation_invalid", "the invitation is unknown, used, too old or for another address")
