"""Sessions: access claims, refresh families, socket tickets (decision 7). Secrets are stored as hashes only."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from chalicelib.domain.accounts.roles import Role

ACCESS_SECONDS = 15 * 60
REFRESH_SECONDS = 7 * 24 * 3600
TICKET_SECONDS = 60


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says of its bearer; times in seconds UTC."""

    user_id: str
    workspace_id: str
    role: Role
    token_id: str
    issued_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class RefreshFamily:
    """All refresh tokens that descend from one login; only the newest is good, any other ends the family."""

    family_id: str
    user_id: str
    workspace_id: str
    current_hash: str
    csrf_hash: str
    generation: int
    revoked: bool
    created_ms: int
    expires_ms: int


@dataclass(frozen=True, slots=True)
class SocketTicket:
    """Opens one WebSocket, once, within a minute."""

    ticket_hash: str
    user_id: str
    workspace_id: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Socket:
    """An open WebSocket of a workspace."""

    connection_id: str
    workspace_id: str
    user_id: str
    connected_ms: int


def secret_hash(secret: str) -> str:
    """What is stored of a random 256-bit secret: its SHA-256 in hexadecimal (no salt: nothing to guess)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same_secret(secret: str, stored_hash: str) -> bool:
    """Whether ``secret`` has this hash, compared in constant time."""
    return hmac.compare_digest(secret_hash(secret), stored_hash)
