"""The safety net: whatever ended a run's execution, the run ends in order and leaves nothing on the exchange."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.runtime.messages import StopRequested
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.domain.runtime.states import RunStatus, StopReason
from chalicelib.ports import ExchangeRefused
from chalicelib.services.runs.finalize import SILENT_MS, UNSTARTED_MS, SweepRuns
from chalicelib.services.sidecar.look_again import CANDLE_AHEAD_MS, CANDLE_LATE_MS
from tests.simulation.scenario import RUN_ID, SYMBOL, WORKSPACE, Shape
from tests.simulation.world import SUPERVISION_MS, Options, Simulated, finalizer


def _half_way(seed: int = 5) -> Simulated:
    """A run in the middle of its time, holding a position."""
    simulated = Simulated(Options(seed=seed, minutes=30, busy=1.0, volatility=0.00001))
    while simulated.record.state.holding is None:
        simulated.visit()
        simulated.clock.advance(1_000)
    return simulated


def test_a_run_whose_execution_died_is_closed_and_ends_with_an_error() -> None:
    simulated = _half_way()
    assert finalizer(simulated)(RUN_ID) == "closed"
    state = simulated.record.state
    assert (state.status, state.stop_reason) == (RunStatus.ERROR, StopReason.ERROR)
    assert not simulated.account.positions[(SYMBOL, 0)].size
    assert not simulated.account.open_orders


def test_finalizing_again_changes_nothing() -> None:
    simulated = _half_way()
    finalize = finalizer(simulated)
    finalize(RUN_ID)
    before = simulated.record
    assert finalize(RUN_ID) == "ended"
    assert simulated.record == before


def test_a_run_that_cannot_be_closed_now_goes_on_in_a_fresh_execution() -> None:
    simulated = _half_way()
    simulated.session.down_until_ms = simulated.clock.now + 600_000
    assert finalizer(simulated)(RUN_ID) == "restarted"
    assert simulated.workflow.started == [(RUN_ID, 1, simulated.deadline_ms)]


def test_an_order_that_was_accepted_after_the_end_is_cancelled_and_told() -> None:
    simulated = Simulated(Options(seed=5, minutes=1)).run()
    late = {
        "category": "linear",
        "symbol": SYMBOL,
        "side": "Buy",
        "orderType": "Limit",
        "qty": "0.010",
        "price": "30000",
        "positionIdx": 0,
        "orderLinkId": "sim-ZZZZZZZZZZZZZZZZ-e9",
    }
    simulated.engine.create_order(simulated.account, late)
    assert finalizer(simulated)(RUN_ID) == "ended"
    assert not simulated.account.open_orders
    last = simulated.store.events(RUN_ID, 0, 500)[-1]
    assert (last["key"], last["seq"]) == ("events.finding.orphan_order", simulated.record.state.event_seq)


def test_somebody_elses_order_is_left_alone_after_the_end() -> None:
    simulated = Simulated(Options(seed=5, minutes=1)).run()
    order = {"category": "linear", "symbol": SYMBOL, "side": "Buy", "orderType": "Limit", "qty": "0.010"}
    simulated.engine.create_order(simulated.account, {**order, "price": "30000", "orderLinkId": "mine-1"})
    finalizer(simulated)(RUN_ID)
    assert len(simulated.account.open_orders) == 1


def test_the_sweeper_starts_what_was_never_started_and_finalizes_what_has_gone_silent() -> None:
    fresh = Simulated(Options(seed=5, minutes=30))
    sweep = SweepRuns(fresh.store, fresh.workflow, finalizer(fresh), fresh.clock)
    assert sweep().started == ()
    fresh.clock.advance(UNSTARTED_MS)
    assert sweep().started == (RUN_ID,)
    silent = _half_way()
    sweep = SweepRuns(silent.store, silent.workflow, finalizer(silent), silent.clock)
    silent.clock.advance(SILENT_MS - 3_000)
    assert sweep().finalized == ()
    silent.clock.advance(3_000)
    assert sweep().finalized == (RUN_ID,)
    assert silent.record.state.status is RunStatus.ERROR


def test_a_run_whose_execution_died_before_its_first_tick_is_ended_and_frees_its_slots() -> None:
    dead = Simulated(Options(seed=5, minutes=30))
    sweep = SweepRuns(dead.store, dead.workflow, finalizer(dead), dead.clock)
    dead.clock.advance(UNSTARTED_MS)
    assert sweep().started == (RUN_ID,)

    dead.clock.advance(SILENT_MS - UNSTARTED_MS)
    swept = sweep()

    assert (swept.started, swept.finalized) == ((), (RUN_ID,))
    state = dead.record.state
    assert (state.status.terminal, state.stop_reason) == (True, StopReason.ERROR)
    assert not any(position.size for position in dead.account.positions.values())
    assert not dead.account.open_orders
    assert RUN_ID in dead.store.reports
    assert dead.store.slots == {}
    assert dead.store.active() == ()


class _LateIndex:
    """A store whose index of active runs still names one whose rows are gone."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def active(self) -> tuple[ActiveRun, ...]:
        found: tuple[ActiveRun, ...] = self._store.active()
        return (replace(found[0], run_id="01GONE"), *found)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def test_the_sweeper_passes_over_a_run_that_the_index_names_and_the_table_has_not() -> None:
    silent = _half_way()
    sweep = SweepRuns(_LateIndex(silent.store), silent.workflow, finalizer(silent), silent.clock)
    silent.clock.advance(SILENT_MS)
    assert sweep().finalized == (RUN_ID,)


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize(("candles", "most_ms"), [(True, 60_500), (False, 60_000 + CANDLE_AHEAD_MS + CANDLE_LATE_MS)])
def test_while_something_is_held_the_account_is_read_each_minute_by_a_candle_or_without_it(
    seed: int, candles: bool, most_ms: int
) -> None:
    options = Options(seed=seed, minutes=15, busy=1.0, volatility=0.00001, candles=candles)
    simulated = Simulated(options).run()
    assert simulated.watch.entries
    assert simulated.watch.longest_unread_ms <= most_ms


