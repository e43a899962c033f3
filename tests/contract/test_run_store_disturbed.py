"""What DynamoDB alone can do to a decision's write: an answer that is lost, another write in the way, an older row."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import orjson
import pytest
from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, VerboseClientError

from chalicelib.adapters.dynamodb import run_codec as codec
from chalicelib.adapters.dynamodb.run_tables import REPORT, RUN, RUN_MODELS, TERMS, RunItem
from chalicelib.adapters.dynamodb.runs import DynamoRunStore
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.events import EventType, RunEvent
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.ports import FenceLost
from chalicelib.run_ports import Commit, StartLimits
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.contract.moto_aws import REGION, moto_aws
from tests.fakes.virtual_clock import VirtualClock
from tests.simulation.scenario import RUN_ID, START_MS, WORKSPACE, parsed, terms_of

QUEUED = RunEvent(1, START_MS, EventType.RUN_QUEUED, "events.run_queued")
Dispatch = Callable[[Connection, str, dict[str, Any]], Any]


@pytest.fixture
def store() -> Iterator[DynamoRunStore]:
    with moto_aws(*RUN_MODELS):
        found = DynamoRunStore(Connection(region=REGION), VirtualClock())
        record = RunRecord(terms_of(parsed(), CATALOGUE["BTCUSDT"].instrument, 5, START_MS), RunState(event_seq=1))
        found.create(record, QUEUED, StartLimits(max_active_runs=2, start_cooldown_ms=0))
        yield found


def _disturb(monkeypatch: pytest.MonkeyPatch, operation: str, disturbed: Callable[[Dispatch], Dispatch]) -> None:
    """The first call of this operation goes through ``disturbed``, all others as they would."""
    plain: Dispatch = Connection.dispatch
    waiting = [disturbed(plain)]

    def dispatch(connection: Connection, called: str, arguments: dict[str, Any]) -> Any:
        through = waiting.pop() if waiting and called == operation else plain
        return through(connection, called, arguments)

    monkeypatch.setattr(Connection, "dispatch", dispatch)


def _sent_twice(plain: Dispatch) -> Dispatch:
    """The client hears nothing of the first request and sends it again."""

    def dispatch(connection: Connection, called: str, arguments: dict[str, Any]) -> Any:
        plain(connection, called, arguments)
        return plain(connection, called, arguments)

    return dispatch


def _in_the_way(code: str, *reasons: CancellationReason) -> Callable[[Dispatch], Dispatch]:
    def refuse(connection: Connection, called: str, arguments: dict[str, Any]) -> Any:
        answer = {"Error": {"Code": code, "Message": "another write"}}
        raise VerboseClientError(answer, called, cancellation_reasons=reasons)

    return lambda plain: refuse


def test_a_write_of_the_state_alone_whose_answer_was_lost_is_found_done(
    store: DynamoRunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = store.claim(RUN_ID, START_MS, 0)
    _disturb(monkeypatch, "UpdateItem", _sent_twice)
    after = store.commit(claimed, Commit(replace(claimed.state, reconciled_ms=START_MS)))
    assert store.get(RUN_ID) == after
    assert after.version == claimed.version + 1


def test_a_write_of_the_state_alone_is_sent_again_when_another_was_in_its_way(
    store: DynamoRunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = store.claim(RUN_ID, START_MS, 0)
    _disturb(monkeypatch, "UpdateItem", _in_the_way("TransactionConflictException"))
    after = store.commit(claimed, Commit(replace(claimed.state, reconciled_ms=START_MS)))
    assert store.get(RUN_ID) == after


def test_a_transaction_is_sent_again_when_another_was_in_its_way(
    store: DynamoRunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = store.claim(RUN_ID, START_MS, 0)
    way = _in_the_way("TransactionCanceledException", CancellationReason("TransactionConflict"))
    _disturb(monkeypatch, "TransactWriteItems", way)
    event = RunEvent(2, START_MS, EventType.ERROR, "events.error")
    after = store.commit(claimed, Commit(replace(claimed.state, event_seq=2), events=(event,)))
    assert store.get(RUN_ID) == after
    assert len(store.events(RUN_ID, 0, 10)) == 2


def test_a_decision_that_changes_the_state_alone_costs_no_transaction(
    store: DynamoRunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = store.claim(RUN_ID, START_MS, 0)
    _disturb(monkeypatch, "TransactWriteItems", _in_the_way("AccessDeniedException"))
    store.commit(claimed, Commit(replace(claimed.state, reconciled_ms=START_MS)))


def test_a_run_as_it_was_stored_before_is_read_claimed_and_listed(
    store: DynamoRunStore,
) -> None:
    before = store.get(RUN_ID)
    RunItem(RUN_ID, TERMS).delete()
    as_it_was = [
        RunItem.terms.set(codec.dump(codec.TERMS, before.terms)),
        RunItem.state.set(codec.dump(codec.STATE, before.state)),
        RunItem.packed_state.remove(),
    ]
    RunItem(RUN_ID, RUN).update(actions=as_it_was)
    assert store.get(RUN_ID) == before
    claimed = store.claim(RUN_ID, START_MS, 0)
    assert claimed.terms == before.terms
    after = store.commit(claimed, Commit(replace(claimed.state, reconciled_ms=START_MS)))
    page = store.of_workspace(WORKSPACE, bot_id=None, active=None, limit=5, cursor=None)
    assert page.items == (after,)
    with pytest.raises(FenceLost):
        store.commit(claimed, Commit(replace(claimed.state, reconciled_ms=START_MS + 1)))


@pytest.mark.parametrize("packed", [True, False])
def test_a_position_as_it_was_stored_before_is_read_with_its_value(store: DynamoRunStore, packed: bool) -> None:
    held = Holding(Side.SELL, Decimal("0.003"), Decimal("120.0003"), 1, 2, "000001")
    state = replace(store.get(RUN_ID).state, holding=held)
    as_it_was = orjson.loads(codec.dump(codec.STATE, state))
    del as_it_was["holding"]["entry_value"]
    as_it_was["holding"]["entry_price"] = "40000.10"
    text = orjson.dumps(as_it_was)
    if packed:
        actions = [RunItem.packed_state.set(zlib.compress(text))]
    else:
        actions = [RunItem.packed_state.remove(), RunItem.state.set(text.decode())]
    RunItem(RUN_ID, RUN).update(actions=actions)
    assert store.get(RUN_ID).state == state


def test_a_report_as_it_was_stored_before_is_read(store: DynamoRunStore) -> None:
    RunItem(RUN_ID, REPORT, report='{"netPnl":"0"}').save()
    assert store.report(RUN_ID) == {"netPnl": "0"}
