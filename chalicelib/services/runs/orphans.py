"""Orders that outlive their run: one that was accepted late, after the run had proven that none was open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.runtime.events import EventType, FindingLevel, RunEvent
from chalicelib.domain.runtime.intent import link_prefix
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.ports import Clock, ConnectionRef, Exchange, ExchangeRefused, ExchangeUnavailable
from chalicelib.run_ports import Commit, RunStore


@dataclass(frozen=True, slots=True)
class ClearOrphans:
    """Use-case: after a run's end, cancels what still carries its prefix, and says so in its log."""

    store: RunStore
    exchange: Exchange
    clock: Clock

    def __call__(self, record: RunRecord) -> tuple[str, ...]:
        """The order link ids that were cancelled. An account that cannot be read is left to the next look.

        Raises FenceLost when somebody else writes the run at the same moment.
        """
        terms = record.terms
        ref = ConnectionRef(terms.workspace_id, terms.connection_id)
        prefix = link_prefix(terms.prefix, terms.run_id)
        try:
            orders = self.exchange.open_orders(ref, terms.symbol)
        except (ExchangeUnavailable, ExchangeRefused):
            return ()
        orphans = tuple(order.order_link_id for order in orders if order.order_link_id.startswith(prefix))
        if not orphans:
            return ()
        for link_id in orphans:
            self.exchange.cancel_order(ref, terms.symbol, link_id)
        self._tell(record, orphans)
        return orphans

    def _tell(self, record: RunRecord, orphans: tuple[str, ...]) -> None:
        claimed = self.store.claim(record.terms.run_id, self.clock.now_ms(), record.segment)
        first = claimed.state.event_seq + 1
        events = tuple(
            RunEvent(
                seq=first + number,
                at_ms=self.clock.now_ms(),
                type=EventType.FINDING,
                key="events.finding.orphan_order",
                severity=FindingLevel.WARNING.severity,
                data={"orderLinkId": link_id, "afterEnd": True, "level": FindingLevel.WARNING.value},
            )
            for number, link_id in enumerate(orphans)
        )
        state = replace(claimed.state, event_seq=claimed.state.event_seq + len(events))
        self.store.commit(claimed, Commit(state=state, events=events))
