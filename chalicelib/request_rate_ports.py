"""What limiting requests needs of the world (base of errors: see ``ports``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from chalicelib.ports import PortError


class RatesUnavailable(PortError):
    """The shared buckets could not be read or written in time."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What became of a draw; ``full_at_us`` is when the bucket is full again after it, in microseconds."""

    granted: bool
    full_at_us: int


class TokenBuckets(Protocol):
    """The buckets that all processes share."""

    def draw(self, bucket: str, price_us: int, period_us: int, now_us: int) -> Draw:
        """Moves the moment at which the bucket is full on by ``price_us``, unless it would then lie more than
        ``period_us`` ahead. Of draws at one moment no more are granted than fit. Raises RatesUnavailable."""
