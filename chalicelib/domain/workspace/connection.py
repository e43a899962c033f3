"""An exchange connection: whose account a bot trades on, without anything secret in it."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NoReturn

from chalicelib.domain.workspace.exchange_key import KeyInfo, KeyNote


class ConnectionStatus(StrEnum):
    """What the last test found. A key that has never passed one is not stored."""

    CONNECTED = "CONNECTED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Connection:
    """``masked_key`` shows the key's ends only. ``key`` is what the exchange last said of the key, ``fault`` why it
    failed its last test. ``account`` is the exchange's id of the account: it stays the same whatever the key."""

    workspace_id: str
    connection_id: str
    exchange: str
    env: str
    name: str
    masked_key: str
    account: str
    status: ConnectionStatus
    fault: KeyNote | None
    key: KeyInfo | None
    last_checked_ms: int
    created_ms: int
    updated_ms: int

    @property
    def usable(self) -> bool:
        """Whether new exposure may be taken with it."""
        return self.status is ConnectionStatus.CONNECTED

    def outlives(self, time_ms: int) -> bool:
        """Whether its key, as last seen, is good until after this time."""
        return self.key is None or self.key.expires_ms is None or self.key.expires_ms > time_ms


class Credentials:
    """What signs requests, in memory only: it shows itself to nobody, cannot be copied into JSON, pickled or logged,
    and forgets itself once it has been sealed or has signed. (Python cannot wipe a string: no reference is left.)"""

    __slots__ = ("_api_key", "_secret")

    def __init__(self, api_key: str, secret: str) -> None:
        self._api_key: str | None = api_key
        self._secret: str | None = secret

    @property
    def api_key(self) -> str:
        """The key's public half. Raises ValueError once forgotten."""
        return _present(self._api_key)

    @property
    def secret(self) -> str:
        """The secret half. Raises ValueError once forgotten."""
        return _present(self._secret)

    def forget(self) -> None:
        """Lets go of both halves."""
        self._api_key = self._secret = None

    def to_bytes(self) -> bytes:
        """The plaintext that is sealed: JSON with ``apiKey`` and ``secret``."""
        return json.dumps({"apiKey": self.api_key, "secret": self.secret}, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, plaintext: bytes) -> Credentials:
        """What ``to_bytes`` made bytes of. Raises ValueError, KeyError or TypeError for anything else."""
        document = json.loads(plaintext)
        return cls(document["apiKey"], document["secret"])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        return hmac.compare_digest(self.to_bytes(), other.to_bytes())

    __hash__ = None  # type: ignore[assignment]  # nothing keeps credentials in a set

    def __repr__(self) -> str:
        return "Credentials(•••)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not copied, pickled or sent")


def _present(value: str | None) -> str:
    if value is None:
        raise ValueError("these credentials have been forgotten")
    return value


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """What is kept of credentials, in two places: neither half opens anything without the other.

    ``ciphertext`` is kept with the connection, also in backups; ``shred_key`` where there are none, so that its
    deletion is the end of every copy of the ciphertext (ADR 13).
    """

    ciphertext: bytes = field(repr=False)
    shred_key: bytes = field(repr=False)


SEAL_PURPOSE = "exchange-credentials"


def seal_context(workspace_id: str, connection_id: str) -> dict[str, str]:
    """The encryption context that binds sealed credentials to their connection."""
    return {"workspaceId": workspace_id, "connectionId": connection_id, "purpose": SEAL_PURPOSE}


def mask_key(api_key: str) -> str:
    """The key's first and last three characters; nothing of a key too short to hide the rest."""
    if len(api_key) < 10:
        return "•••"
    return f"{api_key[:3]}•••{api_key[-3:]}"
