"""What must hold whatever breaks, read from the exchange's side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from chalicelib.domain.runtime.halt import HaltMode
from chalicelib.domain.runtime.intent import IntentKind, IntentStatus, order_link_id
from chalicelib.domain.runtime.states import RunStatus
from chalicelib.domain.strategy.spec import OnStop
from infra.local.exchange.engine import Account, Exchange
from infra.local.exchange.engine.order import Order
from tests.fakes.memory_runs import MemoryRunStore
from tests.simulation.scenario import RUN_ID, SYMBOL, WORKSPACE

if TYPE_CHECKING:
    from tests.simulation.world import Simulated

SLIPPAGE = Decimal("1.02")
ENTRY = "events.signal_generated.entry"


@dataclass
class Watch:
    """Collects violations; none is the only acceptable number."""

    engine: Exchange
    account: Account
    store: MemoryRunStore
    violations: list[str] = field(default_factory=list)
    entries: int = 0
    longest_unread_ms: int = 0
    most_usd: Decimal = Decimal("Infinity")

    def report(self, what: str) -> None:
        """Notes a violation, each once however long it lasts."""
        if what not in self.violations:
            self.violations.append(what)

    def each_moment(self) -> None:
        """A position has a stop from its first fill to its last, whatever is moved, added or taken meanwhile."""
        position = self.account.positions.get((SYMBOL, 0))
        if position is not None and position.size and position.stop_loss is None:
            self.report("a position was without a stop")

    def each_second(self, now: int) -> None:
        """Never more at stake than was agreed, counting what rests; no step of a ladder larger than what is held."""
        position = self.account.positions.get((SYMBOL, 0))
        held = position.avg_price * position.size if position is not None and position.size else Decimal(0)
        resting = sum(
            (order.leaves * order.price for order in self.account.open_orders.values() if _opens(order)), Decimal(0)
        )
        if held + resting > self.most_usd * SLIPPAGE:
            self.report(f"a position worth {held} with orders worth {resting} exceeds the limit of {self.most_usd}")
        self._ladder_fits_the_holding()
        state = self.store.get(RUN_ID).state
        if (state.holding is not None or state.living) and not state.status.terminal:
            self.longest_unread_ms = max(self.longest_unread_ms, now - state.reconciled_ms)

    def _ladder_fits_the_holding(self) -> None:
        state = self.store.get(RUN_ID).state
        rungs = [intent.rung for intent in state.ladder]
        if len(rungs) != len(set(rungs)):
            self.report("two orders of one rung live at once")
        holding = state.holding
        if holding is None or holding.closing:
            return
        steps = (intent for intent in state.ladder if intent.kind is IntentKind.STEP and not intent.cancel_sent_ms)
        asked = sum((intent.qty - intent.booked_qty for intent in steps), Decimal(0))
        if asked > holding.qty:
            self.report(f"steps of {asked} rest on a position of {holding.qty}")
        for rung in holding.rungs:
            if rung.kind is IntentKind.SAFETY and rung.filled > rung.qty:
                self.report(f"safety order {rung.number} of {rung.qty} has filled {rung.filled}")

    def at_end(self, simulated: Simulated) -> None:
        """Orders one to one with intents, books that balance, events complete, and the stop policy carried out."""
        self._orders_match_intents()
        self._steps_only_reduced()
        self._events_complete()
        self._signals_traded_once()
        self._ended_as_agreed(simulated)
        self._money_adds_up(simulated)
        self._unexplained_blocks(simulated)
        self._missing_executions_are_missing(simulated.session.untold)
        if simulated.engine.conserved("u1"):
            self.report("the simulator made or lost money: a defect of the simulator itself")

    def _orders_match_intents(self) -> None:
        sent = [order.link_id for order in self.account.orders.values() if order.link_id]
        if len(sent) != len(set(sent)):
            self.report("two orders carry one id")
        intents = {intent.order_link_id: intent for intent in self.store.intents(RUN_ID)}
        for link_id in sent:
            if link_id not in intents:
                self.report(f"order {link_id} has no intent")
        unsent = (IntentStatus.DENIED, IntentStatus.ABSENT, IntentStatus.REJECTED, IntentStatus.INTENDED)
        for link_id, intent in intents.items():
            if link_id in sent and intent.status in unsent[:3] and not self._refused(link_id):
                self.report(f"intent {link_id} is {intent.status} but its order exists")
            if link_id not in sent and intent.status not in unsent:
                self.report(f"intent {link_id} is {intent.status} but no order exists")
        self.entries = sum(1 for intent in intents.values() if intent.kind is IntentKind.ENTRY and intent.filled_qty)

    def _steps_only_reduced(self) -> None:
        prefix = order_link_id("sim", RUN_ID, IntentKind.STEP, 0)[:-1]
        for fill in self.account.fills:
            if fill.link_id.startswith(prefix) and fill.closed != fill.qty:
                self.report(f"a step of {fill.qty} closed {fill.closed}")

    def _refused(self, link_id: str) -> bool:
        """Whether the exchange itself ended the order unexecuted: some refusals become a record."""
        orders = (order for order in self.account.orders.values() if order.link_id == link_id)
        return all(order.status == "Rejected" for order in orders)

    def _events_complete(self) -> None:
        seqs = sorted(self.store.event_rows[RUN_ID])
        if seqs != list(range(1, len(seqs) + 1)):
            self.report(f"the event log has gaps or repeats: {seqs[-5:]}")
        if self.store.get(RUN_ID).state.event_seq != seqs[-1]:
            self.report("the record and the event log disagree about the last event")

    def _signals_traded_once(self) -> None:
        """No outside signal opens twice, however often and in whatever order it was told."""
        events = self.store.event_rows[RUN_ID].values()
        traded = Counter(event.data["eventId"] for event in events if event.key == ENTRY and "eventId" in event.data)
        for event_id, times in traded.items():
            if times > 1:
                self.report(f"the outside signal {event_id} was acted on {times} times")

    def _ended_as_agreed(self, simulated: Simulated) -> None:
        record = self.store.get(RUN_ID)
        state = record.state
        if not state.status.terminal:
            self.report(f"the run is {state.status}")
            return
        if RUN_ID in self.store.slots.values():
            self.report("the run has ended and still holds its slots")
        if RUN_ID not in self.store.reports:
            self.report("the run has ended without a report")
        position = self.account.positions.get((SYMBOL, 0))
        size = position.size if position is not None else Decimal(0)
        left = [order for order in self.account.open_orders.values() if order.link_id]
        if left:
            self.report(f"{len(left)} orders of ours are open after the end")
        report = self.store.reports.get(RUN_ID, {})
        if report.get("proven") and report["flat"] and size:
            self.report(f"the report says proven flat, and a position of {size} is there")
        policy = state.stop_policy or OnStop.CLOSE_MARKET
        if size and (policy is OnStop.CLOSE_MARKET or state.status is RunStatus.ERROR):
            self.report(f"a position of {size} is left after the end")
        if size and policy is OnStop.LEAVE_PROTECTED and position is not None and position.stop_loss is None:
            self.report(f"a position of {size} is left without a stop")

    def _unexplained_blocks(self, simulated: Simulated) -> None:
        """From a size that nothing explains on, nothing new is opened in the workspace until somebody releases it."""
        events = [self.store.event_rows[RUN_ID][seq] for seq in sorted(self.store.event_rows[RUN_ID])]
        found = [event.seq for event in events if event.key == "events.finding.unexplained_size"]
        halt = self.store.switches.engaged(WORKSPACE)
        if found and halt is None:
            self.report("an unexplained size was found and the workspace may still open")
        if not found and halt is not None and halt.mode is HaltMode.BLOCK:
            self.report("the workspace is blocked and nothing unexplained was found")
        late = (event for event in events if event.key == "events.order_intent_created.entry")
        if found and any(event.seq > found[0] for event in late):
            self.report("an entry was made after an unexplained size was found")

    def _missing_executions_are_missing(self, untold: set[str]) -> None:
        """No run does without executions that the exchange lists."""
        listed = {fill.link_id for fill in self.account.fills if fill.exec_id not in untold}
        for event in self.store.event_rows[RUN_ID].values():
            if event.key == "events.finding.executions_missing" and event.data["orderLinkId"] in listed:
                self.report(f"order {event.data['orderLinkId']} was let go though its executions are listed")

    def _money_adds_up(self, simulated: Simulated) -> None:
        """What the run booked is what the wallet says, to the last digit, unless something was adopted that no
        execution explains."""
        state = self.store.get(RUN_ID).state
        changed = self.account.wallet - self.account.deposited
        if state.holding is not None or not state.complete or not state.status.terminal:
            return
        booked = state.ledger.net
        if booked != changed:
            self.report(f"the run booked {booked}, the wallet changed by {changed}")
        report = self.store.reports.get(RUN_ID)
        if report is not None and Decimal(report["netPnl"]) != changed:
            self.report(f"the report says {report['netPnl']}, the wallet changed by {changed}")


def _opens(order: Order) -> bool:
    """Whether the order could add to a position or open one."""
    return not order.reduce_only and order.status in ("New", "PartiallyFilled")
