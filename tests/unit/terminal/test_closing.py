"""Quantities that close a position: all of it, never more, each one an order that the exchange takes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.workspace.closing import SWEEP, closing_chunks
from tests.fakes.scripted_exchange import instrument

RULES = replace(
    instrument(), qty_step=Decimal("0.001"), min_order_qty=Decimal("0.005"), max_market_order_qty=Decimal("0.100")
)
SIZES = st.integers(min_value=1, max_value=2_000).map(lambda steps: steps * RULES.qty_step)


@given(SIZES)
def test_a_whole_position_is_closed_to_the_last_step(size: Decimal) -> None:
    chunks = closing_chunks(size, None, RULES)

    if chunks[-1] == SWEEP:
        assert size < RULES.min_order_qty
    else:
        assert sum(chunks) == size


@given(SIZES)
def test_every_chunk_is_an_order_that_the_exchange_takes(size: Decimal) -> None:
    for chunk in closing_chunks(size, None, RULES):
        assert chunk == SWEEP or RULES.min_order_qty <= chunk <= RULES.max_market_order_qty
        assert chunk % RULES.qty_step == 0


@given(SIZES, SIZES)
def test_a_part_is_closed_exactly_or_refused(size: Decimal, asked: Decimal) -> None:
    try:
        chunks = closing_chunks(size, asked, RULES)
    except InvalidOrder:
        assert asked != size
        assert asked > size or asked < RULES.min_order_qty or size - asked < RULES.min_order_qty
    else:
        assert chunks == (SWEEP,) or sum(chunks) == asked


def test_what_lies_off_the_step_is_swept_at_the_end() -> None:
    assert closing_chunks(Decimal("0.1105"), None, RULES) == (Decimal("0.100"), Decimal("0.010"), SWEEP)


def test_dust_alone_is_swept() -> None:
    assert closing_chunks(Decimal("0.004"), None, RULES) == (SWEEP,)


def test_the_last_two_chunks_share_so_that_none_is_too_small() -> None:
    assert closing_chunks(Decimal("0.202"), None, RULES) == (Decimal("0.100"), Decimal("0.097"), Decimal("0.005"))


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("0.0105", "order.qty_off_step"),
        ("0.051", "order.qty_above_position"),
        ("0.004", "order.qty_out_of_range"),
        ("0.048", "order.leaves_dust"),
    ],
)
def test_a_part_that_cannot_be_closed_is_refused_with_the_reason(asked: str, key: str) -> None:
    with pytest.raises(InvalidOrder) as refused:
        closing_chunks(Decimal("0.050"), Decimal(asked), RULES)

    assert [(finding.pointer, finding.key) for finding in refused.value.findings] == [("/qty", key)]
