"""Signals from outside and the webhook they come by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from chalicelib.api.models.base import Id, PositiveDecimalText, RequestModel, Timestamp, View, iso_or_none
from chalicelib.domain.market.side import Side
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.workspace.webhook import Signal, Webhook

EventId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$", examples=["2026-01-31T12:00:00Z-long"])]


class SignalBody(RequestModel):
    """A signal. ``eventId`` is the sender's own: the same again is the same signal. ``price`` is what the market stood
    at; slippage counts from it."""

    event_id: EventId
    side: Literal["long", "short"]
    price: PositiveDecimalText | None = None
    reason: str | None = Field(default=None, max_length=200)

    @property
    def entry_side(self) -> Side:
        """The side of the entry asked for."""
        return Side.BUY if self.side == "long" else Side.SELL


class SignalView(View):
    """What became of a signal: the runs that it was left with. Each logs whether it traded it, and why not."""

    event_id: str
    side: Literal["long", "short"]
    accepted_at: Timestamp
    run_ids: list[Id]

    @classmethod
    def of(cls, signal: Signal) -> SignalView:
        """The view of a signal."""
        return cls(
            event_id=signal.event_id,
            side="long" if signal.side is Side.BUY else "short",
            accepted_at=iso(signal.accepted_ms),
            run_ids=list(signal.run_ids),
        )


class WebhookView(View):
    """A strategy's webhook. ``version`` is 0 until a secret has been made."""

    path: str
    version: int
    rotated_at: Timestamp | None
    last_signal_at: Timestamp | None
    last_event_id: str | None

    @classmethod
    def of(cls, strategy_id: str, webhook: Webhook | None) -> WebhookView:
        """The view of a webhook, or of none."""
        return cls(
            path=f"/api/v1/signals/{strategy_id}",
            version=0 if webhook is None else webhook.version,
            rotated_at=None if webhook is None else iso(webhook.rotated_ms),
            last_signal_at=None if webhook is None else iso_or_none(webhook.last_ms),
            last_event_id=None if webhook is None else webhook.last_event_id or None,
        )


class WebhookSecretView(View):
    """A new secret. It is shown this once; the one before is void."""

    path: str
    version: int
    secret: str
