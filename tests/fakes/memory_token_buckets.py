"""Token buckets in memory, which count their writes and can be out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.request_rate_ports import Draw, RatesUnavailable


@dataclass
class MemoryTokenBuckets:
    """A ``TokenBuckets``."""

    full_at_ms: dict[str, float] = field(default_factory=dict)
    draws: int = 0
    broken: bool = False

    def draw(self, bucket: str, price_ms: float, period_ms: int, now_ms: int) -> Draw:
        self.draws += 1
        if self.broken:
            raise RatesUnavailable("out of reach")
        found = self.full_at_ms.get(bucket, 0.0)
        moved = round(max(found, now_ms) + round(price_ms, 3), 3)
        if moved > now_ms + period_ms:
            return Draw(granted=False, full_at_ms=found)
        self.full_at_ms[bucket] = moved
        return Draw(granted=True, full_at_ms=moved)
