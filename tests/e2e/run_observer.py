"""Watches one run from outside: the pushed events, and the exchange's position after each entry."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.e2e.api_client import ApiClient, Refused
from tests.e2e.live_events import LiveEvents

ENDED = frozenset({"finished", "stopped", "error"})
POLL_SECONDS = 0.15
LOOK_SECONDS = 15.0


@dataclass(slots=True)
class Observation:
    """What was seen. ``protection`` has, for each position seen opened, the seconds from its first fill until the
    exchange showed SL and TP on it; None when it closed before it was seen or never had them."""

    run: dict[str, Any]
    protection: list[float | None] = field(default_factory=list)
    unprotected_looks: int = 0
    seen_ended: float | None = None


def seconds_of(timestamp: str) -> float:
    """An ISO-8601 time as seconds since the epoch."""
    return datetime.fromisoformat(timestamp).timestamp()


def say(text: str) -> None:
    """A line of progress on the error stream."""
    print(text, file=sys.stderr, flush=True)


class RunObserver:
    """Follows a run by WebSocket, with a look at the API where the sockets may have missed something."""

    def __init__(self, api: ApiClient, live: LiveEvents, run: dict[str, Any], *, tell: Callable[[str], None]) -> None:
        self._api, self._live, self._tell = api, live, tell
        self._run_id: str = run["id"]
        self._account = {"exchangeConnectionId": run["exchangeConnectionId"], "symbol": run["symbol"]}
        self._seen = 0
        self._asked = time.monotonic()
        self.observation = Observation(run)

    def until_ended(self, *, patience: float) -> Observation:
        """Follows it to its end, at most ``patience`` seconds beyond its deadline."""
        last = seconds_of(self.observation.run["deadlineAt"]) + patience
        while time.time() < last and not self._step(min(LOOK_SECONDS, max(0.05, last - time.time()))):
            pass
        self._refresh()
        return self.observation

    def until(self, done: Callable[[dict[str, Any]], bool], *, seconds: float) -> dict[str, Any] | None:
        """The first pushed event for which ``done`` holds; None when none came in time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for live in self._take(left):
                if done(live):
                    return live
        return None

    def _step(self, seconds: float) -> bool:
        for event in self._take(seconds):
            if event["key"] == "events.position_update.open":
                self._await_protection()
            if event["type"] == "run_ended":
                return True
        if time.monotonic() - self._asked > LOOK_SECONDS:
            self._refresh()
        return self.observation.run["status"] in ENDED

    def _take(self, seconds: float) -> list[dict[str, Any]]:
        fresh = self._live.wait(self._run_id, self._seen, seconds)
        self._seen += len(fresh)
        for live in fresh:
            self._tell(f"  {live.event['at'][11:23]} {live.seq:>4} {live.event['key']} {_short(live.event['params'])}")
            if live.type == "run_ended":
                self.observation.seen_ended = live.received
        return [live.event for live in fresh]

    def _refresh(self) -> None:
        self._asked = time.monotonic()
        self.observation.run = self._api.get(f"/runs/{self._run_id}")

    def _await_protection(self) -> None:
        """Looks at the exchange's position until it shows both levels, is gone, or ten seconds have passed."""
        filled = min((seconds_of(fill["at"]) for fill in self._last_entry()), default=time.time())
        while time.time() - filled < 10:
            try:
                positions = self._api.get("/terminal/positions", **self._account)["items"]
            except Refused as refused:
                if refused.code != "exchange.unavailable":
                    raise
                break  # the exchange is away: there is nothing to see
            now = time.time()
            if not positions:
                self.observation.protection.append(None)
                return
            if positions[0]["stopLoss"] and positions[0]["takeProfit"]:
                self.observation.protection.append(round(max(0.0, now - filled), 3))
                return
            self.observation.unprotected_looks += 1
            time.sleep(POLL_SECONDS)
        else:
            self.observation.protection.append(round(time.time() - filled, 3))

    def _last_entry(self) -> list[dict[str, Any]]:
        fills = self._api.get(f"/runs/{self._run_id}/fills")["items"]
        opened = [fill for fill in fills if not fill["exitReason"]]
        return [fill for fill in opened if fill["orderId"] == opened[-1]["orderId"]] if opened else []


def _short(params: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in params.items() if value not in ("", "—"))[:110]
