"""An exchange connection: whose account a bot trades on, without anything secret in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ConnectionStatus(StrEnum):
    """What the last test found."""

    UNKNOWN = "UNKNOWN"
    CONNECTED = "CONNECTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Connection:
    """``masked_key`` shows the key's ends only; ``permissions`` is what the exchange said of the key, None before."""

    workspace_id: str
    connection_id: str
    exchange: str
    env: str
    name: str
    masked_key: str
    status: ConnectionStatus
    detail: str
    permissions: dict[str, object] | None
    last_checked_ms: int | None
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs requests. Lives in memory between the request and the seal, and never shows itself."""

    api_key: str = field(repr=False)
    secret: str = field(repr=False)


def mask_key(api_key: str) -> str:
    """The key's first and last three characters; nothing of a key too short to hide the rest."""
    if len(api_key) < 10:
        return "•••"
    return f"{api_key[:3]}•••{api_key[-3:]}"
