"""The run store and the inbox keep their promises: the same tests for the fakes and for DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from pynamodb.connection import Connection

from chalicelib.adapters.dynamodb.inbox import DynamoInbox
from chalicelib.adapters.dynamodb.kill_switch import DynamoKillSwitch
from chalicelib.adapters.dynamodb.run_tables import RUN_MODELS
from chalicelib.adapters.dynamodb.runs import DynamoRunStore
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.events import EventType, RunEvent
from chalicelib.domain.runtime.facts import ExecType, ExecutionFact
from chalicelib.domain.runtime.halt import HaltMode
from chalicelib.domain.runtime.intent import Intent, IntentKind, IntentStatus
from chalicelib.domain.runtime.messages import CandleClosed, StopRequested
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.record import LOOK_AFTER_MS, BarView, RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus, StopReason, TradingState
from chalicelib.domain.strategy.spec import OnStop
from chalicelib.ports import Conflict, FenceLost, NotFound
from chalicelib.run_ports import Commit, Fill, Inbox, KillState, KillSwitch, RunStore, StartLimits
from chalicelib.services.runs.report import MOST_TRADES
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.contract.moto_aws import REGION, moto_aws
from tests.fakes.busy_run import DAY_MS, busy_fills, busy_report
from tests.fakes.memory_inbox import MemoryInbox, MemoryWorkflow
from tests.fakes.memory_runs import MemoryRunStore
from tests.fakes.virtual_clock import VirtualClock
from tests.simulation.scenario import RUN_ID, START_MS, WORKSPACE, parsed, terms_of

LIMITS = StartLimits(max_active_runs=2, start_cooldown_ms=0)
QUEUED = RunEvent(1, START_MS, EventType.RUN_QUEUED, "events.run_queued")
INTENT = Intent(
    intent_id="000001",
    kind=IntentKind.ENTRY,
    order_link_id="sim-ZZZZZZZZZZZZZZZZ-e1",
    symbol="BTCUSDT",
    side=Side.BUY,
    order_type="Market",
    qty=Decimal("0.010"),
    price=None,
    stop_loss=Decimal("39000.10"),
    take_profit=Decimal("41000"),
    reason="signal",
    epoch=1,
    status=IntentStatus.SENT,
    created_ms=START_MS,
    updated_ms=START_MS,
    level_inputs={"atr:14": Decimal("12.5")},
)


@dataclass
class Stored:
    """One implementation of both ports, with the engine that it tells of wakes."""

    store: RunStore
    inbox: Inbox
    workflow: MemoryWorkflow
    switch: KillSwitch


@pytest.fixture(params=["memory", "dynamodb"])
def stored(request: pytest.FixtureRequest) -> Iterator[Stored]:
    workflow = MemoryWorkflow()
    if request.param == "memory":
        memory = MemoryRunStore()
        yield Stored(memory, MemoryInbox(memory, workflow), workflow, memory.switches)
        return
    with moto_aws(*RUN_MODELS):
        yield Stored(
            DynamoRunStore(Connection(region=REGION), VirtualClock()),
            DynamoInbox(workflow, VirtualClock()),
            workflow,
            DynamoKillSwitch(VirtualClock()),
        )


def _record(
    run_id: str = RUN_ID, symbol: str = "BTCUSDT", bot_id: str = "bot", created_ms: int = START_MS
) -> RunRecord:
    terms = terms_of(parsed(), CATALOGUE["BTCUSDT"].instrument, 5, created_ms)
    return RunRecord(replace(terms, run_id=run_id, symbol=symbol, bot_id=bot_id), RunState(event_seq=1))


def _event(seq: int) -> RunEvent:
    return RunEvent(seq, START_MS, EventType.ERROR, "events.error", params={"code": "1"}, data={"detail": "x"})


def _fill(exec_id: str) -> Fill:
    execution = ExecutionFact(
        exec_id=exec_id,
        order_id="o1",
        order_link_id=INTENT.order_link_id,
        symbol="BTCUSDT",
        side=Side.BUY,
        exec_type=ExecType.TRADE,
        price=Decimal("40000.10"),
        qty=Decimal("0.010"),
        fee=Decimal("0.22"),
        closed_size=Decimal(0),
        create_type="CreateByUser",
        is_maker=False,
        time_ms=START_MS,
    )
    return Fill(execution, INTENT.intent_id, "")


def test_a_stored_run_comes_back_as_it_went(stored: Stored) -> None:
    created = stored.store.create(_record(), QUEUED, LIMITS)
    state = RunState(
        status=RunStatus.STOPPING,
        trading=TradingState.EXIT_PENDING,
        stop_reason=StopReason.RISK,
        stop_policy=OnStop.LEAVE_PROTECTED,
        event_seq=2,
        entry=INTENT,
        holding=Holding(Side.BUY, Decimal("0.010"), Decimal("400.001"), 1, 2, "000001", {"atr:14": Decimal("1.5")}),
        bar=BarView(START_MS, Decimal("40000.00"), "Buy", ({"path": "/entry/long", "truth": True, "value": "1"},)),
        order_times_ms=(1, 2),
    )
    claimed = stored.store.claim(RUN_ID, START_MS + 5, 3)
    committed = stored.store.commit(
        claimed, Commit(state, intents=(INTENT,), events=(_event(2),), fills=(_fill("e1"),))
    )
    assert stored.store.get(RUN_ID) == committed
    assert committed.terms == created.terms
    assert (committed.epoch, committed.version, committed.segment, committed.tick_ms) == (1, 1, 3, START_MS + 5)
    assert stored.store.intents(RUN_ID) == (INTENT,)
    assert stored.store.fills(RUN_ID) == (_fill("e1"),)
    assert [event["seq"] for event in stored.store.events(RUN_ID, 0, 10)] == [1, 2]
    assert stored.store.events(RUN_ID, 1, 10)[0]["params"] == {"code": "1"}


def test_a_run_that_does_not_exist_is_not_found(stored: Stored) -> None:
    with pytest.raises(NotFound):
        stored.store.get(RUN_ID)
    with pytest.raises(NotFound):
        stored.store.claim(RUN_ID, START_MS, 0)


def test_a_later_claim_fences_the_earlier_one_off(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    first = stored.store.claim(RUN_ID, START_MS, 0)
    second = stored.store.claim(RUN_ID, START_MS, 0)
    assert not stored.store.holds(first)
    assert stored.store.holds(second)
    with pytest.raises(FenceLost):
        stored.store.commit(first, Commit(replace(first.state, event_seq=2), events=(_event(2),)))
    assert len(stored.store.events(RUN_ID, 0, 10)) == 1
    stored.store.commit(second, Commit(replace(second.state, event_seq=2), events=(_event(2),)))


def test_a_decision_cannot_be_written_twice(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    stored.store.commit(claimed, Commit(replace(claimed.state, event_seq=2), events=(_event(2),)))
    with pytest.raises(FenceLost):
        stored.store.commit(claimed, Commit(replace(claimed.state, event_seq=3), events=(_event(3),)))


def test_a_decision_that_changes_the_state_alone_is_fenced_as_well(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    first = stored.store.commit(claimed, Commit(replace(claimed.state, reconciled_ms=START_MS)))
    assert stored.store.get(RUN_ID) == first
    with pytest.raises(FenceLost):
        stored.store.commit(claimed, Commit(replace(claimed.state, reconciled_ms=START_MS + 1)))
    stored.store.claim(RUN_ID, START_MS + 1, 0)
    with pytest.raises(FenceLost):
        stored.store.commit(first, Commit(replace(first.state, reconciled_ms=START_MS + 2)))
    assert stored.store.get(RUN_ID).state == first.state


@pytest.mark.parametrize("again", ["event", "fill"])
def test_a_repeated_event_or_fill_refuses_the_whole_decision(stored: Stored, again: str) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    first = stored.store.commit(
        claimed, Commit(replace(claimed.state, event_seq=2), events=(_event(2),), fills=(_fill("e1"),))
    )
    repeated = Commit(
        replace(first.state, event_seq=3),
        intents=(INTENT,),
        events=(_event(2 if again == "event" else 3),),
        fills=(_fill("e1" if again == "fill" else "e2"),),
    )
    with pytest.raises(FenceLost):
        stored.store.commit(first, repeated)
    assert stored.store.get(RUN_ID) == first
    assert stored.store.intents(RUN_ID) == ()


def test_known_executions_are_those_booked(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    stored.store.commit(claimed, Commit(replace(claimed.state, last_exec_ms=1), fills=(_fill("e1"),)))
    assert stored.store.known_executions(RUN_ID, ["e1", "e2", "e1"]) == {"e1"}
    assert stored.store.known_executions(RUN_ID, []) == frozenset()


def test_slots_are_taken_at_the_start_and_freed_with_the_end(stored: Stored) -> None:
    first = stored.store.create(_record(), QUEUED, LIMITS)
    with pytest.raises(Conflict, match="run"):
        stored.store.create(_record(), QUEUED, LIMITS)
    with pytest.raises(Conflict, match="symbol"):
        stored.store.create(_record(RUN_ID[:-1] + "Y"), QUEUED, LIMITS)
    stored.store.create(_record(RUN_ID[:-1] + "X", "ETHUSDT"), QUEUED, LIMITS)
    with pytest.raises(Conflict, match="quota"):
        stored.store.create(_record(RUN_ID[:-1] + "W", "SOLUSDT"), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    ended = replace(claimed.state, status=RunStatus.STOPPED, ended_ms=START_MS)
    stored.store.commit(claimed, Commit(ended, release=first.terms.slots, report={"netPnl": "0"}))
    assert stored.store.report(RUN_ID) == {"netPnl": "0"}
    stored.store.create(_record(RUN_ID[:-1] + "V"), QUEUED, LIMITS)


@pytest.mark.parametrize(("trades", "executions", "digits"), [(1_440, 10, 0), (2 * MOST_TRADES, 1, 28)])
def test_the_busiest_run_ends_with_a_report(stored: Stored, trades: int, executions: int, digits: int) -> None:
    created = stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    ended = replace(claimed.state, status=RunStatus.FINISHED, ended_ms=START_MS + DAY_MS)
    report = busy_report(created.terms, busy_fills(trades, executions, START_MS, digits))

    stored.store.commit(claimed, Commit(ended, release=created.terms.slots, report=report))

    assert stored.store.report(RUN_ID) == report
    assert stored.store.active() == ()


def test_two_starts_keep_their_distance(stored: Stored) -> None:
    minute = StartLimits(2, 60_000)
    stored.store.create(_record(), QUEUED, minute)
    with pytest.raises(Conflict, match="cooldown"):
        stored.store.create(_record(RUN_ID[:-1] + "Y", "ETHUSDT", created_ms=START_MS + 59_999), QUEUED, minute)
    stored.store.create(_record(RUN_ID[:-1] + "Y", "ETHUSDT", created_ms=START_MS + 60_000), QUEUED, minute)


def test_active_runs_are_listed_until_they_end(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    (active,) = stored.store.active()
    assert (active.run_id, active.symbol, active.intervals) == (RUN_ID, "BTCUSDT", (Interval.M1,))
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    stored.store.commit(claimed, Commit(replace(claimed.state, status=RunStatus.ERROR)))
    assert stored.store.active() == ()


def test_an_active_run_that_holds_something_says_when_to_look_again(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    assert stored.store.active()[0].look_ms == 0

    entering = stored.store.commit(claimed, Commit(replace(claimed.state, entry=INTENT, reconciled_ms=START_MS)))
    assert stored.store.active()[0].look_ms == START_MS + LOOK_AFTER_MS

    stored.store.commit(entering, Commit(replace(entering.state, entry=None)))
    assert stored.store.active()[0].look_ms == 0


def test_a_workspace_lists_its_runs_newest_first_page_by_page(stored: Stored) -> None:
    many = StartLimits(9, 0)
    for number in range(5):
        run_id = f"{RUN_ID[:-1]}{number}"
        stored.store.create(_record(run_id, f"S{number}USDT", f"bot{number % 2}", START_MS + number), QUEUED, many)
    first = stored.store.of_workspace(WORKSPACE, bot_id=None, active=None, limit=3, cursor=None)
    second = stored.store.of_workspace(WORKSPACE, bot_id=None, active=None, limit=3, cursor=first.cursor)
    ids = [record.terms.run_id[-1] for record in (*first.items, *second.items)]
    assert ids == ["4", "3", "2", "1", "0"]
    assert second.cursor is None
    of_bot = stored.store.of_workspace(WORKSPACE, bot_id="bot1", active=True, limit=9, cursor=None)
    assert [record.terms.bot_id for record in of_bot.items] == ["bot1", "bot1"]
    assert stored.store.of_workspace("other", bot_id=None, active=None, limit=9, cursor=None).items == ()


def test_active_runs_end_where_a_cursor_lies_before_any_run_that_can_be_active(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)

    page = stored.store.of_workspace(WORKSPACE, bot_id=None, active=True, limit=9, cursor=f"70.{RUN_ID}")

    assert (page.items, page.cursor) == ((), None)


def test_a_message_is_left_once_and_waits_until_a_commit_consumes_it(stored: Stored) -> None:
    record = stored.store.create(_record(), QUEUED, LIMITS)
    message = CandleClosed(Interval.M1, START_MS)
    stored.inbox.post(RUN_ID, message)
    stored.inbox.post(RUN_ID, message)
    stored.inbox.post(RUN_ID, StopRequested(StopReason.MANUAL, OnStop.CLOSE_MARKET, "user"))
    pending = stored.inbox.pending(RUN_ID, 10)
    assert message in pending.messages
    assert len(pending.messages) == 2
    assert pending.rings == 3
    claimed = stored.store.claim(RUN_ID, START_MS, 0)
    stored.store.commit(claimed, Commit(record.state, consumed=pending.ids))
    assert stored.inbox.pending(RUN_ID, 10).messages == ()


def test_a_full_inbox_is_read_in_parts_and_forbids_parking(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    for number in range(4):
        stored.inbox.post(RUN_ID, CandleClosed(Interval.M1, START_MS + number))
    pending = stored.inbox.pending(RUN_ID, 3)
    assert len(pending.messages) == 3
    assert pending.rings == -1


def test_the_first_ring_after_parking_wakes_and_the_next_ones_do_not(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    stored.workflow.open_tokens["t1"] = RUN_ID
    assert stored.inbox.park(RUN_ID, "t1", 0)
    assert stored.inbox.post(RUN_ID, CandleClosed(Interval.M1, START_MS))
    assert not stored.inbox.post(RUN_ID, CandleClosed(Interval.M1, START_MS + 1))
    assert stored.workflow.woken == [RUN_ID]


def test_parking_fails_when_the_bell_has_rung_since_the_inbox_was_read(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    pending = stored.inbox.pending(RUN_ID, 10)
    stored.inbox.post(RUN_ID, CandleClosed(Interval.M1, START_MS))
    stored.workflow.open_tokens["t1"] = RUN_ID
    assert not stored.inbox.park(RUN_ID, "t1", pending.rings)
    again = stored.inbox.pending(RUN_ID, 10)
    assert stored.inbox.park(RUN_ID, "t1", again.rings)


HALT = KillState("BTCUSDT 0.02 ≠ 0", START_MS, f"run {RUN_ID}", HaltMode.BLOCK)


def test_a_decision_engages_the_workspaces_switch_with_everything_else_it_changes(stored: Stored) -> None:
    record = stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)

    stored.store.commit(claimed, Commit(state=replace(record.state, event_seq=2), events=(_event(2),), halt=HALT))

    assert stored.switch.state(WORKSPACE) == HALT


def test_a_decision_leaves_an_engaged_switch_as_it_is(stored: Stored) -> None:
    by_hand = KillState("Strange fills", START_MS - 1, "ann")
    stored.switch.engage(WORKSPACE, by_hand)
    stored.store.create(_record(), QUEUED, LIMITS)
    claimed = stored.store.claim(RUN_ID, START_MS, 0)

    stored.store.commit(claimed, Commit(state=claimed.state, halt=HALT))

    assert stored.switch.state(WORKSPACE) == by_hand


def test_a_decision_that_lost_its_fence_engages_nothing(stored: Stored) -> None:
    stored.store.create(_record(), QUEUED, LIMITS)
    stale = stored.store.claim(RUN_ID, START_MS, 0)
    stored.store.claim(RUN_ID, START_MS, 0)

    with pytest.raises(FenceLost):
        stored.store.commit(stale, Commit(state=stale.state, halt=HALT))

    assert stored.switch.state(WORKSPACE) is None
