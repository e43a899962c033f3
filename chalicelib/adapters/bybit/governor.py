"""Token buckets in front of every private call, so that our own haste never gets an exit refused (section 10, C-12).

A bucket belongs to (user's connection, endpoint), spends at most 80 % of the exchange's limit, and is corrected by the
``X-Bapi-Limit`` headers of every answer. Each priority must leave a share of the bucket to those above it: the last
tokens of a second are for exits. One more bucket counts requests of this egress address (480 in 5 s of the exchange's
600), and an address ban closes everything.

This is the state of one process. ``SharedGovernor`` puts counters shared by all processes behind it, and falls back on
it alone when those cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from chalicelib.adapters.bybit.endpoints import Endpoint

SPENDABLE = 0.8
IP_LIMIT_PER_SECOND = 96.0
IP_BURST = 480.0
IP_BAN_MS = 600_000


class Priority(IntEnum):
    """Who goes first: exits > cancels > protective stops > entries > reads."""

    EXIT = 0
    CANCEL = 1
    PROTECTION = 2
    ENTRY = 3
    READ = 4


# The share of a bucket that a priority must leave untouched.
LEAVES = {
    Priority.EXIT: 0.0,
    Priority.CANCEL: 0.1,
    Priority.PROTECTION: 0.15,
    Priority.ENTRY: 0.3,
    Priority.READ: 0.3,
}


class RequestGovernor(Protocol):
    """Decides when a request may leave."""

    def wait_ms(self, connection: str, endpoint: Endpoint, priority: Priority) -> int:
        """0 and a token taken, or how long to wait before asking again."""

    def banned(self) -> bool:
        """Whether the exchange has shut out this address."""

    def observe(self, connection: str, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        """Learns from the headers of an answer."""

    def refused(self, connection: str, endpoint: Endpoint, headers: Mapping[str, str]) -> int:
        """The exchange said "too many": closes the bucket until it resets. Returns the wait in milliseconds."""

    def ban(self) -> None:
        """The exchange banned this address: nothing leaves for ten minutes."""


@dataclass(slots=True)
class _Bucket:
    rate: float
    burst: float
    tokens: float
    at_ms: int
    closed_until_ms: int = 0

    def refill(self, now_ms: int) -> None:
        self.tokens = min(self.burst, self.tokens + max(0, now_ms - self.at_ms) * self.rate / 1000)
        self.at_ms = now_ms

    def wait_ms(self, now_ms: int, leave: float) -> int:
        if now_ms < self.closed_until_ms:
            return self.closed_until_ms - now_ms
        missing = 1 + leave * self.burst - self.tokens
        return 0 if missing <= 0 else max(1, round(missing / self.rate * 1000))


class ProcessGovernor:
    """The governor of one process."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._buckets: dict[tuple[str, Endpoint], _Bucket] = {}
        self._address = _Bucket(IP_LIMIT_PER_SECOND, IP_BURST, IP_BURST, now_ms())
        self._banned_until_ms = 0

    def wait_ms(self, connection: str, endpoint: Endpoint, priority: Priority) -> int:
        """0 and a token taken from both buckets, or the wait in milliseconds and nothing taken."""
        now = self._now_ms()
        own = self._bucket(connection, endpoint, now)
        own.refill(now)
        self._address.refill(now)
        leave = LEAVES[priority]
        # Reads have buckets of their own; what they must leave to others is their part of the address's bucket.
        wait = max(own.wait_ms(now, leave if endpoint.value.changes else 0.0), self._address.wait_ms(now, leave))
        if wait == 0:
            own.tokens -= 1
            self._address.tokens -= 1
        return wait

    def give_back(self, connection: str, endpoint: Endpoint) -> None:
        """The request of the last token did not leave after all."""
        self._bucket(connection, endpoint, self._now_ms()).tokens += 1
        self._address.tokens += 1

    def banned(self) -> bool:
        """Whether an address ban is in force."""
        return self._now_ms() < self._banned_until_ms

    def observe(self, connection: str, endpoint: Endpoint, headers: Mapping[str, str]) -> None:
        """Takes over the limit (an upgraded account has more) and never believes to have more left than was said."""
        said = limit_said(headers)
        if said is None:
            return
        limit, left = said
        now = self._now_ms()
        bucket = self._bucket(connection, endpoint, now)
        bucket.refill(now)
        bucket.rate = bucket.burst = limit * SPENDABLE
        bucket.tokens = min(bucket.tokens, bucket.burst, left - limit * (1 - SPENDABLE))

    def refused(self, connection: str, endpoint: Endpoint, headers: Mapping[str, str]) -> int:
        """Closes the bucket until the reset header's time, or for a second without one."""
        now = self._now_ms()
        reset = _number(headers, "X-Bapi-Limit-Reset-Timestamp")
        wait = 1_000 if reset is None else min(max(reset - now, 1), 5_000)
        bucket = self._bucket(connection, endpoint, now)
        bucket.closed_until_ms = now + wait
        bucket.tokens = 0
        return wait

    def ban(self) -> None:
        """Starts the ten minutes."""
        self._banned_until_ms = self._now_ms() + IP_BAN_MS

    def _bucket(self, connection: str, endpoint: Endpoint, now_ms: int) -> _Bucket:
        key = (connection, endpoint)
        bucket = self._buckets.get(key)
        if bucket is None:
            burst = endpoint.value.limit * SPENDABLE
            bucket = self._buckets[key] = _Bucket(burst, burst, burst, now_ms)
        return bucket


def limit_said(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """The endpoint's limit a second and what is left of it, when an answer says both."""
    limit, left = _number(headers, "X-Bapi-Limit"), _number(headers, "X-Bapi-Limit-Status")
    return None if limit is None or left is None or limit <= 0 else (limit, left)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    for key, value in headers.items():
        if key.lower() == name.lower() and value.lstrip("-").isdigit():
            return int(value)
    return None