def test_while_nothing_is_held_no_wake_is_spent_on_reading() -> None:
    simulated = Simulated(Options(seed=5, minutes=30, busy=0.0, candles=False)).run()
    supervised = 30 * 60_000 // SUPERVISION_MS
    assert not simulated.watch.entries
    assert simulated.ticks <= supervised + 3


@pytest.mark.parametrize("reason", [StopReason.MANUAL, StopReason.ERROR, StopReason.TIMEOUT])
def test_a_run_that_is_stopped_before_it_begins_leaves_the_users_own_position_alone(reason: StopReason) -> None:
    simulated = Simulated(Options(seed=5, minutes=10, volatility=0.00001))
    order = {"category": "linear", "symbol": SYMBOL, "side": "Buy", "orderType": "Market", "qty": "0.010"}
    simulated.engine.create_order(simulated.account, order)
    simulated.inbox.post(RUN_ID, StopRequested(reason, None, "user"))
    simulated.run()

    assert simulated.record.state.status.terminal
    assert simulated.account.positions[(SYMBOL, 0)].size == Decimal("0.010")
    assert simulated.switch.engaged(WORKSPACE) is None
    assert not simulated.store.reports[RUN_ID]["proven"]


class _Revoked:
    """The exchange after it has withdrawn the key: everything is refused, and counted."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        def refuse(*args: Any, **options: Any) -> Outcome:
            self.calls[name] += 1
            if name in ("place_order", "cancel_order", "set_protection"):
                return Outcome(OutcomeKind.REJECTED, "", 10003, "CREDENTIALS", "API key is invalid.")
            raise ExchangeRefused(10003, "CREDENTIALS", "API key is invalid.")

        return refuse


def test_a_run_whose_key_was_withdrawn_asks_at_the_pace_of_the_supervision_and_goes_on_with_another() -> None:
    simulated = _half_way()
    given, revoked = simulated.tick._exchange, _Revoked()
    simulated.tick._exchange = revoked
    simulated.clock.advance(simulated.deadline_ms - simulated.clock.now)
    ticks, hour = simulated.ticks, simulated.deadline_ms + 3_600_000
    while simulated.clock.now < hour:
        simulated._wait(simulated.visit())
    assert not simulated.record.state.status.terminal
    assert simulated.ticks - ticks <= 70
    assert revoked.calls["place_order"] <= 70
    assert revoked.calls["snapshot"] <= 1_000

    simulated.tick._exchange = given
    simulated.run()
    assert simulated.record.state.status is RunStatus.FINISHED
    assert simulated.store.reports[RUN_ID]["proven"]
    assert not simulated.account.positions[(SYMBOL, 0)].size
    assert not simulated.watch.violations


class _EveryFill(set[str]):
    """The executions that the exchange tells nobody of: all."""

    def __contains__(self, exec_id: object) -> bool:
        return exec_id is not None

    def __len__(self) -> int:
        return 1


@pytest.mark.parametrize("shape", [Shape.PLAIN, Shape.STEPS, Shape.DCA])
def test_a_run_whose_executions_are_never_told_ends_flat_and_says_that_its_report_is_incomplete(shape: Shape) -> None:
    simulated = Simulated(Options(seed=5, minutes=4, busy=1.0, volatility=0.00001, shape=shape))
    simulated.session.untold = _EveryFill()
    simulated.run()
    state = simulated.record.state
    keys = [event["key"] for event in simulated.store.events(RUN_ID, 0, 500)]

    assert (state.status, state.complete, state.living) == (RunStatus.FINISHED, False, ())
    assert "events.finding.unexplained_size" in keys
    assert "events.finding.executions_missing" in keys
    assert not simulated.account.positions[(SYMBOL, 0)].size
    assert not simulated.account.open_orders
