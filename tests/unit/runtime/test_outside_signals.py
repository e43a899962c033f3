"""Signals from outside: acted on at once, once, and under every guard of an entry."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.adapters.dynamodb import run_codec
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import Decision, Fact, Heard, Situation
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.messages import SignalReceived
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.record import BarView, RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus, TradingState
from chalicelib.domain.strategy.parse import parse_strategy
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import PRICE, a_running_state
from tests.simulation.scenario import START_MS, document, terms_of

INSTRUMENT = CATALOGUE["BTCUSDT"].instrument
NOW = START_MS + 90_000 - START_MS % 60_000
BAR = NOW - NOW % 60_000 - 60_000
BUY = SignalReceived("event-1", Side.BUY, NOW, NOW + 60_000)
RUNNING = a_running_state(NOW, bar=BarView(BAR, PRICE, None), event_seq=1)


def judged(signal: Side | None = Side.BUY, event_id: str = "event-1", price: Decimal | None = PRICE) -> Heard:
    return Heard(event_id, Judgement(BAR, PRICE, PRICE, PRICE, signal, False, False), price)


def after(*facts: Fact, state: RunState = RUNNING, now: int = NOW, on_opposite: str = "ignore") -> Decision:
    strategy = document()
    strategy["entry"] = {"long": {"type": "external"}, "onOpposite": on_opposite, "order": {"type": "Market"}}
    if on_opposite != "ignore":
        strategy["entry"]["short"] = {"type": "external"}
    spec = parse_strategy(strategy)
    record = RunRecord(terms_of(spec, INSTRUMENT, 60), state, epoch=1)
    return decide(record, facts, Situation(now, now, spec, INSTRUMENT))


def keys(decision: Decision) -> list[str]:
    return [event.key.removeprefix("events.") for event in decision.events if "state_transition" not in event.key]


def test_a_signal_asks_for_a_judgement_of_the_bar_it_stands_on() -> None:
    decision = after(BUY)
    assert decision.reads.candles
    assert decision.state.outside == BUY
    assert keys(decision) == ["signal_generated.outside"]


def test_a_judged_signal_becomes_one_entry_and_is_forgotten() -> None:
    decision = after(judged(), state=after(BUY).state)
    (intent,) = decision.intents
    assert intent.side is Side.BUY
    assert decision.state.outside is None
    (entry,) = [event for event in decision.events if event.key == "events.signal_generated.entry"]
    assert entry.data["eventId"] == "event-1"


def test_the_same_signal_told_again_changes_nothing() -> None:
    state = after(judged(), state=after(BUY).state).state
    decision = after(BUY, state=state)
    assert decision.state.outside is None
    assert decision.events == ()


def test_an_older_signal_that_comes_late_is_left_out() -> None:
    newer = replace(BUY, event_id="event-2", at_ms=NOW + 1)
    decision = after(BUY, state=after(newer).state)
    assert decision.state.outside == newer
    assert "risk_blocked.signal_overtaken" in keys(decision)


def test_a_newer_signal_takes_the_place_of_one_that_waits() -> None:
    newer = replace(BUY, event_id="event-2", at_ms=NOW + 1)
    decision = after(newer, state=after(BUY).state)
    assert decision.state.outside == newer
    assert "risk_blocked.signal_overtaken" in keys(decision)


@pytest.mark.parametrize(
    ("reason", "fact", "changes", "now"),
    [
        ("signal_stale", judged(), {}, NOW + 60_001),
        ("signal_not_running", judged(), {"status": RunStatus.PAUSED, "trading": TradingState.PAUSED}, NOW),
        ("signal_conditions", judged(None), {}, NOW),
        ("cooldown", judged(), {"cooldown_until_ms": NOW + 1}, NOW),
        ("unknown_fact", judged(price=None), {}, NOW),
        ("not_reconciled", judged(), {"reconciled_ms": NOW - 90_001}, NOW),
        ("order_rate", judged(), {"order_times_ms": tuple([NOW - 1] * 20)}, NOW),
    ],
)
def test_a_signal_that_may_not_be_traded_is_dropped_with_its_reason(
    reason: str, fact: Fact, changes: dict[str, Any], now: int
) -> None:
    decision = after(fact, state=replace(after(BUY).state, **changes), now=now)
    assert decision.intents == ()
    assert decision.state.outside is None
    assert f"risk_blocked.{reason}" in keys(decision)


def test_a_side_that_waits_for_no_outside_signal_takes_none() -> None:
    decision = after(replace(BUY, side=Side.SELL))
    assert decision.state.outside is None
    assert "risk_blocked.signal_not_asked" in keys(decision)


def test_the_price_that_the_sender_saw_is_the_one_that_slippage_counts_from() -> None:
    state = after(replace(BUY, price=PRICE * Decimal("0.99"))).state
    assert "risk_blocked.slippage" in keys(after(judged(), state=state))


def test_how_far_the_price_is_from_the_last_close_does_not_matter() -> None:
    decision = after(judged(price=PRICE * Decimal("1.01")), state=after(BUY).state)
    assert len(decision.intents) == 1


def test_a_signal_waits_for_a_bar_that_has_just_closed() -> None:
    state = after(BUY).state
    decision = after(judged(), state=state, now=BAR + 120_000)
    assert decision.intents == ()
    assert decision.state.outside == BUY
    assert decision.reads.candles


def holding_buy(state: RunState) -> RunState:
    holding = Holding(
        Side.BUY,
        Decimal("0.010"),
        Decimal("0.010") * PRICE,
        BAR,
        BAR - 60_000,
        "000001",
        stop_loss=PRICE - 1000,
        take_profit=PRICE + 1000,
        levels_final=True,
        seen_stop_loss=PRICE - 1000,
        seen_take_profit=PRICE + 1000,
        protected_ms=BAR,
    )
    return replace(state, holding=holding, trading=TradingState.IN_POSITION, last_price=PRICE)


def test_one_position_is_enough() -> None:
    decision = after(judged(), state=holding_buy(after(BUY).state))
    assert decision.intents == ()
    assert "risk_blocked.signal_busy" in keys(decision)


@pytest.mark.parametrize(("rule", "turns"), [("close", False), ("reverse", True)])
def test_a_signal_against_the_position_does_what_the_strategy_says(rule: str, turns: bool) -> None:
    sell = replace(BUY, side=Side.SELL)
    state = holding_buy(after(sell, on_opposite=rule).state)
    decision = after(judged(Side.SELL), state=state, on_opposite=rule)
    assert decision.state.holding is not None
    assert decision.state.holding.closing == "opposite_signal"
    assert (decision.state.reversal is not None) is turns
    assert decision.state.outside is None


def test_a_waiting_signal_survives_the_record() -> None:
    state = after(replace(BUY, price=PRICE)).state
    assert run_codec.STATE.validate_json(run_codec.dump(run_codec.STATE, state)) == state


def test_a_signal_survives_the_inbox() -> None:
    message = replace(BUY, price=PRICE)
    assert run_codec.MESSAGE.validate_json(run_codec.dump_message(message)) == message
