"""The TCP connections under the server, so that an outage, a lost reply or a half-open socket is a real one."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

Address = tuple[str, int]


class Connections:
    """Knows every open transport by the client's address. ``refusing_until`` is a monotonic time in seconds."""

    def __init__(self) -> None:
        self._transports: dict[Address, asyncio.Transport] = {}
        self._refusing_until = 0.0

    def opened(self, transport: asyncio.Transport) -> None:
        """Takes note of a connection, or cuts it while an outage lasts."""
        if time.monotonic() < self._refusing_until:
            transport.abort()
            return
        peer = transport.get_extra_info("peername")
        if peer:
            self._transports[peer[0], peer[1]] = transport
        if len(self._transports) > 500:
            self._transports = {key: value for key, value in self._transports.items() if not value.is_closing()}

    def cut(self, address: Address | None) -> None:
        """Resets one connection."""
        transport = self._transports.pop(address, None) if address else None
        if transport is not None:
            transport.abort()

    def freeze(self, address: Address | None) -> None:
        """Leaves a connection open but deaf: what the peer sends, pings included, is never read."""
        transport = self._transports.get(address) if address else None
        if transport is not None and not transport.is_closing():
            transport.pause_reading()

    def outage(self, seconds: float) -> None:
        """Resets everything and every new connection for so long."""
        self._refusing_until = time.monotonic() + seconds
        for transport in self._transports.values():
            transport.abort()
        self._transports.clear()


def protocol_for(connections: Connections) -> type[H11Protocol]:
    """uvicorn's HTTP protocol, reporting its connections."""

    class ReportingProtocol(H11Protocol):
        """One client connection."""

        def connection_made(self, transport: Any) -> None:
            """Called by asyncio."""
            super().connection_made(transport)
            connections.opened(transport)

    return ReportingProtocol
