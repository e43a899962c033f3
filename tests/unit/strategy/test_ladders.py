"""Ladders by the numbers: what each take-profit step closes, and where each safety order rests."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy.dca import ladder_value, resting_orders
from chalicelib.domain.strategy.levels import Target, levels
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.presets import PRESETS
from chalicelib.domain.strategy.spec import StrategySpec
from chalicelib.domain.strategy.steps import step_quantities
from infra.local.exchange.engine.catalogue import CATALOGUE

BTC = CATALOGUE["BTCUSDT"].instrument
PRICE = Decimal(40_000)


def targets(*shares: int) -> tuple[Target, ...]:
    return tuple(Target(PRICE + 100 * at, Decimal(share)) for at, share in enumerate(shares, start=1))


def dca_spec() -> StrategySpec:
    return parse_strategy(next(one for one in PRESETS if one.slug == "dca-momentum").document())


@pytest.mark.parametrize(
    ("qty", "shares", "parts"),
    [
        ("0.100", (50, 30, 20), ("0.050", "0.030", "0.020")),
        ("0.007", (50, 30, 20), ("0.003", "0.002", "0.002")),
        ("0.003", (30, 30, 40), ("0", "0.001", "0.002")),
        ("0.001", (50, 30, 20), ("0", "0", "0.001")),
        ("0.002", (30, 30, 40), ("0", "0.001", "0.001")),
    ],
)
def test_steps_are_floored_dust_goes_to_the_last_and_a_small_step_joins_the_next(
    qty: str, shares: tuple[int, ...], parts: tuple[str, ...]
) -> None:
    assert step_quantities(Decimal(qty), targets(*shares), BTC) == tuple(map(Decimal, parts))


def test_steps_join_a_last_one_that_would_be_too_small() -> None:
    coarse = replace(BTC, min_order_qty=Decimal("0.010"))
    assert step_quantities(Decimal("0.025"), targets(40, 40, 20), coarse) == (
        Decimal("0.010"),
        Decimal(0),
        Decimal("0.015"),
    )


def test_a_step_worth_too_little_joins_the_next() -> None:
    dear = replace(BTC, min_notional=Decimal(100))
    assert step_quantities(Decimal("0.010"), targets(20, 40, 40), dear) == (
        Decimal(0),
        Decimal("0.006"),
        Decimal("0.004"),
    )


@given(
    lots=st.integers(1, 5000),
    cuts=st.lists(st.integers(1, 99), unique=True, max_size=5).map(sorted),
    smallest=st.integers(1, 20),
)
def test_the_steps_are_the_whole_position_and_none_is_refused(lots: int, cuts: list[int], smallest: int) -> None:
    shares = [after - before for before, after in zip([0, *cuts], [*cuts, 100], strict=True)]
    instrument = replace(BTC, min_order_qty=smallest * BTC.qty_step)
    qty = lots * BTC.qty_step
    steps = targets(*shares)

    parts = step_quantities(qty, steps, instrument)

    assert sum(parts) == qty
    pairs = zip(parts[:-1], steps[:-1], strict=True)
    assert all(not part or instrument.takes(part, step.price) for part, step in pairs)
    assert parts[-1] >= min(qty, instrument.min_order_qty)


def test_safety_orders_rest_on_the_tick_in_the_proportions_of_the_first_fill() -> None:
    orders = resting_orders(dca_spec(), Side.BUY, PRICE, Decimal("0.010"), BTC, None)

    assert [order.number for order in orders] == [1, 2, 3, 4, 5]
    assert orders[0].price == Decimal("39520.00")
    assert orders[0].qty == Decimal("0.012")
    assert all(order.price % BTC.tick_size == 0 and order.qty % BTC.qty_step == 0 for order in orders)
    assert [order.price for order in orders] == sorted((order.price for order in orders), reverse=True)


def test_a_shorts_safety_orders_lie_above_its_first_fill() -> None:
    orders = resting_orders(dca_spec(), Side.SELL, PRICE, Decimal("0.010"), BTC, None)

    assert [order.price > PRICE for order in orders] == [True] * 5
    assert orders[-1].average > PRICE


def test_a_safety_order_below_the_minimum_is_left_out() -> None:
    assert (
        resting_orders(dca_spec(), Side.BUY, PRICE, Decimal("0.001"), replace(BTC, min_notional=Decimal(100)), None)
        == ()
    )


def test_the_ladder_ends_before_it_is_worth_more_than_the_limit() -> None:
    base = Decimal("0.010")
    whole = resting_orders(dca_spec(), Side.BUY, PRICE, base, BTC, None)
    limit = ladder_value(base, PRICE, whole[:3])

    assert resting_orders(dca_spec(), Side.BUY, PRICE, base, BTC, limit) == whole[:3]
    assert resting_orders(dca_spec(), Side.BUY, PRICE, base, BTC, limit - Decimal("0.01")) == whole[:2]


@given(price=st.integers(1_000, 90_000).map(Decimal), lots=st.integers(1, 400), side=st.sampled_from(Side))
def test_the_stop_of_every_average_lies_beyond_the_next_safety_order(price: Decimal, lots: int, side: Side) -> None:
    spec, qty = dca_spec(), lots * BTC.qty_step
    orders = resting_orders(spec, side, price, qty, BTC, None)

    averages = [price, *(order.average for order in orders)]
    for average, order in zip(averages, orders, strict=False):
        stop = levels(spec, side, average, {}, BTC).stop_loss
        assert (order.price - stop) * side.sign > 0
