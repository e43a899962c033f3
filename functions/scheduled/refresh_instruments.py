"""Entry point of the hourly refresh of the directory of instruments."""

from __future__ import annotations

from typing import Any

from chalicelib.bootstrap.exchange import instruments
from chalicelib.observability import entry_point, logger


@entry_point
def handler(_event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Reads all instruments from the exchange into the cache. A failure raises: the rule tries again."""
    count = instruments().refresh()
    logger.info("instruments refreshed", extra={"count": count})
    return {"instruments": count}
