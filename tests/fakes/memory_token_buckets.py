"""Token buckets in memory, which count their writes and can be out of reach."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.request_rate_ports import Draw, RatesUnavailable


@dataclass
class MemoryTokenBuckets:
    """A ``TokenBuckets``."""

    full_at_us: dict[str, int] = field(default_factory=dict)
    draws: int = 0
    broken: bool = False

    def draw(self, bucket: str, price_us: int, period_us: int, now_us: int) -> Draw:
        self.draws += 1
        if self.broken:
            raise RatesUnavailable("out of reach")
        found = self.full_at_us.get(bucket, 0)
        moved = max(found, now_us) + price_us
        if moved > now_us + period_us:
            return Draw(granted=False, full_at_us=found)
        self.full_at_us[bucket] = moved
        return Draw(granted=True, full_at_us=moved)
