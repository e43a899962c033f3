"""The orders of a ladder follow from its plan and the position: what rests, what is moved, what is taken away."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import (
    CancelOrder,
    CommandDone,
    Decision,
    Fact,
    Judged,
    PlaceOrder,
    SetProtection,
    Situation,
)
from chalicelib.domain.runtime.facts import ExecType, ExecutionFact, OrderFact, OrderStatus, PositionFact
from chalicelib.domain.runtime.halt import Halt, HaltMode
from chalicelib.domain.runtime.intent import Intent, IntentKind, IntentStatus
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.ladder import RESTING_AT_ONCE
from chalicelib.domain.runtime.messages import (
    ExecutionUpdate,
    OrderUpdate,
    PauseRequested,
    PositionUpdate,
    StopRequested,
)
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind, ProtectionRequest
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.report import figures
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from chalicelib.domain.strategy.levels import levels
from chalicelib.domain.strategy.parse import parse_strategy
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import PRICE, QTY, a_holding_state, a_position, a_protected_holding
from tests.simulation.scenario import START_MS, Shape, document, terms_of

INSTRUMENT = CATALOGUE["BTCUSDT"].instrument


class Bot:
    """A run that holds a long of ``QTY`` at ``PRICE`` with its stop seen, and what may happen to it."""

    def __init__(self, shape: Shape, *, protected: bool = True, qty: Decimal = QTY, **changes: Any) -> None:
        strategy = document(shape=shape)
        for part, values in changes.items():
            strategy[part] = {**strategy[part], **values}
        self.spec = parse_strategy(strategy)
        self.now = START_MS
        self.halt: Halt | None = None
        self.fills: list[Any] = []
        self.executions = 0
        around = levels(self.spec, Side.BUY, PRICE, {}, INSTRUMENT)
        holding = a_protected_holding(
            Side.BUY,
            START_MS,
            qty=qty,
            stop_loss=around.stop_loss,
            take_profit=around.take_profit,
            seen_stop_loss=around.stop_loss if protected else None,
            seen_take_profit=around.take_profit if protected else None,
            protected_ms=START_MS if protected else None,
            opened_qty=qty,
        )
        state = a_holding_state(holding, START_MS, event_seq=1, intent_seq=1)
        self.record = RunRecord(terms_of(self.spec, INSTRUMENT, 60), state, epoch=1)

    def resize(self, qty: Decimal, **changes: Any) -> None:
        """Another size at the same average price; ``changes`` are of the state."""
        holding = replace(self.holding, qty=qty, entry_value=qty * self.holding.entry_price)
        self.record = replace(self.record, state=replace(self.state, holding=holding, **changes))

    @property
    def state(self) -> RunState:
        return self.record.state

    @property
    def holding(self) -> Holding:
        assert self.state.holding is not None
        return self.state.holding

    def decide(self, *facts: Fact, pass_ms: int = 0) -> Decision:
        self.now += pass_ms
        decision = decide(self.record, facts, Situation(self.now, self.now, self.spec, INSTRUMENT, self.halt))
        self.record = replace(self.record, state=decision.state)
        self.fills += decision.fills
        return decision

    def rest(self) -> list[Intent]:
        """Places the ladder and lets the exchange take every order of it."""
        placed = _placed(self.decide())
        for intent in placed:
            self.decide(CommandDone(PlaceOrder(intent), Outcome(OutcomeKind.ACKNOWLEDGED, f"o{intent.rung}")))
        return placed

    def fill(self, intent: Intent, qty: Decimal | None = None) -> Decision:
        self.executions += 1
        qty = qty or intent.qty
        closing = Decimal(0) if intent.kind.opens else qty
        execution = ExecutionFact(
            f"e{self.executions}",
            f"o{intent.rung}",
            intent.order_link_id,
            "BTCUSDT",
            intent.side,
            ExecType.TRADE,
            intent.price or PRICE,
            qty,
            Decimal("0.01"),
            closing,
            "CreateByUser",
            True,
            self.now + self.executions,
        )
        return self.decide(ExecutionUpdate(execution))

    def refuse(self, intent: Intent, policy: str = "PRICE_SIZE") -> Decision:
        return self.decide(CommandDone(PlaceOrder(intent), Outcome(OutcomeKind.REJECTED, "", 1, policy, "no")))

    def show(self, position: PositionFact) -> Decision:
        return self.decide(PositionUpdate(position))

    def shown(self, intent: Intent, status: OrderStatus) -> Decision:
        order = OrderFact(
            f"o{intent.rung}",
            intent.order_link_id,
            "BTCUSDT",
            intent.side,
            "Limit",
            status,
            intent.qty,
            intent.price,
            intent.booked_qty,
            None,
            not intent.kind.opens,
            "CreateByUser",
            "",
            None,
            None,
            None,
            "EC_NoError",
            self.now,
            self.now,
        )
        return self.decide(OrderUpdate(order))


def _placed(decision: Decision) -> list[Intent]:
    return [command.intent for command in decision.commands if isinstance(command, PlaceOrder)]


def _moved(decision: Decision) -> list[ProtectionRequest]:
    return [command.protection for command in decision.commands if isinstance(command, SetProtection)]


def _cancelled(decision: Decision) -> list[str]:
    return [command.order_link_id for command in decision.commands if isinstance(command, CancelOrder)]


def _keys(decision: Decision) -> list[str]:
    return [event.key for event in decision.events]


# --- take-profit ladders ----------------------------------------------------------------------------------------------


def test_the_steps_but_the_last_rest_as_reduce_only_limits_and_the_last_is_the_positions_own_target() -> None:
    bot = Bot(Shape.STEPS)
    steps = _placed(bot.decide())

    assert [(step.kind, step.side, step.qty, step.price) for step in steps] == [
        (IntentKind.STEP, Side.SELL, Decimal("0.004"), Decimal(40_020)),
        (IntentKind.STEP, Side.SELL, Decimal("0.003"), Decimal(40_040)),
    ]
    assert all(step.request().reduce_only and step.request().stop_loss is None for step in steps)
    assert bot.holding.take_profit == Decimal(40_120)


def test_no_step_rests_before_the_stop_is_seen() -> None:
    assert _placed(Bot(Shape.STEPS, protected=False).decide()) == []


def test_steps_that_are_too_small_join_the_next() -> None:
    assert [step.qty for step in _placed(Bot(Shape.STEPS, qty=Decimal("0.002")).decide())] == [Decimal("0.001")]


def test_a_resting_ladder_is_left_alone() -> None:
    bot = Bot(Shape.STEPS)
    bot.rest()
    assert bot.decide(pass_ms=30_000).commands == ()


def test_a_filled_step_reduces_the_position_and_is_not_placed_again() -> None:
    bot = Bot(Shape.STEPS)
    first, _ = bot.rest()
    decision = bot.fill(first)

    assert bot.holding.qty == Decimal("0.006")
    assert (decision.commands, bot.state.trading) == ((), TradingState.EXIT_PENDING)
    assert [rung.left for rung in bot.holding.rungs] == [0, Decimal("0.003")]


def test_steps_are_made_smaller_with_the_position() -> None:
    bot = Bot(Shape.STEPS)
    first, second = bot.rest()
    bot.resize(Decimal("0.005"))

    assert _cancelled(bot.decide()) == [second.order_link_id]
    assert _placed(bot.shown(second, OrderStatus.CANCELLED))[0].qty == Decimal("0.001")
    assert first.intent_id in [intent.intent_id for intent in bot.state.ladder]


def test_an_entry_that_rests_partly_filled_has_its_steps_and_they_grow_with_it() -> None:
    bot = Bot(Shape.STEPS)
    entry = Intent(
        "000001",
        IntentKind.ENTRY,
        "sim-x-e1",
        "BTCUSDT",
        Side.BUY,
        "Limit",
        Decimal("0.030"),
        PRICE,
        None,
        None,
        "signal",
        1,
        IntentStatus.PARTIAL,
        START_MS,
        START_MS,
        booked_qty=QTY,
        filled_qty=QTY,
    )
    bot.record = replace(bot.record, state=replace(bot.state, entry=entry))
    small = bot.rest()
    bot.now += 3_000
    grown = bot.fill(entry, Decimal("0.020"))

    assert [step.qty for step in small] == [Decimal("0.004"), Decimal("0.003")]
    assert _cancelled(grown) == [step.order_link_id for step in small]
    assert [rung.qty for rung in bot.holding.rungs] == [Decimal("0.012"), Decimal("0.009")]


def test_a_refused_step_is_tried_again_later_and_given_up_after_three_times() -> None:
    bot = Bot(Shape.STEPS, guards={"pauseOnError": False})
    (step, _) = _placed(bot.decide())
    waits = []
    for wait in (1_000, 2_000):
        assert not [again for again in _placed(bot.refuse(step)) if again.rung == step.rung]
        (step,) = [again for again in _placed(bot.decide(pass_ms=wait)) if again.rung == step.rung]
        waits.append(step.intent_id)
    last = bot.refuse(step)

    assert "events.finding.rung_given_up" in _keys(last)
    assert not [again for again in _placed(bot.decide(pass_ms=60_000)) if again.rung == step.rung]
    assert len(set(waits)) == 2


def test_orders_that_we_held_back_ourselves_are_placed_a_second_later_and_pause_nothing() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    orders = _placed(bot.decide())
    late = Outcome(OutcomeKind.DENIED, "", 0, "BACKOFF", "too late to send")
    answers = [bot.decide(CommandDone(PlaceOrder(order), late)) for order in orders]
    again = bot.decide(pass_ms=1_000)

    assert [_keys(answer) for answer in answers] == [["events.order_update.denied"]] * 3
    assert [_placed(answer) for answer in answers] == [[]] * 3
    assert [order.rung for order in _placed(again)] == [1, 2, 3]
    assert (bot.state.status, bot.state.counts.errors) == (RunStatus.RUNNING, 0)


def test_a_step_that_meets_no_position_asks_for_a_reading_and_nothing_is_placed_before_it() -> None:
    bot = Bot(Shape.STEPS)
    step, _ = _placed(bot.decide())
    decision = bot.refuse(step, "ALREADY_FLAT")

    assert decision.reads.snapshot
    assert _placed(decision) == []
    assert "events.error.order_rejected" not in _keys(decision)


def test_an_order_that_somebody_takes_away_again_and_again_is_given_up() -> None:
    bot = Bot(Shape.STEPS)
    step, other = bot.rest()
    for _ in range(3):
        bot.shown(step, OrderStatus.CANCELLED)
        placed = [again for again in _placed(bot.decide(pass_ms=5_000)) if again.rung == step.rung]
        if placed:
            (step,) = placed
            bot.decide(CommandDone(PlaceOrder(step), Outcome(OutcomeKind.ACKNOWLEDGED, "o1")))

    assert [intent.intent_id for intent in bot.state.ladder] == [other.intent_id]


@pytest.mark.parametrize("shape", [Shape.STEPS, Shape.DCA])
def test_a_stop_cancels_the_ladder_and_the_run_does_not_end_while_an_order_of_it_rests(shape: Shape) -> None:
    bot = Bot(shape)
    orders = bot.rest()
    decision = bot.decide(StopRequested(StopReason.MANUAL, None, "user"))

    assert _cancelled(decision) == [order.order_link_id for order in orders]
    assert [intent.kind for intent in _placed(decision)] == [IntentKind.EXIT]
    bot.decide(CommandDone(decision.commands[0], Outcome(OutcomeKind.ACKNOWLEDGED, "o0")))
    bot.fill(_placed(decision)[0])
    assert bot.state.holding is None
    assert (bot.state.status, bot.state.trading) == (RunStatus.STOPPING, TradingState.EXIT_PENDING)
    for order in orders:
        bot.shown(order, OrderStatus.CANCELLED)
    assert bot.state.trading is TradingState.IDLE


def test_several_exits_of_one_entry_are_one_trade_that_adds_up_to_the_cent() -> None:
    bot = Bot(Shape.STEPS)
    entry = replace(bot.rest()[0], kind=IntentKind.ENTRY, side=Side.BUY, qty=QTY, price=PRICE)
    first, second = bot.state.ladder
    opened = Bot(Shape.STEPS)
    opened.record = replace(opened.record, state=replace(opened.state, holding=None, entry=entry, ladder=()))
    opened.fill(entry, QTY)
    bot.fill(first)
    bot.fill(second)
    (trade,) = figures([*opened.fills, *bot.fills, *_last_exit(bot)]).trades

    assert (trade.qty, trade.exit_reason) == (QTY, "take_profit")
    assert trade.gross == Decimal("0.004") * 20 + Decimal("0.003") * 40 + Decimal("0.003") * 120
    assert trade.fees == Decimal("0.04")


def _last_exit(bot: Bot) -> list[Any]:
    bot.executions += 1
    child = ExecutionFact(
        "tp",
        "child",
        "",
        "BTCUSDT",
        Side.SELL,
        ExecType.TRADE,
        Decimal(40_120),
        bot.holding.qty,
        Decimal("0.01"),
        bot.holding.qty,
        "CreateByTakeProfit",
        False,
        bot.now + 10,
    )
    return list(bot.decide(ExecutionUpdate(child)).fills)


# --- DCA ladders ------------------------------------------------------------------------------------------------------


def test_safety_orders_rest_below_a_long_and_carry_the_levels_of_their_average() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    orders = _placed(bot.decide())

    assert [(order.kind, order.side, order.qty) for order in orders] == [
        (IntentKind.SAFETY, Side.BUY, Decimal("0.005"))
    ] * 3
    prices = [PRICE]
    for order in orders:
        assert order.price is not None
        prices.append(order.price)
        around = levels(bot.spec, Side.BUY, sum(prices, Decimal(0)) / len(prices), {}, INSTRUMENT)
        assert (order.stop_loss, order.take_profit) == (around.stop_loss, around.take_profit)
        assert not order.request().reduce_only


def test_each_safety_fill_moves_stop_and_target_to_the_new_average_without_taking_them_away() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    before = bot.holding.stop_loss
    first, *_ = bot.rest()
    # Executed in part: the order has brought the levels of its whole fill.
    bot.show(a_position(size=Decimal("0.007"), stop_loss=first.stop_loss, take_profit=first.take_profit))
    decision = bot.fill(first, Decimal("0.002"))

    (moved,) = _moved(decision)
    around = levels(bot.spec, Side.BUY, bot.holding.entry_price, {}, INSTRUMENT)
    assert (moved.stop_loss, moved.take_profit) == (around.stop_loss, around.take_profit)
    assert before is not None
    assert moved.stop_loss < before
    assert _cancelled(decision) == []


def test_a_fill_that_the_position_shows_first_keeps_the_levels_it_brought() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    first, *_ = bot.rest()
    shown = bot.show(a_position(size=Decimal("0.010"), stop_loss=first.stop_loss, take_profit=first.take_profit))
    booked = bot.fill(first)

    assert (_moved(shown), shown.reads.snapshot) == ([], True)
    assert (_moved(booked), bot.holding.in_sync) == ([], True)


def test_a_fill_that_the_position_does_not_show_yet_is_looked_at_before_levels_are_moved() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    first, *_ = bot.rest()
    booked = bot.fill(first)
    shown = bot.show(a_position(size=Decimal("0.010"), stop_loss=first.stop_loss, take_profit=first.take_profit))

    assert (_moved(booked), booked.reads.snapshot) == ([], True)
    assert (_moved(shown), bot.holding.in_sync) == ([], True)


def test_the_ladder_stands_where_the_first_fill_put_it() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    first, *_ = bot.rest()
    planned = [rung.price for rung in bot.holding.rungs]
    bot.fill(first)

    assert [rung.price for rung in bot.holding.rungs] == planned


def test_safety_orders_wait_for_the_order_rate() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"), guards={"maxOrdersPerMinute": 2})
    assert len(bot.rest()) == 2
    assert bot.decide(pass_ms=30_000).commands == ()
    assert len(_placed(bot.decide(pass_ms=30_001))) == 1


def test_a_pause_takes_safety_orders_away_and_leaves_steps() -> None:
    safety, steps = Bot(Shape.DCA, qty=Decimal("0.005")), Bot(Shape.STEPS)
    orders = safety.rest()
    steps.rest()

    assert _cancelled(safety.decide(PauseRequested("user", "1"))) == [order.order_link_id for order in orders]
    assert _cancelled(steps.decide(PauseRequested("user", "1"))) == []


def test_a_block_of_new_exposure_takes_safety_orders_away_until_it_is_released() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    orders = bot.rest()
    bot.halt = Halt("drill", HaltMode.BLOCK)
    assert _cancelled(bot.decide()) == [order.order_link_id for order in orders]
    for order in orders:
        bot.shown(order, OrderStatus.CANCELLED)
    bot.halt = None
    assert len(_placed(bot.decide(pass_ms=60_001))) == len(orders)


def test_position_and_resting_orders_together_never_exceed_the_largest_position() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    bot.decide()
    # Somebody has added to the position by hand.
    bot.resize(Decimal("0.024"), ladder=())
    assert [order.qty for order in _placed(bot.decide())] == [Decimal("0.005")]


def test_no_more_orders_rest_at_once_than_one_transaction_holds() -> None:
    dca = {"baseOrderSizeUsd": 50, "maxSafetyOrders": 12, "priceStepPct": 0.03, "stepScale": 1, "volumeScale": 1}
    bot = Bot(Shape.DCA, qty=Decimal("0.002"), dca=dca, guards={"maxOrdersPerMinute": 60})
    orders = bot.rest()

    assert len(orders) == RESTING_AT_ONCE
    assert [order.rung for order in _placed(bot.fill(orders[0]))] == [RESTING_AT_ONCE + 1]


def test_a_safety_order_that_fills_after_the_exit_is_closed_at_once() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    first, *_ = bot.rest()
    state = replace(bot.state, holding=None, trading=TradingState.EXIT_PENDING)
    bot.record = replace(bot.record, state=state)
    decision = bot.fill(first)

    assert bot.holding.closing == "late_safety_order"
    assert bot.holding.stop_loss == first.stop_loss
    exits = [intent for intent in _placed(decision) if intent.kind is IntentKind.EXIT]
    assert [intent.qty for intent in exits] == [first.qty]


def test_no_entry_while_an_order_of_the_last_ladder_may_still_fill() -> None:
    bot = Bot(Shape.DCA, qty=Decimal("0.005"))
    bot.rest()
    bot.record = replace(bot.record, state=replace(bot.state, holding=None, trading=TradingState.IDLE))
    bar = START_MS - START_MS % 60_000 + 60_000
    bot.now = bar + 60_500
    bot.record = replace(bot.record, state=replace(bot.state, reconciled_ms=bot.now))
    decision = bot.decide(Judged(Judgement(bar, PRICE, PRICE, PRICE, Side.BUY, False, False), PRICE))

    assert _placed(decision) == []


def _entry(**changes: Any) -> Decision:
    bot = Bot(Shape.DCA, **changes)
    bar = START_MS - START_MS % 60_000 + 60_000
    bot.now = bar + 60_500
    state = replace(bot.state, holding=None, trading=TradingState.IDLE, reconciled_ms=bot.now)
    bot.record = replace(bot.record, state=state)
    return bot.decide(Judged(Judgement(bar, PRICE, PRICE, PRICE, Side.BUY, False, False), PRICE))


def test_the_first_order_of_a_ladder_has_its_own_size() -> None:
    (intent,) = _placed(_entry())
    assert (intent.kind, intent.order_type, intent.qty) == (IntentKind.ENTRY, "Market", Decimal("0.005"))


def test_a_ladder_that_would_be_worth_more_than_the_account_can_carry_is_not_begun() -> None:
    bot = Bot(Shape.DCA)
    bar = START_MS - START_MS % 60_000 + 60_000
    bot.now = bar + 60_500
    state = replace(bot.state, holding=None, trading=TradingState.IDLE, reconciled_ms=bot.now, equity=Decimal(150))
    bot.record = replace(bot.record, state=state)
    decision = bot.decide(Judged(Judgement(bar, PRICE, PRICE, PRICE, Side.BUY, False, False), PRICE))

    assert "events.risk_blocked.ladder_exposure" in _keys(decision)
    assert _placed(decision) == []
