"""What sharing the exchange's rate limits between processes needs of the world (base of errors: see ``ports``)."""

from __future__ import annotations

from typing import Protocol

from chalicelib.domain.exchange.rate_window import Counted
from chalicelib.ports import PortError


class RateLimitsUnavailable(PortError):
    """The shared counters could not be read or written in time."""


class RateLimitStore(Protocol):
    """Where all processes count what they spend. Every method raises RateLimitsUnavailable.

    A bucket is one window of one limit; its name says which. What was written can be read at once.
    """

    def counted(self, bucket: str, part_count: int) -> Counted:
        """What the bucket has counted; all zeros when nobody has spent there."""

    def spend(self, bucket: str, part: int, tokens: int, at_most: int, now_ms: int, part_count: int) -> Counted | None:
        """Adds ``tokens`` to a part if the whole is then no more than ``at_most`` and the bucket is open at ``now_ms``.

        What is counted then, or None and nothing changed.
        """

    def close(self, bucket: str, until_ms: int, now_ms: int) -> None:
        """Nothing more may be spent from the bucket before ``until_ms``."""

    def banned_until_ms(self) -> int:
        """Until when the exchange has shut out our address; 0 when it never has."""

    def ban(self, until_ms: int) -> None:
        """Tells all processes that the exchange has shut out our address."""
