"""The run's event log: what happened, in order, once each (FR-40, FR-41).

An event's ``key`` is its line in the dictionaries shared with the page (``events.*``), ``params`` fill the line and
``data`` holds the facts for who looks closer. ``seq`` has no gaps within a run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    """What kind of thing happened."""

    RUN_QUEUED = "run_queued"
    STATE_TRANSITION = "state_transition"
    SIGNAL_GENERATED = "signal_generated"
    ORDER_INTENT_CREATED = "order_intent_created"
    ORDER_SENT = "order_sent"
    ORDER_UPDATE = "order_update"
    EXECUTION = "execution"
    POSITION_UPDATE = "position_update"
    TRADING_STOP_SET = "trading_stop_set"
    RISK_BLOCKED = "risk_blocked"
    RECONCILED = "reconciled"
    FINDING = "finding"
    WS_RECONNECT = "ws_reconnect"
    ERROR = "error"
    STOP_REQUESTED = "stop_requested"
    RUN_ENDED = "run_ended"


class Severity(StrEnum):
    """How much it matters to the user."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class FindingLevel(StrEnum):
    """How grave a difference between our record and the exchange is (C-24)."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def severity(self) -> Severity:
        """How it is shown in the log."""
        return _SHOWN[self]


_SHOWN = {
    FindingLevel.INFO: Severity.INFO,
    FindingLevel.WARNING: Severity.WARNING,
    FindingLevel.CRITICAL: Severity.ERROR,
}


@dataclass(frozen=True, slots=True)
class RunEvent:
    """One line of the log. ``at_ms`` is our clock, ``intent_id`` joins the lines of one order."""

    seq: int
    at_ms: int
    type: EventType
    key: str
    severity: Severity = Severity.INFO
    intent_id: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
