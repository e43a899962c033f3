"""Intents: their ids, and what an order's facts make of them."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.runtime.facts import OrderStage, OrderStatus
from chalicelib.domain.runtime.intent import (
    LINK_ID,
    IntentKind,
    IntentStatus,
    base36,
    link_prefix,
    order_link_id,
)
from chalicelib.domain.runtime.orders import ORDER_LINK_ID
from tests.fakes.facts import an_intent, an_order

PREFIXES = st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True)
RUN_IDS = st.from_regex(r"[0-9A-HJKMNP-TV-Z]{26}", fullmatch=True)

INTENT = an_intent("bm-0000000000000000-e1", stop_loss=Decimal(1), take_profit=Decimal(2))
ORDER = an_order(order_link_id=INTENT.order_link_id)


@given(PREFIXES, RUN_IDS, st.sampled_from(IntentKind), st.integers(1, 36**5))
def test_an_order_link_id_fits_the_exchange_and_is_recognised(
    prefix: str, run_id: str, kind: IntentKind, number: int
) -> None:
    link_id = order_link_id(prefix, run_id, kind, number)
    assert len(link_id) <= 36
    assert ORDER_LINK_ID.fullmatch(link_id)
    assert LINK_ID.fullmatch(link_id)
    assert link_id.startswith(link_prefix(prefix, run_id))


@given(st.lists(st.tuples(st.sampled_from(IntentKind), st.integers(0, 10**9)), unique=True, min_size=2))
def test_different_intents_of_a_run_have_different_ids(intents: list[tuple[IntentKind, int]]) -> None:
    ids = [order_link_id("bm", "0" * 26, kind, number) for kind, number in intents]
    assert len(set(ids)) == len(ids)


@given(st.integers(0, 10**12))
def test_base36_is_what_int_reads_back(number: int) -> None:
    assert int(base36(number), 36) == number
    assert re.fullmatch(r"[0-9a-z]+", base36(number))


@pytest.mark.parametrize(
    ("status", "executed", "becomes"),
    [
        (OrderStatus.NEW, "0", IntentStatus.OPEN),
        (OrderStatus.PARTIALLY_FILLED, "0.004", IntentStatus.PARTIAL),
        (OrderStatus.FILLED, "0.010", IntentStatus.FILLED),
        (OrderStatus.CANCELLED, "0", IntentStatus.CANCELLED),
        (OrderStatus.CANCELLED, "0.004", IntentStatus.CANCELLED),
        (OrderStatus.REJECTED, "0", IntentStatus.REJECTED),
        (OrderStatus.REJECTED, "0.004", IntentStatus.CANCELLED),
        (OrderStatus.DEACTIVATED, "0", IntentStatus.CANCELLED),
        (OrderStatus.UNKNOWN, "0", IntentStatus.UNRESOLVED),
    ],
)
def test_every_order_status_means_one_thing(status: OrderStatus, executed: str, becomes: IntentStatus) -> None:
    assert INTENT.with_order(replace(ORDER, status=status, cum_exec_qty=Decimal(executed)), 5).status is becomes


def test_a_terminal_intent_stays_terminal_and_its_quantity_never_shrinks() -> None:
    filled = INTENT.with_order(replace(ORDER, status=OrderStatus.FILLED, cum_exec_qty=Decimal("0.010")), 5)
    stale = filled.with_order(replace(ORDER, status=OrderStatus.NEW), 6)
    assert (stale.status, stale.filled_qty) == (IntentStatus.FILLED, Decimal("0.010"))


def test_a_filled_intent_is_settled_only_when_its_executions_are_booked() -> None:
    filled = INTENT.with_order(replace(ORDER, status=OrderStatus.FILLED, cum_exec_qty=Decimal("0.010")), 5)
    assert not filled.settled
    assert replace(filled, booked_qty=Decimal("0.010")).settled


@pytest.mark.parametrize(
    ("status", "filled", "stage"),
    [
        (OrderStatus.NEW, "0", OrderStage.RESTING),
        (OrderStatus.UNTRIGGERED, "0", OrderStage.RESTING),
        (OrderStatus.PARTIALLY_FILLED, "1", OrderStage.PARTIAL),
        (OrderStatus.FILLED, "1", OrderStage.FILLED),
        (OrderStatus.CANCELLED, "1", OrderStage.CANCELLED),
        (OrderStatus.REJECTED, "0", OrderStage.REJECTED),
        (OrderStatus.REJECTED, "1", OrderStage.CANCELLED),
        (OrderStatus.UNKNOWN, "0", OrderStage.UNKNOWN),
    ],
)
def test_an_orders_status_and_what_executed_say_what_it_has_come_to(
    status: OrderStatus, filled: str, stage: OrderStage
) -> None:
    assert replace(ORDER, status=status).stage(Decimal(filled)) is stage
