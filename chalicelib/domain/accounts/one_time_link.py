"""Links that come by mail: good once, for a while, for one purpose. The token is random and stored as a hash only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_HOUR_MS = 3600 * 1000


class LinkPurpose(StrEnum):
    """What opening the link does."""

    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # a purpose, not a password

    @property
    def lives_ms(self) -> int:
        """How long such a link is good."""
        return _LIVES_MS[self]


_LIVES_MS = {LinkPurpose.VERIFY_EMAIL: 24 * _HOUR_MS, LinkPurpose.RESET_PASSWORD: _HOUR_MS // 2}


@dataclass(frozen=True, slots=True)
class OneTimeLink:
    """A link that is out. Without a ``user_id`` it leads nowhere: it was made so that asking for an unknown address
    costs the same."""

    token_hash: str
    purpose: LinkPurpose
    user_id: str
    created_ms: int
    expires_ms: int
