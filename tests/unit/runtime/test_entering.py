"""From a signal to an entry: what is risked, and every reason not to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import CancelOrder, Decision, Judged, NothingNew, PlaceOrder, Situation
from chalicelib.domain.runtime.halt import Halt, HaltMode
from chalicelib.domain.runtime.intent import IntentKind, IntentStatus
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.record import BarView, RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from chalicelib.domain.strategy.parse import parse_strategy
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import PRICE, a_holding_state, a_protected_holding
from tests.simulation.scenario import START_MS, document, terms_of

INSTRUMENT = CATALOGUE["BTCUSDT"].instrument
NOW = START_MS + 60_500 - START_MS % 60_000
BAR = NOW - NOW % 60_000 - 60_000


def _decide(
    *,
    changes: dict[str, Any] | None = None,
    price: Decimal | None = PRICE,
    bar: int = BAR,
    late_ms: int = 0,
    **more: Any,
) -> Decision:
    strategy = document()
    for part, values in more.pop("strategy", {}).items():
        strategy[part] = {**strategy[part], **values}
    spec = parse_strategy(strategy)
    state = RunState(
        status=RunStatus.RUNNING,
        trading=TradingState.IDLE,
        leverage_set=True,
        reconcile_due="",
        reconciled_ms=NOW,
        equity=Decimal(10_000),
        bar=BarView(BAR - 60_000, PRICE, None),
        event_seq=1,
    )
    record = RunRecord(terms_of(spec, INSTRUMENT, 60), replace(state, **(changes or {})), epoch=1)
    judgement = Judgement(bar, PRICE, PRICE, PRICE, more.pop("signal", Side.BUY), False, False)
    situation = Situation(NOW, NOW + late_ms, spec, INSTRUMENT, more.pop("halt", None))
    return decide(record, (Judged(judgement, price),), situation)


def _blocked(decision: Decision) -> list[str]:
    return [event.key.removeprefix("events.risk_blocked.") for event in decision.events if "risk_blocked" in event.key]


def test_a_signal_becomes_one_intent_with_its_stop_and_target_and_is_sent() -> None:
    decision = _decide()
    (command,) = [command for command in decision.commands if isinstance(command, PlaceOrder)]
    intent = command.intent
    assert decision.intents == (intent,)
    assert (intent.side, intent.order_type, intent.request().reduce_only) == (
        Side.BUY,
        "Market",
        False,
    )
    assert intent.stop_loss is not None
    assert intent.take_profit is not None
    assert intent.stop_loss < PRICE < intent.take_profit
    assert decision.state.trading is TradingState.ARMED
    assert decision.state.entry == intent


@pytest.mark.parametrize("side", list(Side))
def test_the_quantity_is_capped_by_the_largest_position_and_floored_to_the_step(side: Side) -> None:
    (intent,) = _decide(signal=side).intents
    assert intent.qty * PRICE <= 1_000
    assert intent.qty % INSTRUMENT.qty_step == 0
    assert intent.qty + INSTRUMENT.qty_step > 1_000 / PRICE


@pytest.mark.parametrize(
    ("reason", "arguments"),
    [
        ("cooldown", {"changes": {"cooldown_until_ms": NOW + 1}}),
        ("order_rate", {"changes": {"order_times_ms": tuple([NOW - 1] * 20)}}),
        ("unknown_fact", {"price": None}),
        ("unknown_fact", {"changes": {"equity": None}}),
        ("not_reconciled", {"changes": {"reconciled_ms": NOW - 90_001}}),
        ("not_reconciled", {"changes": {"reconcile_due": "reconnect"}}),
        ("stale_candle", {"late_ms": 61_000}),
        ("slippage", {"price": PRICE * Decimal("1.006")}),
        ("order_rules", {"strategy": {"risk": {"maxPositionSizeUsd": 10}}}),
    ],
)
def test_a_guard_blocks_the_signal_and_says_why(reason: str, arguments: dict[str, Any]) -> None:
    decision = _decide(**arguments)
    assert _blocked(decision) == [reason]
    assert decision.intents == ()
    assert decision.state.trading is TradingState.IDLE


def test_no_entry_in_the_last_seconds_of_a_run() -> None:
    strategy = parse_strategy(document())
    terms = terms_of(strategy, INSTRUMENT, 60)
    assert terms.deadline_ms - NOW > 5_000
    late = replace(terms, deadline_ms=NOW + 4_000)
    state = RunState(
        status=RunStatus.RUNNING,
        leverage_set=True,
        reconcile_due="",
        reconciled_ms=NOW,
        equity=Decimal(10_000),
        bar=BarView(BAR - 60_000, PRICE, None),
    )
    judgement = Judgement(BAR, PRICE, PRICE, PRICE, Side.BUY, False, False)
    situation = Situation(NOW, NOW, strategy, INSTRUMENT)
    decision = decide(RunRecord(late, state), (Judged(judgement, PRICE),), situation)
    assert _blocked(decision) == ["run_ending"]


def test_a_kill_switch_that_blocks_lets_the_run_go_on_without_entering() -> None:
    decision = _decide(halt=Halt("BTCUSDT 0.02 ≠ 0", HaltMode.BLOCK))
    assert _blocked(decision) == ["kill_switch"]
    assert (decision.state.status, decision.intents) == (RunStatus.RUNNING, ())


def test_a_kill_switch_that_blocks_takes_a_resting_entry_back_and_nothing_else() -> None:
    sent = _decide()
    (entry,) = sent.intents
    state = replace(sent.state, entry=replace(entry, status=IntentStatus.OPEN), trading=TradingState.ENTRY_PENDING)
    spec = parse_strategy(document())
    blocked = Situation(NOW + 1, NOW + 1, spec, INSTRUMENT, Halt("why", HaltMode.BLOCK))
    decision = decide(RunRecord(terms_of(spec, INSTRUMENT, 60), state, epoch=1), (), blocked)
    assert decision.commands == (CancelOrder(entry.order_link_id, entry.intent_id),)
    assert decision.state.status is RunStatus.RUNNING


def test_a_kill_switch_that_blocks_leaves_a_position_its_stop_and_its_exits() -> None:
    record, situation = _held(Side.BUY, "close")
    decision = _opposite(record, replace(situation, halt=Halt("why", HaltMode.BLOCK)))
    (command,) = decision.commands
    assert isinstance(command, PlaceOrder)
    assert (command.intent.kind, decision.state.status) == (IntentKind.EXIT, RunStatus.RUNNING)


def test_an_engaged_kill_switch_stops_the_run_instead_of_entering() -> None:
    decision = _decide(halt=Halt("drill"))
    assert decision.state.stop_reason is StopReason.KILL_SWITCH
    assert decision.intents == ()


def test_the_first_bar_of_a_run_is_history_and_no_signal() -> None:
    decision = _decide(changes={"bar": None})
    assert decision.intents == ()
    assert decision.state.bar is not None


def test_a_bar_that_cannot_be_read_yet_is_waited_for_and_not_asked_for_again_at_once() -> None:
    spec = parse_strategy(document())
    state = RunState(status=RunStatus.RUNNING, leverage_set=True, reconcile_due="", reconciled_ms=NOW)
    record, situation = RunRecord(terms_of(spec, INSTRUMENT, 60), state), Situation(NOW, NOW, spec, INSTRUMENT)
    assert decide(record, (), situation).reads.candles
    waits = decide(record, (NothingNew(),), situation)
    assert (waits.reads.candles, waits.waiting) == (False, True)


def test_the_same_bar_told_twice_is_judged_once() -> None:
    decision = _decide(bar=BAR - 60_000)
    assert decision.intents == ()


@pytest.mark.parametrize(
    ("net", "daily", "reason"),
    [("-100", None, StopReason.RISK), ("-99.99", None, None), ("-40", 50, StopReason.RISK), ("-39", 50, None)],
)
def test_a_loss_limit_reached_stops_the_run(net: str, daily: int | None, reason: StopReason | None) -> None:
    strategy = document()
    if daily is not None:
        strategy["risk"]["dailyLossLimitUsd"] = daily
    spec = parse_strategy(strategy)
    terms = replace(terms_of(spec, INSTRUMENT, 60), net_today=Decimal(-10) if daily else Decimal(0))
    state = RunState(status=RunStatus.RUNNING, leverage_set=True, reconcile_due="", reconciled_ms=NOW)
    state.ledger = state.ledger.plus(gross=Decimal(net))
    decision = decide(RunRecord(terms, state), (), Situation(NOW, NOW, spec, INSTRUMENT))
    assert decision.state.stop_reason is reason


def _held(side: Side, on_opposite: str) -> tuple[RunRecord, Situation]:
    strategy = document()
    strategy["entry"]["onOpposite"] = on_opposite
    spec = parse_strategy(strategy)
    holding = a_protected_holding(side, BAR, entry_bar_ms=BAR - 60_000)
    state = a_holding_state(holding, NOW, bar=BarView(BAR - 60_000, PRICE, None))
    return RunRecord(terms_of(spec, INSTRUMENT, 60), state), Situation(NOW, NOW, spec, INSTRUMENT)


def _opposite(record: RunRecord, situation: Situation) -> Decision:
    judgement = Judgement(BAR, PRICE, PRICE, PRICE, Side.SELL, False, False)
    return decide(record, (Judged(judgement, PRICE),), situation)


@pytest.mark.parametrize(
    ("rule", "closes", "turns"), [("ignore", False, False), ("close", True, False), ("reverse", True, True)]
)
def test_an_opposite_signal_is_ignored_closes_or_reverses(rule: str, closes: bool, turns: bool) -> None:
    record, situation = _held(Side.BUY, rule)
    decision = _opposite(record, situation)
    assert decision.state.holding is not None
    assert bool(decision.state.holding.closing) is closes
    flat = replace(
        decision.state,
        holding=None,
        exit=None,
        trading=TradingState.IDLE,
        cooldown_until_ms=NOW + 30_000,
        reconcile_due="",
        reconciled_ms=NOW,
    )
    after = decide(replace(record, state=flat), (), situation)
    assert [(intent.kind.value, intent.side) for intent in after.intents] == ([("entry", Side.SELL)] if turns else [])
    assert after.state.reversal is None


def test_a_newer_bar_overtakes_a_reversal_that_waits() -> None:
    record, situation = _held(Side.BUY, "reverse")
    waiting = _opposite(record, situation).state
    newer = Judgement(BAR + 60_000, PRICE, PRICE, PRICE, None, False, False)
    decision = decide(replace(record, state=waiting), (Judged(newer, PRICE),), situation)
    assert decision.state.reversal is None
