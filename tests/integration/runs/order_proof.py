"""What must hold of every run that has ended, however it was disturbed."""

from __future__ import annotations

from collections import Counter
from typing import Any


def assert_ended_in_order(seen: dict[str, Any]) -> None:
    """Flat, nothing left open, one order for each intent, every event once, and the books agree to the cent."""
    assert seen["position_left"] == "0", seen
    assert seen["open_orders_left"] == 0, seen
    assert seen["unmatched"] == [], seen
    assert seen["orders_on_exchange"] == seen["intents"], seen
    assert seen["event_gaps"] == [], seen
    assert seen["event_duplicates"] == [], seen
    assert seen["ws_missing"] == [], seen
    assert seen["ws_duplicates"] == [], seen
    assert seen["pnl_report"] == seen["pnl_exchange"], seen
    assert seen["net_report"] == seen["net_exchange"], seen


def assert_no_order_twice(books: dict[str, Any]) -> None:
    """No order link id was taken twice by the exchange."""
    links = Counter(order["orderLinkId"] for order in books["orders"] if order["orderLinkId"])
    assert [link for link, times in links.items() if times > 1] == []
