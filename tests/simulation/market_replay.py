"""A live run over recorded bars: the real Tick and domain on the exchange's engine, inside bars as a backtest sees it.

The price goes from a bar's open to its worst, to its best and to its close, stopping at every level that something
rests at on the way, so that each order meets exactly its price. Where a backtest lets a safety order fill and the
target not count in one bar, the best comes first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from chalicelib.adapters.bybit.stream_messages import private_messages
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import Booked
from chalicelib.domain.runtime.events import EventType, RunEvent
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.messages import CandleClosed
from chalicelib.domain.runtime.record import RunRecord, RunState, RunTerms
from chalicelib.domain.runtime.report import Figures, figures
from chalicelib.domain.strategy.plan import Plan
from chalicelib.domain.strategy.spec import StrategySpec
from chalicelib.run_ports import StartLimits
from chalicelib.services.runs.tick import TickRun
from infra.local.exchange.engine import Exchange, Settings
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.memory_inbox import MemoryInbox, MemoryWorkflow
from tests.fakes.memory_runs import MemoryRunStore
from tests.fakes.virtual_clock import VirtualClock
from tests.simulation.exchange_in_memory import EngineSession, exchange_over
from tests.simulation.faults import CALM
from tests.simulation.mutations import Mutation, Mutator
from tests.simulation.scenario import RUN_ID, SYMBOL, terms_of
from tests.simulation.world import Prices

INSTRUMENT = CATALOGUE[SYMBOL].instrument
# A Tick that trades takes well under this; the moments of a bar stand further apart.
SETTLE_MS = 2_000


class PlanJudge:
    """Says what the plan says of the newest closed bar; the plan has looked at all bars at once."""

    def __init__(self, plan: Plan, bars: Mapping[Interval, Bars], clock: VirtualClock) -> None:
        self._plan, self._clock = plan, clock
        self._bars = bars[plan.spec.timeframe]
        self._signals = plan.evaluate(bars)

    def spec(self, terms: RunTerms) -> StrategySpec:
        return self._plan.spec

    def judge(self, terms: RunTerms, external: Side | None = None) -> Judgement | None:
        timeframe = terms.timeframe
        newest = timeframe.open_time(self._clock.now) - timeframe.milliseconds
        at = int(self._bars.open_time_ms.searchsorted(newest))
        if at >= len(self._bars) or int(self._bars.open_time_ms[at]) != newest:
            return None
        signals = self._signals
        inputs = {name: float(series[at]) for name, series in signals.levels.items()}
        return Judgement(
            open_time_ms=newest,
            high=Decimal(str(self._bars.high[at])),
            low=Decimal(str(self._bars.low[at])),
            close=Decimal(str(self._bars.close[at])),
            signal=Side.BUY if signals.long[at] else Side.SELL if signals.short[at] else None,
            exit_long=bool(signals.exit_long[at]),
            exit_short=bool(signals.exit_short[at]),
            level_inputs={name: Decimal(repr(value)) for name, value in inputs.items() if value == value},
        )


class MarketReplay:
    """One run over all of ``bars``, on an account of 10,000 USDT that pays no slippage but the touch's one tick."""

    def __init__(self, plan: Plan, bars: Mapping[Interval, Bars]) -> None:
        self._timeframe = plan.spec.timeframe
        self._bars = bars[self._timeframe]
        start = int(self._bars.open_time_ms[0])
        self._clock = VirtualClock(start)
        self._clock.on_pass = self._pass
        opening = {SYMBOL: INSTRUMENT.round_price(Decimal(str(self._bars.open[0])))}
        self._engine = Exchange(
            symbols=(SYMBOL,), prices=opening, now_ms=start, settings=Settings(event_delay_ms=(0, 0))
        )
        self._market = self._engine.world.markets[SYMBOL]
        self._account = self._engine.add_account("u1", api_key="KEY", secret="SECRET")
        session = EngineSession(
            self._engine, self._account, self._clock, CALM, Random(1), Counter(), Mutator(Mutation.NONE)
        )
        self.store = MemoryRunStore()
        self._workflow = MemoryWorkflow()
        self._inbox = MemoryInbox(self.store, self._workflow)
        self._tick = TickRun(
            store=self.store,
            inbox=self._inbox,
            workflow=self._workflow,
            exchange=exchange_over(session, self._clock),
            market=Prices(self._engine),  # type: ignore[arg-type]  # a Tick asks for the ticker alone
            judge=PlanJudge(plan, bars, self._clock),  # type: ignore[arg-type]  # the two methods that a Tick uses
            kill_switch=self.store.switches,
            clock=self._clock,
        )
        minutes = len(self._bars) * self._timeframe.milliseconds // 60_000 + 60
        terms = replace(
            terms_of(plan.spec, INSTRUMENT, minutes, start), timeframe=self._timeframe, intervals=(self._timeframe,)
        )
        queued = RunEvent(1, start, EventType.RUN_QUEUED, "events.run_queued")
        self.store.create(RunRecord(terms, RunState(event_seq=1)), queued, StartLimits(1, 0))
        self._ticks = 0

    def run(self) -> Figures:
        """Lives through all bars; the figures of what was booked."""
        self._visit()
        for bar in range(1, len(self._bars)):
            self._live_through(bar)
        return figures(Booked(fill.execution, fill.intent_id, fill.exit_reason) for fill in self.store.fills(RUN_ID))

    def _live_through(self, bar: int) -> None:
        bars, length = self._bars, self._timeframe.milliseconds
        opened = int(bars.open_time_ms[bar])
        self._reach(opened, self._price(bars.open[bar]))
        self._inbox.post(RUN_ID, CandleClosed(self._timeframe, opened - length))
        self._visit()
        worst, best = self._price(bars.low[bar]), self._price(bars.high[bar])
        holding = self.store.get(RUN_ID).state.holding
        if holding is not None and holding.side is Side.SELL:
            worst, best = best, worst
        if holding is not None and self._averages_at(holding.side, worst):
            worst, best = best, worst
        for part, price in enumerate((worst, best, self._price(bars.close[bar])), start=1):
            self._walk(opened + part * (length // 4), price)
        self._reach(opened + length - SETTLE_MS, self._market.last)

    def _averages_at(self, side: Side, worst: Decimal) -> bool:
        resting = [
            order.price for order in self._account.open_orders.values() if order.link_id and not order.reduce_only
        ]
        return any((worst - price) * side.sign <= 0 for price in resting)

    def _walk(self, at_ms: int, price: Decimal) -> None:
        """To ``price``, by way of all that rests in between; each stop is followed by a Tick."""
        while True:
            ahead = [level for level in self._levels() if _between(self._market.last, level, price)]
            stop = min(ahead, key=lambda level: abs(level - self._market.last), default=price)
            before = len(self._account.fills)
            self._reach(max(at_ms, self._clock.now + 1), stop)
            if len(self._account.fills) != before:
                self._visit()
            if stop == price:
                return

    def _levels(self) -> list[Decimal]:
        prices = (order.trigger_price or order.price for order in self._account.open_orders.values())
        return [price for price in prices if price]

    def _reach(self, at_ms: int, price: Decimal) -> None:
        self._clock.now = max(self._clock.now, at_ms)
        self._engine.advance(self._clock.now, {SYMBOL: price})
        # A backtest knows no spread.
        self._market.bid = self._market.ask = price
        self._drain()

    def _pass(self, target: int) -> None:
        self._engine.advance(target)
        self._drain()

    def _drain(self) -> None:
        for event in self._engine.drain_events("u1"):
            for message in private_messages({"topic": event.topic, "data": event.data}):
                self._inbox.post(RUN_ID, message)

    def _visit(self) -> None:
        while True:
            self._ticks += 1
            token = f"token-{self._ticks}"
            self._workflow.open_tokens[token] = RUN_ID
            self._tick(RUN_ID, token, 1_000)
            if token in self._workflow.open_tokens:
                self._workflow.open_tokens.pop(token)
                return

    @staticmethod
    def _price(value: Any) -> Decimal:
        return INSTRUMENT.round_price(Decimal(str(float(value))))


def _between(start: Decimal, level: Decimal, end: Decimal) -> bool:
    """Whether ``level`` lies on the way from ``start`` to ``end``, neither of them counted but the end."""
    return start < level <= end or end <= level < start
