"""A host that takes connections and never says a word: what a stalled service looks like from outside."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def silent_host() -> Iterator[str]:
    """Its address, as long as it is there. The kernel completes the handshakes; nobody ever accepts."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
