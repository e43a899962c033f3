"""A host that takes connections and never says a word: what a stalled service looks like from outside."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pynamodb.models import Model

from chalicelib.adapters import patience


@contextmanager
def silent_host() -> Iterator[str]:
    """Its address, as long as it is there. The kernel completes the handshakes; nobody ever accepts."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def soon_given_up(patch: pytest.MonkeyPatch, model: type[Model]) -> None:
    """Clients, and ``model``'s table, wait a tenth of a second, once: what follows is as after the whole time."""
    patch.setattr(patience, "READ_SECONDS", 0.1)
    patch.setattr(patience, "ATTEMPTS", 1)
    patch.setattr(model.Meta, "read_timeout_seconds", 0.1)
    patch.setattr(model.Meta, "max_retry_attempts", 0)
