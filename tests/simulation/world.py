"""One simulated run: the real Tick and domain, the exchange's engine, a virtual clock, and whatever the seed breaks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from chalicelib.adapters.bybit.stream_messages import private_messages
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.events import EventType, RunEvent
from chalicelib.domain.runtime.messages import CandleClosed, Message, Reconnected, StopRequested
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.states import StopReason
from chalicelib.domain.strategy.live import sides_from_outside
from chalicelib.ports import NotFound, Ticker
from chalicelib.run_ports import KillState, StartLimits
from chalicelib.services.runs.finalize import FinalizeRun
from chalicelib.services.runs.orphans import ClearOrphans
from chalicelib.services.runs.tick import TickRun
from chalicelib.services.sidecar.look_again import LookAgain
from infra.local.exchange.engine import Account, Exchange, Settings
from infra.local.exchange.engine.catalogue import CATALOGUE
from infra.local.exchange.engine.symbol_market import Tick
from tests.fakes.memory_inbox import MemoryInbox, MemoryWorkflow
from tests.fakes.memory_runs import MemoryRunStore
from tests.fakes.virtual_clock import VirtualClock
from tests.simulation.crashes import Crash, Crashing
from tests.simulation.exchange_in_memory import EngineSession, exchange_over
from tests.simulation.exchange_troubles import Troubles
from tests.simulation.faults import CALM, FaultRates
from tests.simulation.invariants import Watch
from tests.simulation.mutations import Mutation, Mutator
from tests.simulation.outside import OutsideSignals
from tests.simulation.resting_orders import cancel_by_hand, touched
from tests.simulation.scenario import (
    RUN_ID,
    START_MS,
    SYMBOL,
    WORKSPACE,
    ScriptedJudge,
    Shape,
    most_at_stake,
    parsed,
    terms_of,
)

SUPERVISION_MS = 90_000
STEP_MS = 1_000
RETRY_MS = 2_000


@dataclass
class Prices:
    """Market data of the simulated engine."""

    engine: Exchange

    def ticker(self, symbol: str) -> Ticker:
        if symbol not in self.engine.world.markets:
            raise NotFound(symbol)
        price = self.engine.world.markets[symbol].last
        zero = Decimal(0)
        return Ticker(symbol, price, price, price, price, price, zero, price, price, zero, zero)


@dataclass
class Options:
    """How long the run is and what the seed may do to it. ``stop_at_ms`` asks for a stop that long after the start,
    ``stall_at`` stalls one Tick at that moment until another has taken over, without ``candles`` none wakes it."""

    seed: int
    minutes: int = 4
    rates: FaultRates = CALM
    stop_at_ms: int | None = None
    volatility: float = 0.0008
    spec_random: Random | None = None
    hook: Any = None
    stall_at: str = ""
    busy: float = 0.9
    candles: bool = True
    mutation: Mutation = Mutation.NONE
    shape: Shape = Shape.PLAIN


@dataclass
class Simulated:
    """Everything of one simulated run."""

    options: Options
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(START_MS))
    seen: Counter[str] = field(default_factory=Counter)
    crash_points: Counter[str] = field(default_factory=Counter)
    ticks: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        options = self.options
        self.random = Random(options.seed)
        self.spec = parsed(options.spec_random, options.shape)
        settings = Settings(event_delay_ms=(5, 40))
        self.engine = Exchange(
            seed=options.seed, symbols=(SYMBOL,), prices={SYMBOL: Decimal(40_000)}, now_ms=START_MS, settings=settings
        )
        self.market = self.engine.world.markets[SYMBOL]
        if options.rates.thin_book:
            self.market.depth_factor = Decimal("0.01")
        self.account: Account = self.engine.add_account("u1", api_key="KEY", secret="SECRET", usdt=Decimal(10_000))
        self.account.events.duplicate = options.rates.duplicate_event
        self.account.events.reorder = options.rates.reorder_event
        self.mutator = Mutator(options.mutation)
        self.troubles = Troubles(self.engine, self.account, options.rates.exchange, options.seed, self.seen)
        self.session = EngineSession(
            self.engine, self.account, self.clock, options.rates, self.random, self.seen, self.mutator, self.troubles
        )
        self.store = MemoryRunStore(
            ignore_fence=options.mutation is Mutation.NO_FENCE,
            book_again=options.mutation is Mutation.EXECUTIONS_NOT_DEDUPED,
            ignore_halts=options.mutation is Mutation.HALTS_NOT_WRITTEN,
        )
        self.workflow = MemoryWorkflow()
        self.inbox = MemoryInbox(self.store, self.workflow)
        self.switch = self.store.switches
        self.watch = Watch(self.engine, self.account, self.store, most_usd=most_at_stake(self.spec))
        self.look_again = LookAgain(self.inbox, self.clock, candle_delay_ms=lambda run_id: 0)
        self.clock.on_pass = self._pass
        self.tick = self._tick_service()
        self.outside = OutsideSignals(options.rates, Random(options.seed), options.mutation)
        self.listens_outside = bool(sides_from_outside(self.spec))
        self.last_step = START_MS
        self.stream_up = True
        self.stream_down_since = 0
        self.kill_at_ms: int | None = None
        terms = terms_of(self.spec, CATALOGUE[SYMBOL].instrument, options.minutes)
        self.deadline_ms = terms.deadline_ms
        queued = RunEvent(1, START_MS, EventType.RUN_QUEUED, "events.run_queued")
        self.store.create(RunRecord(terms, RunState(event_seq=1)), queued, StartLimits(1, 0))

    def _tick_service(self) -> TickRun:
        def wrapped(port: Any, name: str) -> Any:
            return Crashing(port, name, self._moment)

        self.judge = ScriptedJudge(
            self.spec, self.clock, self.options.seed, lambda: self.market.last, self.options.busy
        )
        return TickRun(
            store=wrapped(self.store, "store"),
            inbox=wrapped(self.inbox, "inbox"),
            workflow=wrapped(self.workflow, "workflow"),
            exchange=wrapped(self.mutator.exchange(exchange_over(self.session, self.clock)), "exchange"),
            market=wrapped(Prices(self.engine), "market"),
            judge=self.judge,  # type: ignore[arg-type]  # the scripted judge has the two methods that a Tick uses
            kill_switch=self.switch,
            clock=self.clock,
        )

    # --- the run's life -------------------------------------------------------------------------------------------

    def run(self, limit_ms: int = 30 * 60_000) -> Simulated:
        """Drives the run to its end, or until ``limit_ms`` past its deadline."""
        token = self.visit()
        while not self.record.state.status.terminal:
            if self.clock.now > self.deadline_ms + limit_ms:
                self.watch.report("the run never ended")
                break
            self._wait(token)
            token = self.visit()
        self._let_settle()
        self.watch.at_end(self)
        return self

    @property
    def record(self) -> RunRecord:
        """The run as stored."""
        return self.store.get(RUN_ID)

    def visit(self) -> str:
        """One state of the state machine: a Tick with a fresh token; a crashed one is retried after two seconds."""
        while True:
            self.ticks += 1
            token = f"token-{self.ticks}"
            self.workflow.open_tokens[token] = RUN_ID
            try:
                self.tick(RUN_ID, token, 0)
            except Crash as crash:
                self.crash_points[str(crash)] += 1
                self.workflow.open_tokens.pop(token, None)
                self.clock.advance(RETRY_MS)
                continue
            return token

    def _wait(self, token: str) -> None:
        """Lets time pass until the next Tick: none if the token was used, else until a wake or the supervision."""
        started = self.clock.now
        while token in self.workflow.open_tokens and self.clock.now < started + SUPERVISION_MS:
            self.clock.advance(min(STEP_MS, started + SUPERVISION_MS - self.clock.now))
        self.workflow.open_tokens.pop(token, None)

    def _let_settle(self) -> None:
        for _ in range(3):
            self.clock.advance(STEP_MS)

    # --- the world outside ----------------------------------------------------------------------------------------

    def _pass(self, target: int) -> None:
        """Moves the world to ``target``: prices every second, stream events in between, candles on the minute."""
        while self.last_step + STEP_MS <= target:
            self.last_step += STEP_MS
            self._drain(self.last_step)
            self._second(self.last_step)
        self.clock.now = max(self.clock.now, min(target, self.last_step))
        self.engine.advance(target)
        self.watch.each_moment()
        self._drain(target)

    def _second(self, now: int) -> None:
        self.clock.now = now
        rates = self.options.rates
        move = Decimal(str(round(self.random.gauss(0, self.options.volatility), 6)))
        price = self.market.listing.instrument.round_price(self.market.last * (1 + move))
        self.engine.advance(now, {SYMBOL: self._touched(rates) or price})
        self._misfortunes(now, rates)
        self.watch.each_second(now)
        if self.store.records[RUN_ID].state.look_ms:
            self.look_again(self.store.active())
        minute = Interval.M1.milliseconds
        if now % minute == 0 and self.options.candles:
            self._post(CandleClosed(Interval.M1, now - minute))
        if self.listens_outside:
            for signal in self.outside.each_second(now):
                self.seen["outside_signal"] += 1
                self._post(signal)
        elapsed = now - START_MS
        if self.options.stop_at_ms is not None and elapsed == self.options.stop_at_ms:
            self._post(StopRequested(StopReason.MANUAL, None, "user"))
        if elapsed == self.kill_at_ms:
            self.switch.engage(WORKSPACE, KillState("drill", now, "user"))
            self.inbox.ring(RUN_ID)
        if now == self.deadline_ms:
            self._post(StopRequested(StopReason.TIMEOUT, None, "deadline"))

    def _touched(self, rates: FaultRates) -> Tick | None:
        """Part of an order that rests fills, if one is near."""
        tick = None
        if rates.touch and self.random.random() < rates.touch:
            tick = touched(self.account, self.market, self.random)
        self.seen["touch"] += tick is not None
        return tick

    def _misfortunes(self, now: int, rates: FaultRates) -> None:
        if rates.outage and now > self.session.down_until_ms and self.random.random() < rates.outage:
            self.session.down_until_ms = now + self.random.choice((3_000, 10_000, 30_000))
            self.seen["outage"] += 1
        self.troubles.each_second(now)
        dropped = rates.stream_drop and self.stream_up and self.random.random() < rates.stream_drop
        if dropped or (self.troubles.cuts_the_stream() and self.stream_up):
            self.stream_up, self.stream_down_since = False, now
            self.seen["stream_drop"] += 1
        elif not self.stream_up and now >= max(self.stream_down_since + 3_000, self.session.down_until_ms):
            self.stream_up = True
            self._post(Reconnected("private", now - self.stream_down_since, str(now)))
        if rates.manual_cancel and self.random.random() < rates.manual_cancel:
            self.seen["manual_cancel"] += cancel_by_hand(self.engine, self.account, self.random)
        if rates.manual_close and self.random.random() < rates.manual_close:
            self._close_by_hand("manual_close")
        if rates.unexplained_close and self.random.random() < rates.unexplained_close:
            order_id = self._close_by_hand("unexplained_close")
            self.session.untold |= {row.exec_id for row in self.account.fills if row.order_id == order_id}

    def _close_by_hand(self, how: str) -> str:
        """The user closes the position on the exchange's own site. Returns the order's id, "" without a position."""
        position = self.account.positions.get((SYMBOL, 0))
        if position is None or not position.size:
            return ""
        self.seen[how] += 1
        side = "Sell" if position.side == "Buy" else "Buy"
        order = {"category": "linear", "symbol": SYMBOL, "side": side, "orderType": "Market", "qty": str(position.size)}
        reply = self.engine.create_order(self.account, {**order, "reduceOnly": True, "positionIdx": 0})
        return str(reply.result.get("orderId", ""))

    def _drain(self, until: int) -> None:
        world_now = self.engine.world.now_ms
        self.engine.world.now_ms = max(world_now, until)
        for event in self.engine.drain_events("u1"):
            if not self.stream_up or self.random.random() < self.options.rates.lost_event:
                self.seen["lost_event"] += 1
                continue
            told = [row for row in event.data if row.get("execId") not in self.session.untold]
            for message in private_messages({"topic": event.topic, "data": told}):
                self._post(message)

    def _post(self, message: Message) -> None:
        lost = self.options.rates.lost_wake
        self.inbox.lose_wakes = bool(lost) and self.random.random() < lost
        self.seen["lost_wake"] += self.inbox.lose_wakes
        self.inbox.post(RUN_ID, message)
        self.inbox.lose_wakes = False

    # --- what may go wrong inside a Tick --------------------------------------------------------------------------

    def _moment(self, moment: str) -> None:
        """Between any two port calls: a scripted hook, a crash, or a stall during which another Tick takes over."""
        if self.options.hook is not None:
            self.options.hook(moment)
        rates = self.options.rates
        if moment == self.options.stall_at and not self.depth and not self.seen["stalled_tick"]:
            self._overtake()
        if rates.crash and self.random.random() < rates.crash:
            self.seen["crash"] += 1
            raise Crash(moment)
        if rates.stalled_tick and not self.depth and self.random.random() < rates.stalled_tick:
            self._overtake()

    def _overtake(self) -> None:
        """This Tick stalls; the state machine times it out, and another one runs to its end meanwhile."""
        self.seen["stalled_tick"] += 1
        self.depth += 1
        try:
            self.visit()
        finally:
            self.depth -= 1


def finalizer(simulated: Simulated) -> FinalizeRun:
    """The safety net over the same world."""
    clear = ClearOrphans(simulated.store, exchange_over(simulated.session, simulated.clock), simulated.clock)
    return FinalizeRun(simulated.store, simulated.inbox, simulated.workflow, simulated.tick, clear)
