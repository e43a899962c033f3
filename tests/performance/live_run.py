"""A real run on the local cloud: how long Ticks take, how soon a wake brings one, how much the functions log."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.adapters.dynamodb.inbox import DynamoInbox
from chalicelib.bootstrap import aws_client, clock, settings
from chalicelib.bootstrap.runtime import run_store, workflow
from chalicelib.run_ports import Workflow

LOG_EVENT_OVERHEAD = 26  # bytes that CloudWatch adds to each event it bills
_DURATION = re.compile(r"^REPORT .*?Duration: ([0-9.]+) ms")
RING_EVERY_SECONDS = 0.37


class TimedWakes:
    """A ``Workflow`` that notes when it sent its last wake, in milliseconds."""

    def __init__(self, target: Workflow) -> None:
        self._target = target
        self.sent_ms = 0.0

    def start(self, run_id: str, segment: int, deadline_ms: int) -> None:
        """Passes on."""
        self._target.start(run_id, segment, deadline_ms)

    def wake(self, token: str) -> bool:
        """Passes on, at a known time."""
        self.sent_ms = time.time() * 1000
        return self._target.wake(token)

    def end(self, token: str, error: str, cause: str) -> None:
        """Passes on."""
        self._target.end(token, error, cause)


@dataclass(slots=True)
class LogFacts:
    """What a function logged: its invocations' durations and the bytes that would be billed."""

    durations_ms: list[float] = field(default_factory=list)
    billed_bytes: int = 0

    @property
    def bytes_an_invocation(self) -> float:
        """Log bytes for each invocation."""
        return self.billed_bytes / max(1, len(self.durations_ms))


def wake_to_tick_ms(run_id: str, *, seconds: float) -> list[float]:
    """Rings a parked run again and again; the times from sending a wake until the next Tick has claimed the run."""
    wakes = TimedWakes(workflow())
    inbox, store = DynamoInbox(wakes, clock()), run_store()
    end = time.monotonic() + seconds
    found: list[float] = []
    while time.monotonic() < end:
        time.sleep(RING_EVERY_SECONDS)
        if not inbox.ring(run_id):
            continue
        patience = time.monotonic() + 5
        while (tick_ms := store.get(run_id).tick_ms) < int(wakes.sent_ms) and time.monotonic() < patience:
            time.sleep(0.005)
        if tick_ms >= int(wakes.sent_ms):
            found.append(max(0.0, tick_ms - wakes.sent_ms))
    return found


def log_facts(function: str, since_ms: int) -> LogFacts:
    """What the function has logged since a time."""
    facts = LogFacts()
    for event in _events(f"/aws/lambda/{settings().table_prefix}-{function}", since_ms):
        facts.billed_bytes += len(event["message"].encode()) + LOG_EVENT_OVERHEAD
        if reported := _DURATION.match(event["message"]):
            facts.durations_ms.append(float(reported[1]))
    return facts


def _events(group: str, since_ms: int) -> Iterator[dict[str, Any]]:
    more: dict[str, Any] = {}
    while True:
        page = aws_client("logs").filter_log_events(logGroupName=group, startTime=since_ms, **more)
        yield from page["events"]
        if "nextToken" not in page:
            return
        more = {"nextToken": page["nextToken"]}
