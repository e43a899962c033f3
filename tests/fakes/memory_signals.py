"""A ``SignalRepository`` in memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chalicelib.domain.workspace.webhook import KEPT_SECONDS, Signal, Webhook
from chalicelib.ports import Clock, Conflict


@dataclass
class MemorySignals:
    """Webhooks by strategy, signals by strategy and event."""

    clock: Clock
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    rows: dict[tuple[str, str], tuple[Signal, bool]] = field(default_factory=dict)

    def webhook(self, strategy_id: str) -> Webhook | None:
        return self.webhooks.get(strategy_id)

    def put_webhook(self, webhook: Webhook) -> None:
        stored = self.webhooks.get(webhook.strategy_id)
        if webhook.version != (0 if stored is None else stored.version) + 1:
            raise Conflict("version")
        self.webhooks[webhook.strategy_id] = webhook

    def accept(self, signal: Signal) -> tuple[Signal, bool]:
        key = (signal.strategy_id, signal.event_id)
        found = self.rows.get(key)
        if found is not None and found[0].accepted_ms // 1000 + KEPT_SECONDS > self.clock.now_ms() // 1000:
            return found
        self.rows[key] = (signal, False)
        return signal, False

    def delivered(self, signal: Signal) -> None:
        self.rows[(signal.strategy_id, signal.event_id)] = (signal, True)
        webhook = self.webhooks[signal.strategy_id]
        self.webhooks[signal.strategy_id] = replace(webhook, last_ms=signal.accepted_ms, last_event_id=signal.event_id)
