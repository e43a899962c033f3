"""One WebSocket: a writer with a bounded queue, its subscriptions, and what a fault may do to it."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from typing import Any

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

QUEUE = 20_000
_numbers = itertools.count(1)


class Connection:
    """``muted`` (silent stall): nothing of a subscription is sent any more, pings are still answered. ``frozen``
    (half-open): nothing is sent at all. ``known`` are its only topics, None on the market's and accounts' streams."""

    def __init__(self, socket: WebSocket, now_ms: int, known: frozenset[str] | None = None) -> None:
        self.socket = socket
        self.known = known
        self.conn_id = f"{secrets.token_hex(10)}-{next(_numbers)}"
        self.topics: set[str] = set()
        self.uid: str | None = None
        self.muted = False
        self.frozen = False
        self.heard_ms = now_ms
        self.opened_ms = now_ms
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)

    @property
    def address(self) -> tuple[str, int] | None:
        """The client's address."""
        return (self.socket.client.host, self.socket.client.port) if self.socket.client else None

    @property
    def keeps_orders(self) -> bool:
        """Whether it is subscribed to ``dcp`` in one of its forms."""
        return any(topic.partition(".")[0] == "dcp" for topic in self.topics)

    def send(self, message: dict[str, Any] | bytes, *, control: bool = False) -> None:
        """Queues a message; ``control`` marks replies to requests. A client that reads too slowly is cut."""
        if self.frozen or (self.muted and not control):
            return
        data = message if isinstance(message, bytes) else orjson.dumps(message)
        try:
            self._queue.put_nowait(data)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Ends the connection after what is queued."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def write(self) -> None:
        """Sends what is queued until closed."""
        while True:
            data = await self._queue.get()
            try:
                if data is None:
                    await self.socket.close()
                    return
                await self.socket.send_text(data.decode())
            except (WebSocketDisconnect, RuntimeError):
                return  # the peer is gone: the reader ends the connection
