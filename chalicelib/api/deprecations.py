"""Routes that are going away: the one table, its headers (RFC 9745, RFC 8594) and what the contract says of them.

A route is marked here when its successor is live; it answers as before until ``sunset``, at least 180 days later, and
is taken out of the table of access after that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

SHORTEST_NOTICE = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Deprecation:
    """``since`` and ``sunset`` are UTC; ``successor`` is the route to use instead, below /api/v1, or None. Raises
    ValueError for a notice shorter than ``SHORTEST_NOTICE``."""

    since: datetime
    sunset: datetime
    successor: str | None = None

    def __post_init__(self) -> None:
        if self.sunset - self.since < SHORTEST_NOTICE:
            raise ValueError(f"the sunset must be at least {SHORTEST_NOTICE.days} days after the deprecation")

    def headers(self) -> dict[str, str]:
        """The headers of each answer of the route."""
        told = {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.sunset.astimezone(UTC), usegmt=True),
        }
        if self.successor:
            told["Link"] = f'</api/v1{self.successor}>; rel="successor-version"'
        return told


DEPRECATED: dict[tuple[str, str], Deprecation] = {}
"""By method and path of the table of access. Empty: nothing is deprecated."""


def deprecation_headers(method: str, path: str) -> dict[str, str]:
    """What the answers of a route carry; nothing for one that stays."""
    found = DEPRECATED.get((method, path))
    return {} if found is None else found.headers()
