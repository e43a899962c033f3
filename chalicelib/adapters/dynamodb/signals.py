"""Webhooks and the signals of the last day, by strategy.

Access patterns: a strategy's webhook; put its next version; accept a signal once; note that it was delivered.
"""

from __future__ import annotations

import hashlib

from pynamodb.attributes import BooleanAttribute, ListAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.patience import Patient
from chalicelib.domain.market.side import Side
from chalicelib.domain.workspace.webhook import KEPT_SECONDS, Signal, Webhook
from chalicelib.ports import Clock, Conflict

_WEBHOOK = "webhook"


class SignalItem(Model):
    """A webhook (``item`` ``webhook``) or an accepted signal (``event#…``)."""

    class Meta(Patient):
        table_name = "signals"

    strategy_id = UnicodeAttribute(hash_key=True)
    item = UnicodeAttribute(range_key=True)
    workspace_id = UnicodeAttribute(null=True)
    version = NumberAttribute(null=True)
    rotated_ms = NumberAttribute(null=True)
    last_ms = NumberAttribute(null=True)
    last_event_id = UnicodeAttribute(null=True)
    event_id = UnicodeAttribute(null=True)
    side = UnicodeAttribute(null=True)
    price = UnicodeAttribute(null=True)
    accepted_ms = NumberAttribute(null=True)
    good_until_ms = NumberAttribute(null=True)
    run_ids = ListAttribute(of=UnicodeAttribute, null=True)
    delivered = BooleanAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class DynamoSignals:
    """``SignalRepository`` on the signals table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def webhook(self, strategy_id: str) -> Webhook | None:
        """See ``SignalRepository.webhook``."""
        try:
            item = SignalItem.get(strategy_id, _WEBHOOK, consistent_read=True)
        except DoesNotExist:
            return None
        return Webhook(
            strategy_id,
            str(item.workspace_id),
            int(item.version or 0),
            int(item.rotated_ms or 0),
            int(item.last_ms or 0),
            item.last_event_id or "",
        )

    def put_webhook(self, webhook: Webhook) -> None:
        """See ``SignalRepository.put_webhook``."""
        item = SignalItem(
            webhook.strategy_id,
            _WEBHOOK,
            workspace_id=webhook.workspace_id,
            version=webhook.version,
            rotated_ms=webhook.rotated_ms,
            last_ms=webhook.last_ms,
            last_event_id=webhook.last_event_id or None,
        )
        before = webhook.version - 1
        condition = SignalItem.version == before if before else SignalItem.item.does_not_exist()
        try:
            item.save(condition=condition)
        except PutError as error:
            if condition_failed(error):
                raise Conflict("version") from error
            raise

    def accept(self, signal: Signal) -> tuple[Signal, bool]:
        """See ``SignalRepository.accept``. A row whose time is over counts as gone before it is deleted."""
        item = SignalItem(
            signal.strategy_id,
            _key(signal.event_id),
            event_id=signal.event_id,
            side=signal.side.value,
            price=signal.price or None,
            accepted_ms=signal.accepted_ms,
            good_until_ms=signal.good_until_ms,
            run_ids=list(signal.run_ids),
            delivered=False,
            expires_at=signal.accepted_ms // 1000 + KEPT_SECONDS,
        )
        free = SignalItem.item.does_not_exist() | (SignalItem.expires_at <= self._clock.now_ms() // 1000)
        try:
            item.save(condition=free)
        except PutError as error:
            if not condition_failed(error):
                raise
            stored = SignalItem.get(signal.strategy_id, _key(signal.event_id), consistent_read=True)
            return _signal(stored), bool(stored.delivered)
        return signal, False

    def delivered(self, signal: Signal) -> None:
        """See ``SignalRepository.delivered``."""
        SignalItem(signal.strategy_id, _WEBHOOK).update(
            actions=[SignalItem.last_ms.set(signal.accepted_ms), SignalItem.last_event_id.set(signal.event_id)]
        )
        SignalItem(signal.strategy_id, _key(signal.event_id)).update(actions=[SignalItem.delivered.set(True)])


def _key(event_id: str) -> str:
    return "event#" + hashlib.sha256(event_id.encode()).hexdigest()


def _signal(item: SignalItem) -> Signal:
    return Signal(
        item.strategy_id,
        str(item.event_id),
        Side(str(item.side)),
        int(item.accepted_ms or 0),
        int(item.good_until_ms or 0),
        item.price or "",
        tuple(str(run_id) for run_id in item.run_ids or ()),
    )
