"""Events on their way to a user's private stream: each topic keeps its order, topics may overtake one another."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One message of the private stream: ``data`` are its records, ``created_ms`` the envelope's creationTime."""

    topic: str
    created_ms: int
    data: list[dict[str, Any]]


@dataclass(slots=True)
class EventQueue:
    """Holds events until they are due. ``delay_ms`` is the range of the delivery delay, drawn from ``random``.

    ``duplicate`` and ``reorder`` are probabilities (faults): an event delivered twice, or held back so that later ones
    of its topic overtake it.
    """

    random: Random
    delay_ms: tuple[int, int] = (5, 20)
    duplicate: float = 0.0
    reorder: float = 0.0
    held_until_ms: int = 0
    _heap: list[tuple[int, int, Event]] = field(default_factory=list)
    _last_due: dict[str, int] = field(default_factory=dict)
    _count: int = 0

    def put(self, topic: str, now_ms: int, data: list[dict[str, Any]]) -> None:
        """Queues one message."""
        low, high = self.delay_ms
        due = now_ms + (low if low == high else self.random.randint(low, high))
        if self.reorder and self.random.random() < self.reorder:
            due += 3 * high + 50
        else:
            due = max(due, self._last_due.get(topic, 0))
            self._last_due[topic] = due
        event = Event(topic, now_ms, data)
        self._push(due, event)
        if self.duplicate and self.random.random() < self.duplicate:
            self._push(due + high, event)

    def _push(self, due: int, event: Event) -> None:
        self._count += 1
        heapq.heappush(self._heap, (due, self._count, event))

    def take(self, now_ms: int) -> list[Event]:
        """The events that are due, in the order of their delivery."""
        ready: list[Event] = []
        if now_ms < self.held_until_ms:
            return ready
        while self._heap and self._heap[0][0] <= now_ms:
            ready.append(heapq.heappop(self._heap)[2])
        return ready

    def discard(self, now_ms: int) -> None:
        """Drops what is due: nobody listens, and the exchange keeps nothing for those who come late."""
        while self._heap and self._heap[0][0] <= now_ms:
            heapq.heappop(self._heap)

    def forget(self, exec_id: str) -> None:
        """Drops the message of an execution that nobody is to hear of."""
        kept = [entry for entry in self._heap if all(row.get("execId") != exec_id for row in entry[2].data)]
        heapq.heapify(kept)
        self._heap = kept

    @property
    def next_due_ms(self) -> int | None:
        """When the next event is due, None when there is none."""
        return max(self._heap[0][0], self.held_until_ms) if self._heap else None
