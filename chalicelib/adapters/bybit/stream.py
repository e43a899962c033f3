"""One WebSocket connection in a thread of its own: connect, log in, listen, and begin again when it breaks.

Nothing that a message contains can end the thread: messages are handed on as they came, and read elsewhere (P-14). One
that is no JSON object may have been anything, so the connection is made again, and the runs read what they missed.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import Any, NoReturn, Protocol

import websocket

from chalicelib.adapters.bybit.stream_protocol import StreamBroken, StreamProtocol
from chalicelib.ports import PortError, StreamSignature

_LOG = logging.getLogger(__name__)
_CONNECT_SECONDS = 5
_TURN_SECONDS = 0.5
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
# Gentle, so that after an outage of half a minute the stream is back within about ten seconds.
_PAUSE_GROWTH = 1.5
_STEADY_AFTER_MS = 60_000


class StreamSink(Protocol):
    """Where a stream's messages go. Called from the stream's thread; must not block and must not raise."""

    def heard(self, stream: str, message: dict[str, Any]) -> bool:
        """Takes a data message; False when there was no room for it."""

    def live(self, stream: str, gap_ms: int) -> bool:
        """The stream is (again) live, ``gap_ms`` after it was last heard (or wanted); False when there was no room."""


class ConnectGate(Protocol):
    """Keeps connection attempts apart (500 in five minutes a host)."""

    def wait(self, stop: threading.Event) -> None:
        """Returns when an attempt may be made, or ``stop`` is set."""


@dataclass(frozen=True, slots=True)
class StreamHealth:
    """How a stream fares. Ages in milliseconds; ``down_ms`` is 0 while it is live."""

    name: str
    live: bool
    down_ms: int
    silent_ms: int
    connects: int
    poison: int
    refused: int
    about: Mapping[str, object] = field(default_factory=dict)


class StreamThread(threading.Thread):
    """A stream that is kept up until it is told to stop."""

    def __init__(
        self,
        name: str,
        url: str,
        topics: Iterable[str],
        *,
        sink: StreamSink,
        gate: ConnectGate,
        jitter: Callable[[], float],
        login: Callable[[], StreamSignature] | None = None,
        about: Callable[[], Mapping[str, object]] = dict,
    ) -> None:
        """``login`` makes it a private stream: it gives a fresh signature for each connection. ``jitter``: 0 to 1.
        ``about`` names whom the stream serves now, for the lines about it."""
        super().__init__(name=f"stream {name}", daemon=True)
        self.stream = name
        self._url = url
        self._login = login
        self._sink = sink
        self._gate = gate
        self._jitter = jitter
        self._about = about
        self._lock = threading.Lock()
        self._topics = frozenset(topics)
        self._stop_event = threading.Event()
        self._resync = threading.Event()
        self._heard_ms = _now_ms()
        self._live = False
        self._begun_ms = self._heard_ms
        self._pause = _FIRST_PAUSE_SECONDS
        self._delay = 0.0
        self._connects = 0
        self._poison = 0
        self._refused = 0

    def want(self, topics: Iterable[str]) -> None:
        """Replaces the wanted topics; takes effect within half a second."""
        with self._lock:
            self._topics = frozenset(topics)

    def resync(self) -> None:
        """Begins again, because messages were lost on our side."""
        self._resync.set()

    def stop(self) -> None:
        """Asks the thread to end; it does within a second unless it is connecting."""
        self._stop_event.set()

    def again(self) -> StreamThread:
        """The same stream in a new thread, not started, for when this one has died: the silence goes on, and so do the
        counts and the ever longer pauses."""
        self._rest()
        heir = StreamThread(
            self.stream,
            self._url,
            self._topics,
            sink=self._sink,
            gate=self._gate,
            jitter=self._jitter,
            login=self._login,
            about=self._about,
        )
        heir._heard_ms = self._heard_ms
        heir._pause, heir._delay = self._pause, self._delay
        heir._connects, heir._poison, heir._refused = self._connects, self._poison, self._refused
        return heir

    def health(self) -> StreamHealth:
        """A reading from outside."""
        silent = _now_ms() - self._heard_ms
        return StreamHealth(
            name=self.stream,
            live=self._live,
            down_ms=0 if self._live else silent,
            silent_ms=silent,
            connects=self._connects,
            poison=self._poison,
            refused=self._refused,
            about=self._about(),
        )

    def run(self) -> None:
        """Keeps the stream up. A defect ends the thread, and is told: who keeps the threads replaces it."""
        try:
            self._keep_up()
        except Exception:  # noqa: BLE001  # what it is nobody knows, and silence would be a deaf bot
            _LOG.exception("stream died", extra={"stream": self.stream, **self._about()})
        finally:
            self._live = False

    def _keep_up(self) -> None:
        while not self._stop_event.wait(self._delay):
            self._gate.wait(self._stop_event)
            self._begun_ms = _now_ms()
            reason = self._attempt()
            self._live = False
            if self._stop_event.is_set():
                break
            self._say(logging.WARNING, "stream down", reason=reason, pauseSeconds=self._rest())

    def _rest(self) -> float:
        """Puts the next attempt off, by ever more unless the last one has held; returns by how many seconds at most."""
        if _now_ms() - self._begun_ms > _STEADY_AFTER_MS:
            self._pause = _FIRST_PAUSE_SECONDS
        pause, self._pause = self._pause, min(self._pause * _PAUSE_GROWTH, _LONGEST_PAUSE_SECONDS)
        self._delay = pause * (0.5 + 0.5 * self._jitter())
        return pause

    def _attempt(self) -> str:
        """One connection from its beginning to its end; returns why it ended."""
        try:
            socket = websocket.create_connection(self._url, timeout=_CONNECT_SECONDS, skip_utf8_validation=True)
        except (websocket.WebSocketException, OSError) as error:
            return f"connecting failed: {type(error).__name__}"
        self._connects += 1
        self._resync.clear()
        try:
            self._listen(socket)
        except StreamBroken as error:
            return str(error)
        except PortError as error:
            return f"no login: {type(error).__name__}"
        except (websocket.WebSocketException, OSError) as error:
            return f"the connection broke: {type(error).__name__}"
        finally:
            self._close(socket)
        return "stopped"

    def _listen(self, socket: websocket.WebSocket) -> None:
        protocol = StreamProtocol(self._topics, private=self._login is not None, now_ms=_now_ms())
        if self._login is not None:
            signature = self._login()  # after connecting: it is good for seconds
            socket.send(json.dumps(protocol.login(signature, _now_ms())))
        socket.settimeout(_TURN_SECONDS)
        announced = False
        while not self._stop_event.is_set():
            if self._resync.is_set():
                raise StreamBroken("messages were lost here")
            with self._lock:
                protocol.want(self._topics)
            for frame in protocol.due(_now_ms()):
                socket.send(json.dumps(frame))
                if frame["op"] == "ping":
                    socket.ping()
            self._refused = len(protocol.refused)
            if protocol.live and not announced:
                announced = self._announce()
            self._turn(socket, protocol)

    def _turn(self, socket: websocket.WebSocket, protocol: StreamProtocol) -> None:
        try:
            raw = socket.recv()
            message = json.loads(raw) if raw else None
        except websocket.WebSocketTimeoutException:
            return
        except (ValueError, RecursionError):  # not UTF-8, not JSON, nested without end
            self._unreadable()
        if not raw:
            raise StreamBroken("the exchange closed the connection")
        if not isinstance(message, dict):
            self._unreadable()
        now = _now_ms()
        is_data = protocol.receive(message, now)
        if self._live:
            self._heard_ms = now
        if is_data and not self._sink.heard(self.stream, message):
            raise StreamBroken("messages were lost here")

    def _unreadable(self) -> NoReturn:
        self._poison += 1
        raise StreamBroken("a message cannot be read")

    def _announce(self) -> bool:
        now = _now_ms()
        if not self._sink.live(self.stream, now - self._heard_ms):
            raise StreamBroken("messages were lost here")
        self._say(logging.INFO, "stream live", gapMs=now - self._heard_ms)
        self._heard_ms = now
        self._live = True
        return True

    def _close(self, socket: websocket.WebSocket) -> None:
        try:
            socket.close(timeout=1)
        except (websocket.WebSocketException, OSError):
            self._say(logging.DEBUG, "closing a stream failed")

    def _say(self, level: int, message: str, **facts: object) -> None:
        _LOG.log(level, message, extra={"stream": self.stream, **self._about(), **facts})


def _now_ms() -> int:
    return monotonic_ns() // 1_000_000
