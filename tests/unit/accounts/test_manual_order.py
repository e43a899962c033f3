"""A manual order's identity and what facts make of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import OrderStatus
from chalicelib.domain.runtime.orders import ORDER_LINK_ID, Outcome, OutcomeKind
from chalicelib.domain.workspace.connection import Credentials, mask_key
from chalicelib.domain.workspace.manual_order import (
    ManualOrder,
    ManualOrderStatus,
    manual_intent_id,
    manual_order_link_id,
)
from tests.fakes.scripted_exchange import order_fact

SENDING = ManualOrder(
    workspace_id="w",
    intent_id="i",
    order_link_id="mi",
    user_id="u",
    connection_id="c",
    symbol="BTCUSDT",
    side=Side.BUY,
    order_type="Limit",
    qty=Decimal("0.01"),
    price=Decimal(40_000),
    stop_loss=Decimal(39_000),
    take_profit=Decimal(42_000),
    reduce_only=False,
    fingerprint="print",
    status=ManualOrderStatus.SENDING,
    created_ms=0,
    updated_ms=0,
)


@given(st.text(), st.text())
def test_every_identity_makes_a_link_id_that_the_exchange_takes(workspace_id: str, key: str) -> None:
    assert ORDER_LINK_ID.fullmatch(manual_order_link_id(manual_intent_id(workspace_id, key)))


@given(st.text(min_size=1), st.text(min_size=1), st.text(min_size=1))
def test_the_same_request_has_the_same_identity_and_another_workspace_another_one(
    workspace_id: str, key: str, other: str
) -> None:
    assert manual_intent_id(workspace_id, key) == manual_intent_id(workspace_id, key)
    if other != workspace_id:
        assert manual_intent_id(workspace_id, key) != manual_intent_id(other, key)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (OutcomeKind.ACKNOWLEDGED, ManualOrderStatus.ACCEPTED),
        (OutcomeKind.REJECTED, ManualOrderStatus.REJECTED),
        (OutcomeKind.DENIED, ManualOrderStatus.REJECTED),
        (OutcomeKind.UNRESOLVED, ManualOrderStatus.UNKNOWN),
    ],
)
def test_an_answer_is_no_fill(kind: OutcomeKind, status: ManualOrderStatus) -> None:
    answered = SENDING.with_outcome(Outcome(kind), 5)

    assert (answered.status, answered.filled_qty, answered.updated_ms) == (status, 0, 5)


@pytest.mark.parametrize(
    ("fact", "filled", "status"),
    [
        (OrderStatus.NEW, "0", ManualOrderStatus.WORKING),
        (OrderStatus.PARTIALLY_FILLED, "0.005", ManualOrderStatus.WORKING),
        (OrderStatus.FILLED, "0.01", ManualOrderStatus.FILLED),
        (OrderStatus.CANCELLED, "0", ManualOrderStatus.CANCELLED),
        (OrderStatus.PARTIALLY_FILLED_CANCELED, "0.005", ManualOrderStatus.CANCELLED),
        (OrderStatus.REJECTED, "0", ManualOrderStatus.REJECTED),
        (OrderStatus.UNKNOWN, "0", ManualOrderStatus.UNKNOWN),
    ],
)
def test_a_fact_decides_the_status(fact: OrderStatus, filled: str, status: ManualOrderStatus) -> None:
    seen = SENDING.with_fact(order_fact("mi", fact, filled), 5)

    assert (seen.status, seen.filled_qty) == (status, Decimal(filled))


def test_what_was_executed_never_shrinks() -> None:
    partly = SENDING.with_fact(order_fact("mi", OrderStatus.PARTIALLY_FILLED, "0.005"), 5)

    assert partly.with_fact(order_fact("mi", OrderStatus.NEW, "0"), 6).filled_qty == Decimal("0.005")


@pytest.mark.parametrize("status", [status for status in ManualOrderStatus if status.terminal])
def test_what_is_over_stays_over(status: ManualOrderStatus) -> None:
    over = replace(SENDING, status=status)

    assert over.with_fact(order_fact("mi", OrderStatus.NEW), 5) == over


def test_credentials_do_not_show_themselves() -> None:
    assert "CANARY" not in repr(Credentials("KEY-CANARY", "SECRET-CANARY"))


def test_credentials_survive_the_seal() -> None:
    assert Credentials.from_bytes(Credentials("key", 'se"cret').to_bytes()) == Credentials("key", 'se"cret')


@given(st.text(alphabet="abcdefghij0123456789", max_size=64))
def test_a_mask_shows_at_most_six_characters(api_key: str) -> None:
    assert len(mask_key(api_key).replace("•", "")) <= min(6, len(api_key))
