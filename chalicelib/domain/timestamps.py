"""Times as the outside reads them."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(time_ms: int) -> str:
    """Milliseconds UTC as ISO-8601 with milliseconds and Z."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
