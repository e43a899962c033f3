"""Time from the machine, and the market's time from the simulator when that is the exchange."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass

import urllib3

from chalicelib.ports import ExchangeUnavailable

_CLOCK_TIMEOUT_SECONDS = 3.0
_ASK_EVERY_MS = 10_000


@dataclass(frozen=True, slots=True)
class MarketClock:
    """The replay's time is ``market_ms`` when the machine's is ``wall_ms``, and runs ``speed`` times as fast."""

    market_ms: int
    wall_ms: int
    speed: float

    def at(self, wall_ms: int) -> int:
        """The market's time when the machine's clock shows ``wall_ms``."""
        return self.market_ms + int((wall_ms - self.wall_ms) * self.speed)


class SystemClock:
    """Implements ``Clock``. ``simulator_url`` is the REST address of an accelerated exchange, None for a real one.

    The relation of the simulator's clock to the machine's stays while the simulator runs, and changes when it is
    started again: it is read anew every ten seconds, and serves on while the simulator does not answer.
    """

    def __init__(self, simulator_url: str | None = None) -> None:
        self._simulator_url = simulator_url
        self._market: MarketClock | None = None
        self._asked_ms = 0

    def now_ms(self) -> int:
        """Milliseconds UTC since the epoch."""
        return time.time_ns() // 1_000_000

    def market_now_ms(self) -> int:
        """The market's time. Raises ExchangeUnavailable when the simulator does not tell it."""
        if self._simulator_url is None:
            return self.now_ms()
        now = self.now_ms()
        if self._market is None:
            self._market = read_market_clock(self._simulator_url)
            self._asked_ms = now
        elif now - self._asked_ms >= _ASK_EVERY_MS:
            self._asked_ms = now
            with suppress(ExchangeUnavailable):
                self._market = read_market_clock(self._simulator_url)
        return self._market.at(now)

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


def read_market_clock(simulator_url: str) -> MarketClock:
    """Asks the simulator for its clock: ``{"market_ms", "wall_ms", "speed"}``. Raises ExchangeUnavailable."""
    address = f"{simulator_url.rstrip('/')}/sim/clock"
    try:
        answer = urllib3.request("GET", address, timeout=_CLOCK_TIMEOUT_SECONDS, retries=False)
        body = json.loads(answer.data)
        return MarketClock(int(body["market_ms"]), int(body["wall_ms"]), float(body["speed"]))
    except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError) as error:
        raise ExchangeUnavailable(f"{address}: {error!r}") from error
