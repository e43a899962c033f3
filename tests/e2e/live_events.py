"""The run events that a browser gets over the WebSocket, with the time each one came."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.e2e.api_client import ApiClient

PING_SECONDS = 60.0


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
        self.connections = 0
        self._socket = self._connect()
        self._thread = threading.Thread(target=self._collect, name="live-events", daemon=True)
        self._thread.start()

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
        self._socket.close()
        self._thread.join(5)

    def _connect(self) -> ClientConnection:
        ticket = self._api.post("/sockets/tickets")
        self.connections += 1
        return connect(f"{ticket['url']}?ticket={ticket['ticket']}", open_timeout=20, close_timeout=2)

    def _collect(self) -> None:
        pinged = time.monotonic()
        while not self._closing:
            try:
                if time.monotonic() - pinged > PING_SECONDS:
                    self._socket.send('{"action":"ping"}')
                    pinged = time.monotonic()
                message = json.loads(self._socket.recv(timeout=5))
            except TimeoutError:
                continue
            except (WebSocketException, OSError):
                if self._closing:
                    return
                time.sleep(0.5)
                self._socket = self._connect()
                continue
            if message.get("type") == "event":
                with self._came:
                    self._events.append(LiveEvent(message["runId"], message["event"], time.time()))
                    self._came.notify_all()
