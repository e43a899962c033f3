"""An exchange connection: whose account a bot trades on, without anything secret in it."""

from __future__ import annotations

import json
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

    def to_bytes(self) -> bytes:
        """The plaintext that is sealed: JSON with ``apiKey`` and ``secret``."""
        return json.dumps({"apiKey": self.api_key, "secret": self.secret}, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, plaintext: bytes) -> Credentials:
        """What ``to_bytes`` made bytes of. Raises ValueError or KeyError for anything else."""
        document = json.loads(plaintext)
        return cls(document["apiKey"], document["secret"])


def seal_context(workspace_id: str, connection_id: str) -> dict[str, str]:
    """The encryption context that binds sealed credentials to their connection."""
    return {"workspaceId": workspace_id, "connectionId": connection_id, "purpose": "exchange-credentials"}


def mask_key(api_key: str) -> str:
    """The key's first and last three characters; nothing of a key too short to hide the rest."""
    if len(api_key) < 10:
        return "•••"
    return f"{api_key[:3]}•••{api_key[-3:]}"
