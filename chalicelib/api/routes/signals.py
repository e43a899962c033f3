"""Signals from outside. The request's signature is checked before its body is read."""

from __future__ import annotations

from chalicelib.api.models.base import NoBody
from chalicelib.api.models.signals import SignalBody, SignalView, WebhookSecretView, WebhookView
from chalicelib.api.operation import Call, Routes

routes = Routes("Signals")


@routes.post("/strategies/{strategy_id}/webhook-secret", refusals=(404, 409))
def rotate_webhook_secret(call: Call, strategy_id: str, body: NoBody) -> WebhookSecretView:
    """Makes the webhook's next secret and shows it this once; the one before is void at once."""
    webhook, secret = call.services.signals.rotate(call.actor, strategy_id)
    return WebhookSecretView(path=f"/api/v1/signals/{strategy_id}", version=webhook.version, secret=secret)


@routes.get("/strategies/{strategy_id}/webhook", refusals=(404,))
def get_webhook(call: Call, strategy_id: str) -> WebhookView:
    """Where a strategy's signals are sent, and its last one."""
    return WebhookView.of(strategy_id, call.services.signals.status(call.actor, strategy_id))


@routes.post("/signals/{strategy_id}", status=202, refusals=(401, 404))
def receive_signal(call: Call, strategy_id: str, body: SignalBody) -> SignalView:
    """Takes a signal and leaves it with the strategy's active runs whose entry waits for one. Headers: X-Timestamp
    (Unix seconds) and X-Signature (v1= and the hexadecimal HMAC-SHA256 of timestamp.body). A repeated eventId gets the
    first answer for a day."""
    webhook = call.signed_by
    signal, first = call.services.signals.receive(
        webhook,
        event_id=body.event_id,
        side=body.entry_side,
        price=body.price,
        signed_ms=int(call.headers["x-timestamp"]) * 1000,
    )
    if first:
        call.note(
            workspace_id=webhook.workspace_id,
            actor="webhook",
            subject=strategy_id,
            detail=f"{signal.event_id} {body.side}; runs: {len(signal.run_ids)}",
        )
    return SignalView.of(signal)
