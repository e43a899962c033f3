"""Holds a finished run against the backtest of its own candles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.account_ports import StrategyRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import InUse
from chalicelib.domain.backtest.replay import Replay, ReplayTrade, SignalFate, compare, expected_trades
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.decision import Booked
from chalicelib.domain.runtime.intent import Intent, IntentKind, IntentStatus
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.domain.runtime.report import figures
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.plan import Plan, compile_plan
from chalicelib.ports import MarketData
from chalicelib.services.runs.look import LookAtRuns

_CANDLES_A_PAGE = 1000
_EVENTS_A_PAGE = 500
_REFUSED = (IntentStatus.REJECTED, IntentStatus.DENIED, IntentStatus.ABSENT, IntentStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class ReplayRun:
    """The use-case."""

    runs: LookAtRuns
    strategies: StrategyRepository
    market: MarketData

    def __call__(self, actor: Actor, run_id: str) -> Replay:
        """Each difference between the run and its backtest, with its cause.

        Raises NotFound, InUse while the run has not ended, ExchangeUnavailable when candles cannot be read.
        """
        record = self.runs.run(actor, run_id)
        terms = record.terms
        if not record.state.status.terminal:
            raise InUse("run.not_ended", "the run has not ended: there is nothing whole to replay")
        version = self.strategies.version(terms.workspace_id, terms.strategy_id, terms.strategy_version)
        plan = compile_plan(parse_strategy(version.normalised))
        intents = {intent.intent_id: intent for intent in self.runs.intents(actor, run_id)}
        signals = _signals(self._events(actor, run_id), intents)
        actual = self._actual(actor, run_id, signals)
        fates = tuple(signal.fate for signal in signals)
        window = _window(record, [fate.open_time_ms for fate in fates])
        if window is None:
            return compare((), actual, fates)
        bars = {interval: self._bars(record, plan, interval, *window) for interval in plan.timeframes}
        settings = Settings(
            taker_fee_bps=0,
            maker_fee_bps=0,
            fixed_qty=float(terms.instrument.min_order_qty),
            instrument=terms.instrument,
        )
        return compare(expected_trades(plan, bars, settings, *window), actual, fates)

    def _actual(self, actor: Actor, run_id: str, signals: Sequence[_Signal]) -> tuple[ReplayTrade, ...]:
        fills = self.runs.fills(actor, run_id)
        bar_of = {signal.intent_id: signal.fate.open_time_ms for signal in signals if signal.intent_id}
        asked = {fill.execution.time_ms: bar_of.get(fill.intent_id, 0) for fill in reversed(fills)}
        booked = (Booked(fill.execution, fill.intent_id, fill.exit_reason) for fill in fills)
        return tuple(
            ReplayTrade(
                trade.side,
                asked.get(trade.entry_ms, 0),
                trade.entry_ms,
                float(trade.entry_price),
                trade.exit_ms,
                float(trade.exit_price),
                trade.exit_reason,
            )
            for trade in figures(booked).trades
        )

    def _events(self, actor: Actor, run_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self.runs.events(actor, run_id, int(found[-1]["seq"]) if found else 0, _EVENTS_A_PAGE)
            found += page
            if len(page) < _EVENTS_A_PAGE:
                return found

    def _bars(self, record: RunRecord, plan: Plan, interval: Interval, from_ms: int, to_ms: int) -> Bars:
        length = interval.milliseconds
        begin = interval.open_time(from_ms) - (plan.required_bars[interval] + 2) * length
        found: list[Candle] = []
        for start in range(max(begin, 0), to_ms, _CANDLES_A_PAGE * length):
            stop = min(start + _CANDLES_A_PAGE * length, to_ms)
            found += self.market.candles_between(record.terms.symbol, interval, start, stop)
        return Bars.from_candles(found)


@dataclass(frozen=True, slots=True)
class _Signal:
    """An entry signal of the run, what became of it, and its intent ("" when it came to none)."""

    fate: SignalFate
    intent_id: str = ""


def _signals(events: Sequence[dict[str, Any]], intents: Mapping[str, Intent]) -> list[_Signal]:
    """The entry signals in the log, each with the first guard or intent that the log names after it."""
    found: list[_Signal] = []
    for event in events:
        if event["type"] == "signal_generated" and event["key"].endswith(".entry"):
            found.append(_Signal(SignalFate(int(event["data"]["openTimeMs"]))))
        elif not found or found[-1].intent_id or found[-1].fate.blocked:
            continue
        elif event["type"] == "risk_blocked":
            fate = SignalFate(found[-1].fate.open_time_ms, blocked=event["key"].rpartition(".")[2])
            found[-1] = _Signal(fate)
        elif event["type"] == "order_intent_created" and event.get("intentId"):
            intent_id = str(event["intentId"])
            rejected = _refusal(intents.get(intent_id))
            found[-1] = _Signal(SignalFate(found[-1].fate.open_time_ms, rejected=rejected), intent_id)
    return found


def _window(record: RunRecord, signal_bars: list[int]) -> tuple[int, int] | None:
    """From when to when (market time) bars were judged, None when none was.

    The run's own times are those of our clock; on an accelerated market only its bars say what the market's was.
    """
    state, length = record.state, record.terms.timeframe.milliseconds
    if state.bar is None or not state.started_ms:
        return None
    last_close = state.bar.open_time_ms + length
    runs_in_real_time = abs(last_close - state.ended_ms) <= 2 * length
    if runs_in_real_time:
        return state.started_ms - length, last_close
    first = min([*signal_bars, state.bar.open_time_ms])
    return first + length - 1, last_close


def _refusal(intent: Intent | None) -> str:
    if intent is None or intent.kind is not IntentKind.ENTRY or intent.booked_qty:
        return ""
    return (intent.detail or intent.status.value) if intent.status in _REFUSED else ""
