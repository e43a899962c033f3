"""One stream's conversation with the exchange, without a socket: what to send when, and what an answer means (6.1).

The caller feeds it messages and the time, and sends the frames that ``due`` gives. It raises StreamBroken when the
connection must be closed and made again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chalicelib.ports import StreamSignature

PING_EVERY_MS = 20_000
PONG_WITHIN_MS = 10_000
SILENT_AFTER_MS = 30_000
ANSWER_WITHIN_MS = 5_000
# Candles are pushed at least once a minute.
CANDLES_SILENT_AFTER_MS = 75_000
REFUSED_AGAIN_AFTER_MS = 60_000
TOPICS_A_REQUEST = 10
_ALREADY_LOGGED_IN = 20001

Frame = dict[str, Any]


class StreamBroken(Exception):
    """The connection is of no use any more; the text says why."""


class StreamProtocol:
    """Login, subscriptions, pings and watchdogs of one connection. Not for several threads."""

    def __init__(self, topics: Iterable[str], *, private: bool, now_ms: int) -> None:
        """``private`` streams log in first, and need every topic; a public one lives with a refused topic."""
        self._private = private
        self._wanted = set(topics)
        self._logged_in = not private
        self._login_until_ms: int | None = None
        self._subscribed: set[str] = set()
        self._pending: dict[str, tuple[tuple[str, ...], int]] = {}
        self._alone: set[str] = set()
        self._requests = 0
        self._pinged_ms = now_ms
        self._ponged_ms = now_ms
        self._heard_ms = now_ms
        self._topic_heard_ms: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    @property
    def live(self) -> bool:
        """Whether every wanted topic has been confirmed (or, on a public stream, refused)."""
        return self._logged_in and not self._pending and self._wanted <= self._subscribed | set(self.refused)

    @property
    def heard_ms(self) -> int:
        """When the last message came."""
        return self._heard_ms

    def want(self, topics: Iterable[str]) -> None:
        """Replaces the wanted topics; ``due`` subscribes and unsubscribes."""
        self._wanted = set(topics)

    def login(self, signature: StreamSignature, now_ms: int) -> Frame:
        """The login frame. It carries the key and a signature: never log it."""
        self._login_until_ms = now_ms + ANSWER_WITHIN_MS
        return {
            "op": "auth",
            "req_id": self._request_id(),
            "args": [signature.api_key, signature.expires_ms, signature.signature],
        }

    def due(self, now_ms: int) -> list[Frame]:
        """The frames to send now. Raises StreamBroken when an answer, a pong or any message is overdue."""
        self._check_watchdogs(now_ms)
        frames: list[Frame] = []
        if now_ms - self._pinged_ms >= PING_EVERY_MS:
            self._pinged_ms = now_ms
            frames.append({"op": "ping", "req_id": self._request_id()})
        if self._logged_in:
            frames += self._subscriptions(now_ms)
        return frames

    def receive(self, message: Frame, now_ms: int) -> bool:
        """Takes a message; True when it is data for the runs. Raises StreamBroken."""
        self._heard_ms = now_ms
        topic = message.get("topic")
        if isinstance(topic, str):
            self._topic_heard_ms[topic] = now_ms
            return True
        operation = message.get("op")
        if operation == "pong" or message.get("ret_msg") == "pong":
            self._ponged_ms = now_ms
        elif operation == "auth":
            self._receive_login(message)
        elif operation == "subscribe":
            self._receive_subscription(message, now_ms)
        return False

    def _check_watchdogs(self, now_ms: int) -> None:
        if self._login_until_ms is not None and now_ms > self._login_until_ms:
            raise StreamBroken("the login was not answered")
        if any(now_ms > until for _, until in self._pending.values()):
            raise StreamBroken("a subscription was not answered")
        if self._ponged_ms < self._pinged_ms and now_ms - self._pinged_ms > PONG_WITHIN_MS:
            raise StreamBroken("a ping was not answered")
        if now_ms - self._heard_ms > SILENT_AFTER_MS:
            raise StreamBroken("nothing was heard")
        for topic in self._subscribed:
            heard = self._topic_heard_ms.get(topic)
            if topic.startswith("kline.") and heard is not None and now_ms - heard > CANDLES_SILENT_AFTER_MS:
                raise StreamBroken(f"{topic} is silent")

    def _receive_login(self, message: Frame) -> None:
        code = message.get("retCode", 0)
        if (message.get("success") is False and code == 0) or code not in (0, _ALREADY_LOGGED_IN):
            raise StreamBroken(f"the login was refused: {code} {message.get('ret_msg') or message.get('retMsg') or ''}")
        self._logged_in = True
        self._login_until_ms = None

    def _receive_subscription(self, message: Frame, now_ms: int) -> None:
        request = message.get("req_id") or next(iter(self._pending), "")  # private answers may omit it
        topics, _ = self._pending.pop(str(request), ((), 0))
        said = str(message.get("ret_msg") or "")
        if message.get("success") is True or "already subscribed" in said:
            self._subscribed.update(topics)
            for topic in topics:
                self._topic_heard_ms.setdefault(topic, now_ms)
        elif self._private or "needs auth" in said:
            raise StreamBroken(f"a topic was refused: {said}")
        elif len(topics) > 1:
            # One bad topic fails its whole request: ask for each alone.
            self._alone.update(topics)
        else:
            self.refused.update(dict.fromkeys(topics, now_ms))

    def _subscriptions(self, now_ms: int) -> list[Frame]:
        for topic in [topic for topic, at in self.refused.items() if now_ms - at >= REFUSED_AGAIN_AFTER_MS]:
            del self.refused[topic]
        asked = {topic for topics, _ in self._pending.values() for topic in topics}
        missing = sorted(self._wanted - self._subscribed - asked - set(self.refused))
        frames = [self._ask("subscribe", (topic,), now_ms) for topic in missing if topic in self._alone]
        together = [topic for topic in missing if topic not in self._alone]
        for kind in sorted({topic.split(".")[0] for topic in together}) if not self._private else [""]:
            group = [topic for topic in together if topic.startswith(kind)]
            for start in range(0, len(group), TOPICS_A_REQUEST):
                frames.append(self._ask("subscribe", tuple(group[start : start + TOPICS_A_REQUEST]), now_ms))
        surplus = sorted(self._subscribed - self._wanted)
        if surplus:
            self._subscribed.difference_update(surplus)
            frames.append(self._ask("unsubscribe", tuple(surplus), now_ms))
        return frames

    def _ask(self, operation: str, topics: tuple[str, ...], now_ms: int) -> Frame:
        request = self._request_id()
        if operation == "subscribe":
            self._pending[request] = (topics, now_ms + ANSWER_WITHIN_MS)
        return {"op": operation, "req_id": request, "args": list(topics)}

    def _request_id(self) -> str:
        self._requests += 1
        return f"r-{self._requests}"
