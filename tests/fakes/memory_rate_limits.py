"""Shared rate-limit counters in memory, which count how often they are asked and can be out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chalicelib.domain.exchange.rate_window import Counted
from chalicelib.rate_ports import RateLimitsUnavailable


@dataclass
class MemoryRateLimits:
    """A ``RateLimitStore``. ``writes`` counts attempts to write, refused ones too, as the table bills them."""

    buckets: dict[str, Counted] = field(default_factory=dict)
    ban_until_ms: int = 0
    writes: int = 0
    reads: int = 0
    broken: bool = False

    def counted(self, bucket: str, part_count: int) -> Counted:
        self._reached()
        self.reads += 1
        return self.buckets.get(bucket, Counted((0,) * part_count))

    def spend(self, bucket: str, part: int, tokens: int, at_most: int, now_ms: int, part_count: int) -> Counted | None:
        self._reached()
        if tokens > at_most:
            return None
        self.writes += 1
        found = self.buckets.get(bucket, Counted((0,) * part_count))
        if found.total > at_most - tokens or found.closed_until_ms > now_ms:
            return None
        parts = tuple(count + (tokens if number == part else 0) for number, count in enumerate(found.parts))
        self.buckets[bucket] = replace(found, parts=parts)
        return self.buckets[bucket]

    def close(self, bucket: str, until_ms: int, now_ms: int) -> None:
        self._reached()
        self.writes += 1
        # Enough parts for any window: the table does not know how many there are either.
        self.buckets[bucket] = replace(self.buckets.get(bucket, Counted((0,) * 5)), closed_until_ms=until_ms)

    def banned_until_ms(self) -> int:
        self._reached()
        self.reads += 1
        return self.ban_until_ms

    def ban(self, until_ms: int) -> None:
        self._reached()
        self.writes += 1
        self.ban_until_ms = until_ms

    def _reached(self) -> None:
        if self.broken:
            raise RateLimitsUnavailable("out of reach")
