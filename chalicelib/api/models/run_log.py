"""A run's log: its events, order intents and fills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from chalicelib.api.models.base import (
    DecimalText,
    RequestModel,
    Timestamp,
    View,
)
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.runtime.intent import Intent
    from chalicelib.run_ports import Fill


class EventsQuery(RequestModel):
    """Events after a number (``seq``)."""

    after: int = Field(default=0, ge=0, le=999_999_999)
    limit: int = Field(default=100, ge=1, le=500)


class EventView(View):
    """One line of a run's log; ``key`` and ``params`` make its sentence in the dictionaries (``events.*``)."""

    seq: int
    at: Timestamp
    type: str
    severity: str
    intent_id: str | None
    key: str
    params: dict[str, Any]
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> EventView:
        """The view of a stored event, which has the API's shape already."""
        return cls.model_validate(dict(event))


class EventList(View):
    """Events in order; ``nextCursor`` is the ``after`` to go on with, null when there are no more now."""

    items: list[EventView]
    next_cursor: str | None


class IntentView(View):
    """What the strategy wanted of the exchange, and what became of it."""

    id: str
    kind: str
    order_link_id: str
    side: str
    type: str
    qty: DecimalText
    price: DecimalText | None
    stop_loss: DecimalText | None
    take_profit: DecimalText | None
    status: str
    order_id: str
    filled_qty: DecimalText
    avg_price: DecimalText | None
    reason: str
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, intent: Intent) -> IntentView:
        """The view of an intent."""
        return cls(
            id=intent.intent_id,
            kind=intent.kind.value,
            order_link_id=intent.order_link_id,
            side=intent.side.value,
            type=intent.order_type,
            qty=intent.qty,
            price=intent.price,
            stop_loss=intent.stop_loss,
            take_profit=intent.take_profit,
            status=intent.status.value,
            order_id=intent.order_id,
            filled_qty=intent.filled_qty,
            avg_price=intent.avg_price,
            reason=intent.detail or intent.reason,
            created_at=iso(intent.created_ms),
            updated_at=iso(intent.updated_ms),
        )


class IntentList(View):
    """All intents of a run, oldest first."""

    items: list[IntentView]
    next_cursor: str | None


class FillView(View):
    """An execution that the run has booked; ``fee`` is positive when paid."""

    exec_id: str
    order_id: str
    order_link_id: str
    intent_id: str
    symbol: str
    side: str
    type: str
    price: DecimalText
    qty: DecimalText
    fee: DecimalText
    exit_reason: str
    at: Timestamp

    @classmethod
    def of(cls, fill: Fill) -> FillView:
        """The view of a fill."""
        execution = fill.execution
        return cls(
            exec_id=execution.exec_id,
            order_id=execution.order_id,
            order_link_id=execution.order_link_id,
            intent_id=fill.intent_id,
            symbol=execution.symbol,
            side=execution.side.value,
            type=execution.exec_type.value,
            price=execution.price,
            qty=execution.qty,
            fee=execution.fee,
            exit_reason=fill.exit_reason,
            at=iso(execution.time_ms),
        )


class FillList(View):
    """All fills of a run, oldest first."""

    items: list[FillView]
    next_cursor: str | None
