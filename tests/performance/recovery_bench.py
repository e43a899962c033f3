"""``python -m tests.performance.recovery_bench``: what it takes to find the truth again after something went wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from chalicelib.adapters.bybit.endpoints import Endpoint
from chalicelib.adapters.bybit.session import Reply
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import Situation, SnapshotRead
from chalicelib.domain.runtime.facts import (
    AccountSnapshot,
    ExecutionFact,
    OrderFact,
    WalletFact,
)
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus, TradingState
from chalicelib.ports import ConnectionRef
from infra.local.exchange.engine import Exchange
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.fakes.facts import a_position, an_execution, an_order
from tests.fakes.virtual_clock import VirtualClock
from tests.performance.figures import emit
from tests.simulation.exchange_in_memory import EngineSession, exchange_over
from tests.simulation.faults import CALM
from tests.simulation.mutations import Mutation, Mutator
from tests.simulation.scenario import START_MS, parsed, terms_of

ORDERS = 500
EXECUTIONS = 1_000
ROUNDS = 15


def _order(number: int) -> OrderFact:
    return an_order(
        order_id=f"order-{number}",
        order_type="Limit",
        price=Decimal("39000.10"),
        reduce_only=True,
        created_ms=START_MS,
        updated_ms=START_MS,
    )


def _execution(number: int) -> ExecutionFact:
    side = Side.BUY if number % 2 == 0 else Side.SELL
    return an_execution(
        exec_id=f"execution-{number}",
        order_id=f"order-{number}",
        order_link_id=f"sim-ZZZZZZZZZZZZZZZZ-e{number}",
        side=side,
        price=Decimal("40000.10"),
        time_ms=START_MS + number,
    )


class _CountingSession(EngineSession):
    """Counts what the adapter sends."""

    sent = 0

    def _send(self, method: str, endpoint: Endpoint, params: Mapping[str, Any]) -> Reply:
        self.sent += 1
        return super()._send(method, endpoint, params)


def requests_to_resolve() -> int:
    """The most requests that finding out the fate of an unresolved order takes: the order does not exist."""
    clock = VirtualClock(START_MS)
    engine = Exchange(symbols=("BTCUSDT",), now_ms=START_MS)
    account = engine.add_account("u1")
    session = _CountingSession(engine, account, clock, CALM, Random(1), Counter(), Mutator(Mutation.NONE))
    if exchange_over(session, clock).order(ConnectionRef("w", "c"), "BTCUSDT", "bm-0000000000000000-e1") is not None:
        raise AssertionError("an order that was never sent was found")
    return session.sent


def measure() -> float:
    """The median processor time (ms) of one reconciliation of 500 orders and 1,000 executions that were all missed."""
    spec, instrument = parsed(), CATALOGUE["BTCUSDT"].instrument
    state = RunState(
        status=RunStatus.RUNNING, trading=TradingState.IDLE, leverage_set=True, reconciled_ms=START_MS, event_seq=1
    )
    record = RunRecord(replace(terms_of(spec, instrument, 60), slots=()), state)
    flat = a_position(size=Decimal(0), updated_ms=START_MS)
    executions = tuple(_execution(number) for number in range(EXECUTIONS))
    orders = tuple(_order(number) for number in range(ORDERS))
    wallet = WalletFact(Decimal(10_000), Decimal(10_000), Decimal(10_000))
    fact = SnapshotRead(AccountSnapshot(orders, flat, executions, wallet, START_MS), executions)
    situation = Situation(START_MS + 60_000, START_MS + 60_000, spec, instrument)
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        decision = decide(record, (fact,), situation)
        times.append((time.process_time() - began) * 1000)
        if decision.state.counts.fills != EXECUTIONS:
            raise AssertionError("not every execution was booked")
    return sorted(times)[ROUNDS // 2]


if __name__ == "__main__":
    for name, value, unit in (
        ("reconcile_500_orders_1000_executions", round(measure(), 2), "ms"),
        ("requests_to_resolve_an_order", requests_to_resolve(), "requests"),
    ):
        emit(name, value, unit)
