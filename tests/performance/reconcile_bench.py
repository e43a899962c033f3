"""``python -m tests.performance.reconcile_bench``: how long a reconciliation of a crowded account takes."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from decimal import Decimal

import orjson

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decide import decide
from chalicelib.domain.runtime.decision import Situation, SnapshotRead
from chalicelib.domain.runtime.facts import (
    AccountSnapshot,
    ExecType,
    ExecutionFact,
    OrderFact,
    OrderStatus,
    PositionFact,
    WalletFact,
)
from chalicelib.domain.runtime.record import RunRecord, RunState
from chalicelib.domain.runtime.states import RunStatus, TradingState
from infra.local.exchange.engine.catalogue import CATALOGUE
from tests.simulation.scenario import START_MS, parsed, terms_of

ORDERS = 500
EXECUTIONS = 1_000
ROUNDS = 15


def _order(number: int) -> OrderFact:
    return OrderFact(
        order_id=f"order-{number}",
        order_link_id="",
        symbol="BTCUSDT",
        side=Side.BUY,
        order_type="Limit",
        status=OrderStatus.NEW,
        qty=Decimal("0.010"),
        price=Decimal("39000.10"),
        cum_exec_qty=Decimal(0),
        avg_price=None,
        reduce_only=True,
        create_type="CreateByUser",
        stop_order_type="",
        trigger_price=None,
        stop_loss=None,
        take_profit=None,
        reject_reason="EC_NoError",
        created_ms=START_MS,
        updated_ms=START_MS,
    )


def _execution(number: int) -> ExecutionFact:
    side = Side.BUY if number % 2 == 0 else Side.SELL
    return ExecutionFact(
        exec_id=f"execution-{number}",
        order_id=f"order-{number}",
        order_link_id=f"sim-ZZZZZZZZZZZZZZZZ-e{number}",
        symbol="BTCUSDT",
        side=side,
        exec_type=ExecType.TRADE,
        price=Decimal("40000.10"),
        qty=Decimal("0.010"),
        fee=Decimal("0.22"),
        closed_size=Decimal(0),
        create_type="CreateByUser",
        is_maker=False,
        time_ms=START_MS + number,
    )


def measure() -> float:
    """The median milliseconds of one reconciliation of 500 orders and 1,000 executions that were all missed."""
    spec, instrument = parsed(), CATALOGUE["BTCUSDT"].instrument
    state = RunState(
        status=RunStatus.RUNNING, trading=TradingState.IDLE, leverage_set=True, reconciled_ms=START_MS, event_seq=1
    )
    record = RunRecord(replace(terms_of(spec, instrument, 60), slots=()), state)
    flat = PositionFact(
        "BTCUSDT", None, Decimal(0), None, None, None, None, Decimal(40_000), None, Decimal(5), None, 0, START_MS, 1
    )
    executions = tuple(_execution(number) for number in range(EXECUTIONS))
    orders = tuple(_order(number) for number in range(ORDERS))
    wallet = WalletFact(Decimal(10_000), Decimal(10_000), Decimal(10_000))
    fact = SnapshotRead(AccountSnapshot(orders, flat, executions, wallet, START_MS), executions)
    situation = Situation(START_MS + 60_000, START_MS + 60_000, spec, instrument)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        decision = decide(record, (fact,), situation)
        times.append((time.perf_counter() - began) * 1000)
        if decision.state.counts.fills != EXECUTIONS:
            raise AssertionError("not every execution was booked")
    return sorted(times)[ROUNDS // 2]


if __name__ == "__main__":
    line = {"name": "reconcile_500_orders_1000_executions", "value": round(measure(), 2), "unit": "ms"}
    sys.stdout.write(orjson.dumps(line).decode() + "\n")
