"""A strategy's webhook: who signed a signal, and what became of it (decision 8b)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from chalicelib.domain.market.side import Side

WINDOW_SECONDS = 300
"""How far a request's time may be from ours."""
KEPT_SECONDS = 24 * 3600
"""How long a signal's first answer is given again."""
GOOD_MS = 60_000
"""How old a signal may be when a run trades it, counted from when it was signed."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """``version`` is that of the secret, which is derived and stored nowhere."""

    strategy_id: str
    workspace_id: str
    version: int
    rotated_ms: int
    last_ms: int = 0
    last_event_id: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """An accepted signal and the runs it was left with."""

    strategy_id: str
    event_id: str
    side: Side
    accepted_ms: int
    good_until_ms: int
    price: str
    run_ids: tuple[str, ...]


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """The header's value: ``v1=`` and the hexadecimal HMAC-SHA256 of ``timestamp.body``."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
