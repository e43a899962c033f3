"""Signals from outside: who may send them, what is kept of them, which runs get them (decision 8b).

A signal is accepted once under its event id; whoever repeats it gets the first answer, and what a crash kept from being
delivered is delivered then, with the first acceptance's time: runs tell a repeat by it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.account_ports import StrategyRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Unauthenticated
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.messages import SignalReceived
from chalicelib.domain.strategy.live import sides_from_outside
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.workspace.webhook import GOOD_MS, WINDOW_SECONDS, Signal, Webhook, signature_of
from chalicelib.identity_ports import DerivedSecrets
from chalicelib.ports import Clock, NotFound
from chalicelib.run_ports import Inbox, RunStore
from chalicelib.signal_ports import SignalRepository

_NOBODY = "nobody"
_PAGE = 50
_TIMESTAMP_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Signals:
    """The use-cases of webhooks and of the signals that come by them."""

    signals: SignalRepository
    strategies: StrategyRepository
    store: RunStore
    inbox: Inbox
    secrets: DerivedSecrets
    clock: Clock

    def rotate(self, actor: Actor, strategy_id: str) -> tuple[Webhook, str]:
        """The next secret, to be shown this once; the one before is void. Raises NotFound, Conflict("version")."""
        self.strategies.head(actor.workspace_id, strategy_id)
        stored = self.signals.webhook(strategy_id)
        version = 1 if stored is None else stored.version + 1
        webhook = Webhook(strategy_id, actor.workspace_id, version, self.clock.now_ms())
        secret = self.secrets.webhook_secret(actor.workspace_id, strategy_id, version)
        self.signals.put_webhook(webhook)
        return webhook, secret

    def status(self, actor: Actor, strategy_id: str) -> Webhook | None:
        """The webhook of a strategy of the workspace, None when it has none yet. Raises NotFound."""
        self.strategies.head(actor.workspace_id, strategy_id)
        return self.signals.webhook(strategy_id)

    def authenticate(self, strategy_id: str, timestamp: str, signature: str, body: bytes) -> Webhook:
        """The webhook that signed this. Raises Unauthenticated: ``signal.refused`` for an unknown strategy, one without
        a secret and a wrong signature alike, at the same cost; ``signal.stale`` only for who has the secret."""
        webhook = self._living(strategy_id)
        owner, version = (webhook.workspace_id, webhook.version) if webhook is not None else (_NOBODY, 0)
        secret = self.secrets.webhook_secret(owner, strategy_id, version)
        expected = signature_of(secret, timestamp, body)
        genuine = hmac.compare_digest(expected.encode(), signature.encode())
        if webhook is None or not genuine:
            raise Unauthenticated("signal.refused", "the signal is not signed by a webhook of this strategy")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _TIMESTAMP_DIGITS):
            raise Unauthenticated("signal.stale", "X-Timestamp is not a time in Unix seconds")
        if abs(self.clock.now_ms() - int(timestamp) * 1000) > WINDOW_SECONDS * 1000:
            raise Unauthenticated("signal.stale", f"X-Timestamp is more than {WINDOW_SECONDS} s off: check the clock")
        return webhook

    def receive(
        self, webhook: Webhook, *, event_id: str, side: Side, price: Decimal | None, signed_ms: int
    ) -> tuple[Signal, bool]:
        """The signal as first accepted, and whether this was the first time; its runs have it afterwards."""
        now_ms = self.clock.now_ms()
        signal = Signal(
            strategy_id=webhook.strategy_id,
            event_id=event_id,
            side=side,
            accepted_ms=now_ms,
            good_until_ms=min(now_ms, signed_ms) + GOOD_MS,
            price="" if price is None else format(price, "f"),
            run_ids=self._listening(webhook),
        )
        first, done = self.signals.accept(signal)
        if not done:
            message = SignalReceived(
                first.event_id,
                first.side,
                first.accepted_ms,
                first.good_until_ms,
                Decimal(first.price) if first.price else None,
            )
            for run_id in first.run_ids:
                self.inbox.post(run_id, message)
            self.signals.delivered(first)
        return first, first == signal

    def _living(self, strategy_id: str) -> Webhook | None:
        """The webhook, unless its strategy is gone."""
        webhook = self.signals.webhook(strategy_id)
        if webhook is None:
            return None
        try:
            self.strategies.head(webhook.workspace_id, strategy_id)
        except NotFound:
            return None
        return webhook

    def _listening(self, webhook: Webhook) -> tuple[str, ...]:
        """The active runs of the strategy whose version waits for outside signals."""
        found: list[str] = []
        listens: dict[int, bool] = {}
        cursor: str | None = None
        while True:
            page = self.store.of_workspace(webhook.workspace_id, bot_id=None, active=True, limit=_PAGE, cursor=cursor)
            for record in page.items:
                terms = record.terms
                if terms.strategy_id != webhook.strategy_id:
                    continue
                number = terms.strategy_version
                if number not in listens:
                    version = self.strategies.version(terms.workspace_id, terms.strategy_id, number)
                    listens[number] = bool(sides_from_outside(parse_strategy(version.normalised)))
                if listens[number]:
                    found.append(terms.run_id)
            cursor = page.cursor
            if cursor is None:
                return tuple(sorted(found))
