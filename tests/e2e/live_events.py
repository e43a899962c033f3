"""The run events that a browser gets over the WebSocket, with the time each one came."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.e2e.api_client import ApiClient, Refused

PING_SECONDS = 60.0
CONNECT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event of a run as it was pushed; ``received`` is the machine's time in seconds."""

    run_id: str
    event: dict[str, Any]
    received: float

    @property
    def seq(self) -> int:
        """Its number within the run."""
        return int(self.event["seq"])

    @property
    def type(self) -> str:
        """What kind of thing happened."""
        return str(self.event["type"])


class LiveEvents:
    """Collects the pushed events of all runs of the workspace, in a thread of its own, until closed.

    A socket that breaks is opened again with a new ticket: what came in between is missing here, as in a browser,
    and is read from the API.
    """

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._came = threading.Condition()
        self._events: list[LiveEvent] = []
        self._closing = False
        self._connected = threading.Event()
        self._socket: ClientConnection | None = None
        self.connections = 0
        self._thread = threading.Thread(target=self._stay_connected, name="live-events", daemon=True)
        self._thread.start()
        if not self._connected.wait(CONNECT_SECONDS):
            raise TimeoutError(f"no WebSocket within {CONNECT_SECONDS:.0f} s")

    def of(self, run_id: str) -> list[LiveEvent]:
        """What came so far of a run."""
        with self._came:
            return [event for event in self._events if event.run_id == run_id]

    def wait(self, run_id: str, seen: int, seconds: float) -> list[LiveEvent]:
        """The events of a run beyond the first ``seen``; waits for one at most so long."""
        end = time.monotonic() + seconds
        with self._came:
            while True:
                fresh = [event for event in self._events if event.run_id == run_id][seen:]
                left = end - time.monotonic()
                if fresh or left <= 0:
                    return fresh
                self._came.wait(left)

    def close(self) -> None:
        """Hangs up."""
        self._closing = True
        if self._socket is not None:
            self._socket.close()
        self._thread.join(5)

    def _stay_connected(self) -> None:
        while not self._closing:
            try:
                ticket = self._api.post("/sockets/tickets")
                address = f"{ticket['url']}?ticket={ticket['ticket']}"
                with connect(address, open_timeout=CONNECT_SECONDS, close_timeout=2) as self._socket:
                    self.connections += 1
                    self._connected.set()
                    self._collect(self._socket)
            except (WebSocketException, OSError, Refused, httpx.HTTPError):
                if not self._closing:
                    time.sleep(0.5)

    def _collect(self, socket: ClientConnection) -> None:
        pinged = time.monotonic()
        while not self._closing:
            if time.monotonic() - pinged > PING_SECONDS:
                socket.send('{"action":"ping"}')
                pinged = time.monotonic()
            try:
                message = json.loads(socket.recv(timeout=5))
            except TimeoutError:
                continue
            if message.get("type") == "event":
                with self._came:
                    self._events.append(LiveEvent(message["runId"], message["event"], time.time()))
                    self._came.notify_all()
