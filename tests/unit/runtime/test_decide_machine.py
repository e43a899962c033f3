"""Whatever facts come in whatever order, a decision is made: none breaks the runtime, and its books stay in order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chalicelib.adapters.dynamodb import run_codec as codec
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import (
    Booked,
    Command,
    CommandDone,
    Fact,
    Judged,
    NothingNew,
    OrderResolved,
    PlaceOrder,
    ReadFailed,
    SetProtection,
    Situation,
    SnapshotRead,
)
from chalicelib.domain.runtime.facts import (
    ExecType,
    ExecutionFact,
    OrderFact,
    OrderStatus,
    PositionFact,
)
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.messages import (
    CandleClosed,
    ExecutionUpdate,
    OrderUpdate,
    PauseRequested,
    PositionUpdate,
    Reconnected,
    ResumeRequested,
    StopRequested,
)
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.domain.runtime.record import BarView, RunRecord, RunState
from chalicelib.domain.runtime.report import figures
from chalicelib.domain.runtime.states import RunStatus, StopReason
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.spec import OnStop
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import a_position, a_reading, an_order
from tests.simulation.scenario import START_MS, Shape, document, terms_of

INSTRUMENT = CATALOGUE["BTCUSDT"].instrument
PRICES = st.integers(39_000, 41_000).map(Decimal)
QUANTITIES = st.integers(1, 30).map(lambda number: Decimal(number) / 1000)
CREATORS = ("CreateByUser", "CreateByStopLoss", "CreateByTakeProfit", "CreateByLiq", "CreateByAdl_PassThrough", "New")
POLICIES = ("OK", "BACKOFF", "FUNDS", "PRICE_SIZE", "ALREADY_FLAT", "DUPLICATE", "CREDENTIALS", "UNKNOWN_CODE")
OUTCOMES = st.builds(
    Outcome, st.sampled_from(OutcomeKind), st.just("o1"), st.integers(0, 5), st.sampled_from(POLICIES), st.just("text")
)


class Runtime(RuleBasedStateMachine):
    """A run to which anything may happen."""

    shape = Shape.PLAIN

    def __init__(self) -> None:
        super().__init__()
        self.spec = parse_strategy(document(shape=self.shape))
        running = RunState(
            status=RunStatus.RUNNING,
            leverage_set=True,
            reconcile_due="",
            reconciled_ms=START_MS,
            equity=Decimal(10_000),
            bar=BarView(START_MS - 600_000, Decimal(40_000), None),
            event_seq=1,
        )
        self.record = RunRecord(terms_of(self.spec, INSTRUMENT, 60), running, epoch=1)
        self.now = START_MS
        self.seqs = [1]
        self.fills: list[Booked] = []
        self.commands: list[Command] = []
        self.links: set[str] = set()
        self.executions = 0

    def _feed(self, *facts: Fact) -> None:
        situation = Situation(self.now, self.now, self.spec, INSTRUMENT)
        ended = self.record.state.status.terminal
        decision = decide(self.record, facts, situation)
        if ended:
            assert decision.state == self.record.state, "an ended run has changed"
        self.seqs += [event.seq for event in decision.events]
        self.fills += decision.fills
        self.commands = list(decision.commands) or self.commands
        placed = {command.intent.order_link_id for command in decision.commands if isinstance(command, PlaceOrder)}
        assert not placed & self.links, "an order is sent twice"
        self.links |= placed
        held = decision.state.holding
        if held is not None and held.protected_ms is not None and held.seen_qty != held.qty:
            moved = [command for command in decision.commands if isinstance(command, SetProtection)]
            assert not moved, "the levels of another size are put in place of those that a fill may have brought"
        # What is stored is what comes back.
        stored = codec.STATE.validate_json(codec.dump(codec.STATE, decision.state))
        assert stored == decision.state
        self.record = replace(self.record, state=stored, version=self.record.version + 1)

    def _living(self) -> list[Intent]:
        return list(self.record.state.living)

    def _order(self, intent: Intent, status: OrderStatus, executed: Decimal) -> OrderFact:
        return an_order(
            order_link_id=intent.order_link_id,
            symbol=intent.symbol,
            side=intent.side,
            order_type=intent.order_type,
            status=status,
            qty=intent.qty,
            cum_exec_qty=min(executed, intent.qty),
            created_ms=self.now,
            updated_ms=self.now,
        )

    def _position(self, side: Side | None, size: Decimal, price: Decimal, stop: Decimal | None) -> PositionFact:
        return a_position(
            side=side,
            size=size if side is not None else Decimal(0),
            avg_price=price,
            stop_loss=stop,
            take_profit=stop,
            mark_price=price,
            updated_ms=self.now,
        )

    def _reading(self, position: PositionFact) -> SnapshotRead:
        return a_reading(position, taken_ms=self.now)

    def _true_reading(self, price: Decimal) -> SnapshotRead:
        """The account as the run believes it to be."""
        holding = self.record.state.holding
        if holding is None:
            return self._reading(self._position(None, Decimal(0), price, None))
        return self._reading(self._position(holding.side, holding.qty, price, holding.stop_loss))

    @rule(seconds=st.integers(0, 40))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * 1000
        self._feed()

    @rule()
    @precondition(lambda self: self._living())
    def an_order_fills(self) -> None:
        intent = self._living()[-1]
        self.executions += 1
        rest = intent.qty - intent.booked_qty
        if rest <= 0:
            return
        price = self.record.state.last_price or Decimal(40_000)
        closing = Decimal(0) if intent.kind.opens else rest
        execution = ExecutionFact(
            f"e{self.executions}",
            "o1",
            intent.order_link_id,
            "BTCUSDT",
            intent.side,
            ExecType.TRADE,
            price,
            rest,
            Decimal("0.01"),
            closing,
            "CreateByUser",
            False,
            self.now + self.executions,
        )
        self._feed(ExecutionUpdate(execution), OrderUpdate(self._order(intent, OrderStatus.FILLED, intent.qty)))

    @rule(outcome=OUTCOMES)
    @precondition(lambda self: self.commands)
    def a_command_is_answered(self, outcome: Outcome) -> None:
        self._feed(CommandDone(self.commands.pop(0), outcome))

    @rule(signal=st.sampled_from([None, *Side]), leave=st.booleans(), price=PRICES, known=st.booleans())
    def a_bar_is_judged(self, signal: Side | None, leave: bool, price: Decimal, known: bool) -> None:
        self.now += 60_000
        bar = self.now - self.now % 60_000 - 60_000
        judgement = Judgement(bar, price, price, price, signal, leave, leave)
        self._feed(
            CandleClosed(Interval.M1, bar), self._true_reading(price), Judged(judgement, price if known else None)
        )

    @rule(status=st.sampled_from(OrderStatus), executed=QUANTITIES)
    @precondition(lambda self: self._living())
    def an_order_is_shown(self, status: OrderStatus, executed: Decimal) -> None:
        self._feed(OrderUpdate(self._order(self._living()[-1], status, executed)))

    @rule(status=st.sampled_from(OrderStatus), executed=QUANTITIES, found=st.booleans())
    @precondition(lambda self: self._living())
    def an_order_is_looked_for(self, status: OrderStatus, executed: Decimal, found: bool) -> None:
        intent = self._living()[0]
        self._feed(OrderResolved(intent.intent_id, self._order(intent, status, executed) if found else None))

    @rule(
        side=st.sampled_from(Side),
        qty=QUANTITIES,
        price=PRICES,
        closed=st.booleans(),
        creator=st.sampled_from(CREATORS),
        kind=st.sampled_from(ExecType),
        ours=st.booleans(),
    )
    def an_execution_comes(
        self, side: Side, qty: Decimal, price: Decimal, closed: bool, creator: str, kind: ExecType, ours: bool
    ) -> None:
        self.executions += 1
        living = self._living()
        link = living[-1].order_link_id if living and ours else ""
        execution = ExecutionFact(
            exec_id=f"e{self.executions}",
            order_id="o1" if ours else "o2",
            order_link_id=link,
            symbol="BTCUSDT",
            side=side,
            exec_type=kind,
            price=price,
            qty=qty,
            fee=Decimal("0.01"),
            closed_size=qty if closed else Decimal(0),
            create_type=creator,
            is_maker=False,
            time_ms=self.now + self.executions,
        )
        self._feed(ExecutionUpdate(execution), ExecutionUpdate(execution))

    @rule(side=st.sampled_from([None, *Side]), size=QUANTITIES, price=PRICES, stopped=st.booleans())
    def the_position_is_shown(self, side: Side | None, size: Decimal, price: Decimal, stopped: bool) -> None:
        self._feed(PositionUpdate(self._position(side, size, price, price - 100 if stopped else None)))

    @rule(agrees=st.booleans(), side=st.sampled_from([None, *Side]), size=QUANTITIES, price=PRICES)
    def the_account_is_read(self, agrees: bool, side: Side | None, size: Decimal, price: Decimal) -> None:
        strange = self._reading(self._position(side, size, price, price - 100))
        reading = self._true_reading(price) if agrees else strange
        self._feed(reading)
        if agrees and not self.record.state.status.terminal:
            before = self.record.state
            self._feed(reading)
            after = self.record.state
            assert (after.holding and after.holding.qty) == (before.holding and before.holding.qty)
            assert after.ledger == before.ledger, "reconciling again has booked something"

    @rule(fatal=st.booleans())
    def a_read_fails(self, fatal: bool) -> None:
        self._feed(ReadFailed("account", "timeout", fatal), NothingNew())

    @rule(reason=st.sampled_from(StopReason), policy=st.sampled_from([None, *OnStop]))
    def somebody_asks_to_stop(self, reason: StopReason, policy: OnStop | None) -> None:
        if self.now % 7 == 0:
            self._feed(StopRequested(reason, policy, "user"))

    @rule(gap=st.integers(0, 20_000))
    def a_stream_comes_back(self, gap: int) -> None:
        self._feed(Reconnected("private", gap, str(self.now)))

    @rule(resume=st.booleans())
    def somebody_pauses_or_resumes(self, resume: bool) -> None:
        self._feed(ResumeRequested("user", str(self.now)) if resume else PauseRequested("user", str(self.now)))

    @rule()
    def another_tick_takes_over(self) -> None:
        self.record = replace(self.record, epoch=self.record.epoch + 1)
        self.commands = []
        self._feed()

    @invariant()
    def the_log_has_no_gap(self) -> None:
        assert self.seqs == list(range(1, len(self.seqs) + 1))
        assert self.record.state.event_seq == self.seqs[-1]

    @invariant()
    def each_execution_is_booked_once(self) -> None:
        booked = [fill.execution.exec_id for fill in self.fills]
        assert len(booked) == len(set(booked))

    @invariant()
    def the_ledger_is_what_the_fills_say(self) -> None:
        state = self.record.state
        if not state.complete:
            return
        result = figures(self.fills)
        assert (state.ledger.fees, state.ledger.funding) == (result.fees, result.funding)

    @invariant()
    def no_rung_has_two_orders_and_no_safety_order_is_traded_twice(self) -> None:
        rungs = [intent.rung for intent in self.record.state.ladder]
        assert len(rungs) == len(set(rungs))
        holding = self.record.state.holding
        assert holding is None or len({rung.number for rung in holding.rungs}) == len(holding.rungs)

    @invariant()
    def a_holding_has_a_size(self) -> None:
        holding = self.record.state.holding
        assert holding is None or holding.qty > 0


class RuntimeWithSteps(Runtime):
    """The same with a take-profit ladder."""

    shape = Shape.STEPS


class RuntimeWithSafetyOrders(Runtime):
    """The same with a DCA ladder."""

    shape = Shape.DCA


for machine in (Runtime, RuntimeWithSteps, RuntimeWithSafetyOrders):
    machine.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestRuntime = Runtime.TestCase
TestRuntimeWithSteps = RuntimeWithSteps.TestCase
TestRuntimeWithSafetyOrders = RuntimeWithSafetyOrders.TestCase
