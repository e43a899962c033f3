"""What waits in a run's inbox for its next Tick.

A message's ``message_id`` makes repeats harmless: the same fact posted twice is one row (C-27).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import ExecutionFact, OrderFact, PositionFact
from chalicelib.domain.runtime.states import StopReason
from chalicelib.domain.strategy.spec import OnStop


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """The private stream showed an order."""

    order: OrderFact
    kind: Literal["order"] = "order"

    @property
    def message_id(self) -> str:
        """One id for each distinct state of the order."""
        order = self.order
        return f"order#{order.order_id}#{order.updated_ms}#{order.status.value}#{order.cum_exec_qty}"


@dataclass(frozen=True, slots=True)
class ExecutionUpdate:
    """The private stream showed an execution."""

    execution: ExecutionFact
    kind: Literal["execution"] = "execution"

    @property
    def message_id(self) -> str:
        """The exchange's execution id."""
        return f"exec#{self.execution.exec_id}"


@dataclass(frozen=True, slots=True)
class PositionUpdate:
    """The private stream showed the position."""

    position: PositionFact
    kind: Literal["position"] = "position"

    @property
    def message_id(self) -> str:
        """One id for each distinct state of the position."""
        position = self.position
        return f"pos#{position.seq}#{position.size}#{position.stop_loss}#{position.take_profit}"


@dataclass(frozen=True, slots=True)
class CandleClosed:
    """A candle of an interval in use has closed; its prices are read over REST."""

    interval: Interval
    open_time_ms: int
    kind: Literal["candle"] = "candle"

    @property
    def message_id(self) -> str:
        """One id a candle."""
        return f"candle#{self.interval.value}#{self.open_time_ms}"


@dataclass(frozen=True, slots=True)
class Reconnected:
    """A stream was down for about ``gap_ms`` and is back: what happened meanwhile must be read over REST."""

    stream: str
    gap_ms: int
    nonce: str
    kind: Literal["reconnected"] = "reconnected"

    @property
    def message_id(self) -> str:
        """One id a reconnect."""
        return f"reconnect#{self.nonce}"


@dataclass(frozen=True, slots=True)
class StopRequested:
    """Somebody or something asked the run to stop. ``policy`` None means the strategy's own ``onStop``."""

    reason: StopReason
    policy: OnStop | None
    actor: str
    kind: Literal["stop"] = "stop"

    @property
    def message_id(self) -> str:
        """One request for each reason is enough, or for each policy that is asked for."""
        return f"stop#{self.reason.value}" + (f"#{self.policy.value}" if self.policy else "")


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """A user asked to pause: no new entries, protection and exits go on."""

    actor: str
    nonce: str
    kind: Literal["pause"] = "pause"

    @property
    def message_id(self) -> str:
        """One id a request."""
        return f"pause#{self.nonce}"


@dataclass(frozen=True, slots=True)
class ResumeRequested:
    """A user asked to go on: the run reconciles first."""

    actor: str
    nonce: str
    kind: Literal["resume"] = "resume"

    @property
    def message_id(self) -> str:
        """One id a request."""
        return f"resume#{self.nonce}"


@dataclass(frozen=True, slots=True)
class SignalReceived:
    """Somebody outside asks for an entry (decision 8b).

    ``at_ms`` is when it was accepted: it orders signals, and is kept with ``event_id``, so a repeat carries the same.
    ``good_until_ms`` is when it is too old to be traded, ``price`` what the market stood at when it was given.
    """

    event_id: str
    side: Side
    at_ms: int
    good_until_ms: int
    price: Decimal | None = None
    kind: Literal["signal"] = "signal"

    @property
    def message_id(self) -> str:
        """The sender's own id."""
        return f"signal#{self.event_id}"


Message = (
    OrderUpdate
    | ExecutionUpdate
    | PositionUpdate
    | CandleClosed
    | Reconnected
    | StopRequested
    | PauseRequested
    | ResumeRequested
    | SignalReceived
)
