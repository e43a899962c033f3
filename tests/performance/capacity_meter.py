"""Counts the DynamoDB units that this process consumes, as the tables report them with every answer.

pynamodb asks for the consumed capacity of each call; it is summed here at the one place through which its calls go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pynamodb.connection.base import Connection

_READS = frozenset({"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"})


@dataclass(slots=True)
class Meter:
    """Units by table; messages taken out of inboxes; events, and the transactions that wrote any."""

    written: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    events: int = 0
    event_batches: int = 0

    @property
    def write_units(self) -> float:
        """Write request units of all tables and their indexes."""
        return float(sum(self.written.values()))

    @property
    def read_units(self) -> float:
        """Read request units of all tables and their indexes."""
        return float(sum(self.read.values()))

    def add(self, operation: str, arguments: dict[str, Any], answer: dict[str, Any]) -> None:
        """Takes one call's units."""
        self.calls[operation] += 1
        consumed = answer.get("ConsumedCapacity") or []
        side = self.read if operation in _READS else self.written
        for part in consumed if isinstance(consumed, list) else [consumed]:
            side[part["TableName"]] += part["CapacityUnits"]
        for table, wanted in (arguments.get("RequestItems") or {}).items():
            # A key that is not there costs a unit too, which the local tables leave out.
            absent = len(wanted.get("Keys", ())) - len(answer.get("Responses", {}).get(table, ()))
            self.read[table] += absent if operation == "BatchGetItem" else 0
        self._add_transaction(arguments.get("TransactItems") or ())

    def _add_transaction(self, items: Iterable[dict[str, Any]]) -> None:
        events = sum(1 for item in items if "Put" in item and item["Put"]["TableName"].endswith("-run-events"))
        self.events += events
        self.event_batches += events > 0
        self.messages += sum(
            1 for item in items if "Delete" in item and item["Delete"]["TableName"].endswith("-run-inbox")
        )


@contextmanager
def metered() -> Iterator[Meter]:
    """Counts while it is open."""
    meter = Meter()
    dispatch = Connection.dispatch

    def counting(connection: Connection, operation: str, arguments: dict[str, Any]) -> Any:
        answer = dispatch(connection, operation, arguments)
        meter.add(operation, arguments, answer)
        return answer

    Connection.dispatch = counting  # type: ignore[method-assign,assignment]  # a probe for as long as it measures
    try:
        yield meter
    finally:
        Connection.dispatch = dispatch  # type: ignore[method-assign]  # as it was
