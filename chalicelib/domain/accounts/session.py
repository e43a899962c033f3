"""Sessions: access claims, refresh families, socket tickets (decision 7). Secrets are stored as hashes only."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from chalicelib.domain.accounts.roles import Role

ACCESS_SECONDS = 15 * 60
REFRESH_SECONDS = 7 * 24 * 3600
TICKET_SECONDS = 60
STEP_UP_SECONDS = 5 * 60
_USER_AGENT_LENGTH = 256


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says of its bearer; times in seconds UTC. ``session_id`` is the refresh family's;
    ``stepped_up_until`` is 0 for a session that never proved itself again."""

    user_id: str
    workspace_id: str
    role: Role
    session_id: str
    token_id: str
    issued_at: int
    expires_at: int
    stepped_up_until: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session was opened from, as the request said: enough for its owner to know it again."""

    user_agent: str = ""
    ip: str = ""

    @classmethod
    def of(cls, user_agent: str, ip: str) -> Device:
        """The device of a request; an endless user agent is cut."""
        return cls(user_agent[:_USER_AGENT_LENGTH], ip)


@dataclass(frozen=True, slots=True)
class RefreshFamily:
    """A session: all refresh tokens that descend from one login; only the newest is good, any other ends the family."""

    family_id: str
    user_id: str
    workspace_id: str
    current_hash: str
    csrf_hash: str
    generation: int
    revoked: bool
    created_ms: int
    expires_ms: int
    used_ms: int = 0
    device: Device = Device()

    def alive(self, now_ms: int) -> bool:
        """Whether it may still be used."""
        return not self.revoked and self.expires_ms > now_ms


@dataclass(frozen=True, slots=True)
class SocketTicket:
    """Opens one WebSocket, once, within a minute."""

    ticket_hash: str
    user_id: str
    workspace_id: str
    session_id: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Socket:
    """An open WebSocket of a workspace, opened by a session."""

    connection_id: str
    workspace_id: str
    user_id: str
    connected_ms: int
    session_id: str = ""


def secret_hash(secret: str) -> str:
    """What is stored of a random 256-bit secret: its SHA-256 in hexadecimal (no salt: nothing to guess)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_secret(secret: str, stored_hash: str) -> bool:
    """Whether ``secret`` has this hash, compared in constant time."""
    return hmac.compare_digest(secret_hash(secret), stored_hash)
