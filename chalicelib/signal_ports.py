"""What signals from outside need to remember. Part of the ports layer beside ``ports``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.workspace.webhook import Signal, Webhook


class SignalRepository(Protocol):
    """Webhooks by strategy, and the signals of the last day."""

    def webhook(self, strategy_id: str) -> Webhook | None:
        """The strategy's webhook, None when it never had one."""

    def put_webhook(self, webhook: Webhook) -> None:
        """Stores the next version. Raises Conflict("version") unless it is the one after the stored one."""

    def accept(self, signal: Signal) -> tuple[Signal, bool]:
        """The signal as first accepted under its event id, and whether all its runs have it."""

    def delivered(self, signal: Signal) -> None:
        """Notes that all runs have it, and that it was the webhook's last."""
