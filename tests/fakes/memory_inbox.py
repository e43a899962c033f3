"""``Inbox`` and ``Workflow`` in memory: a doorbell that wakes, and an engine that remembers what it was told."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.runtime.messages import Message
from chalicelib.run_ports import Pending
from tests.fakes.memory_runs import MemoryRunStore


@dataclass
class MemoryWorkflow:
    """Keeps tokens: a token that was used, or whose task is over, is gone."""

    open_tokens: dict[str, str] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    started: list[tuple[str, int, int]] = field(default_factory=list)

    def start(self, run_id: str, segment: int, deadline_ms: int) -> None:
        if (run_id, segment, deadline_ms) not in self.started:
            self.started.append((run_id, segment, deadline_ms))

    def wake(self, token: str) -> bool:
        run_id = self.open_tokens.pop(token, None)
        if run_id is None:
            return False
        self.woken.append(run_id)
        return True

    def end(self, token: str, error: str, cause: str) -> None:
        run_id = self.open_tokens.pop(token, None)
        if run_id is not None:
            self.ended[run_id] = error


@dataclass
class MemoryInbox:
    """Messages by run, with the doorbell's count and the parked token. ``lose_wakes`` drops every wake."""

    store: MemoryRunStore
    workflow: MemoryWorkflow
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    rings: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    lose_wakes: bool = False

    def post(self, run_id: str, message: Message) -> bool:
        self.messages.setdefault(run_id, {}).setdefault(message.message_id, message)
        return self.ring(run_id)

    def ring(self, run_id: str) -> bool:
        self.rings[run_id] = self.rings.get(run_id, 0) + 1
        token = self.tokens.pop(run_id, None)
        if token is None or self.lose_wakes:
            return False
        return self.workflow.wake(token)

    def pending(self, run_id: str, limit: int) -> Pending:
        waiting = self.messages.setdefault(run_id, {})
        for message_id in self.store.consumed.pop(run_id, set()):
            waiting.pop(message_id, None)
        chosen = list(waiting.items())[:limit]
        return Pending(
            messages=tuple(message for _, message in chosen),
            rings=self.rings.get(run_id, 0) if len(chosen) == len(waiting) else -1,
            ids=tuple(message_id for message_id, _ in chosen),
        )

    def park(self, run_id: str, token: str, rings: int) -> bool:
        if self.rings.get(run_id, 0) != rings:
            return False
        self.tokens[run_id] = token
        return True
