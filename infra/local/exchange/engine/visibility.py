"""What a query may see: pages, time windows and retention (spec section 4, rules 5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.refusal import bad_request

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS
CLOSED_WINDOW = 500
T = TypeVar("T")
_CURSOR = re.compile(r"page_args(?:%3D|=)([^%&]+)(?:%26|&)?\Z")


def limit_of(params: dict[str, Any], default: int, maximum: int) -> int:
    """The page size. Raises Refusal 10001 when out of range."""
    raw = params.get("limit")
    if raw is None or raw == "":
        return default
    try:
        value = int(str(raw))
    except ValueError:
        raise bad_request("params error: limit invalid") from None
    if not 1 <= value <= maximum:
        raise bad_request("params error: limit invalid")
    return value


def time_of(params: dict[str, Any], name: str) -> int | None:
    """A bound in milliseconds, None when absent."""
    raw = params.get(name)
    if raw is None or raw == "":
        return None
    try:
        return int(str(raw))
    except ValueError:
        raise bad_request(f"params error: {name} invalid") from None


def window(params: dict[str, Any], now_ms: int, widest_ms: int, default_ms: int | None = None) -> tuple[int, int]:
    """(from, to), both inclusive. Neither bound: the default window up to now; one: the widest from or up to it; both:
    at most the widest, else Refusal 10001."""
    start, end = time_of(params, "startTime"), time_of(params, "endTime")
    if start is None and end is None:
        return now_ms - (default_ms or widest_ms), now_ms
    if start is None:
        end = end or 0
        return end - widest_ms, end
    if end is None:
        return start, start + widest_ms
    if end < start:
        raise bad_request("The start time must be less than or equal to the end time")
    if end - start > widest_ms:
        raise bad_request("The time range between startTime and endTime cannot exceed 7 days")
    return start, end


def page(
    rows: Sequence[T], params: dict[str, Any], key: Callable[[T], str], default: int, maximum: int
) -> tuple[list[T], str]:
    """(the page after the cursor, the next cursor). The cursor comes percent-encoded, to be passed back verbatim."""
    limit = limit_of(params, default, maximum)
    first = 0
    cursor = params.get("cursor")
    if cursor:
        found = _CURSOR.match(str(cursor))
        if found is None:
            raise bad_request("params error: cursor invalid")
        keys = [key(row) for row in rows]
        try:
            first = keys.index(found.group(1)) + 1
        except ValueError:
            first = len(rows)
    part = list(rows[first : first + limit])
    more = first + limit < len(rows)
    return part, f"page_args%3D{key(part[-1])}%26" if more else ""


def in_history(order: Order, now_ms: int, *, demo: bool) -> bool:
    """Whether order/history still shows a closed order."""
    age = now_ms - order.updated_ms
    if demo:
        return age <= WEEK_MS
    if order.cum_qty:
        return age <= 730 * DAY_MS
    return age <= (DAY_MS if order.status in ("Cancelled", "Rejected", "Deactivated") else WEEK_MS)
