"""A WebSocket host that agrees to all it is asked, and says exactly the bytes that a test wants said."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT = 0x81


class StreamHost:
    """Its connections are counted; the newest is the one that it speaks on."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._connections: list[socket.socket] = []
        self.url = f"ws://127.0.0.1:{listening.getsockname()[1]}"

    def say(self, text: bytes) -> None:
        """Sends a text frame with these bytes, be they text or not."""
        length = bytes([len(text)]) if len(text) < 126 else b"\x7e" + struct.pack("!H", len(text))
        self._connections[-1].sendall(bytes([_TEXT]) + length + text)

    def serve(self) -> None:
        """Accepts connections until the host is closed."""
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Ends everything."""
        self._listening.close()
        for connection in self._connections:
            connection.close()

    def _converse(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as said:
                connection.sendall(_handshake(said))
                while (frame := _frame(said)) is not None:
                    answer = {"op": frame["op"], "req_id": frame["req_id"], "success": True}
                    self.say(json.dumps(answer).encode())
        except OSError:
            return


@contextmanager
def stream_host() -> Iterator[StreamHost]:
    """A host on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host = StreamHost(listening)
        threading.Thread(target=host.serve, daemon=True).start()
        yield host
        host.close()


def _handshake(said: Any) -> bytes:
    key = b""
    while line := said.readline().strip():
        name, _, value = line.partition(b": ")
        key = value if name.lower() == b"sec-websocket-key" else key
    accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())  # RFC 6455, 4.2.2
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def _frame(said: Any) -> dict[str, Any] | None:
    """The client's next text frame; None when it is leaving."""
    head = said.read(2)
    if len(head) < 2 or head[0] != _TEXT:
        return None
    length = head[1] & 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", said.read(2))
    mask = said.read(4)
    text = bytes(byte ^ mask[at % 4] for at, byte in enumerate(said.read(length)))
    frame: dict[str, Any] = json.loads(text)
    return frame
