"""The arithmetic of positions: what is booked adds up, whatever the fills."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import ExecType, ExecutionFact
from chalicelib.domain.runtime.position import Holding, book

FILLS = st.lists(
    st.tuples(st.sampled_from(Side), st.integers(1, 50), st.integers(90_000, 110_000)), min_size=1, max_size=30
)


def _execution(number: int, side: Side, qty: int, price: int) -> ExecutionFact:
    return ExecutionFact(
        exec_id=str(number),
        order_id="o",
        order_link_id="",
        symbol="BTCUSDT",
        side=side,
        exec_type=ExecType.TRADE,
        price=Decimal(price) / 10,
        qty=Decimal(qty) / 1000,
        fee=Decimal(0),
        closed_size=Decimal(0),
        create_type="CreateByUser",
        is_maker=False,
        time_ms=number,
    )


def test_an_increase_moves_the_average_and_a_reduction_does_not() -> None:
    first = book(None, _execution(1, Side.BUY, 10, 100_000), "i", 0).holding
    second = book(first, _execution(2, Side.BUY, 30, 102_000), "i", 0).holding
    third = book(second, _execution(3, Side.SELL, 20, 105_000), "i", 0)
    assert second is not None
    assert second.entry_price == Decimal("10150")
    assert third.holding is not None
    assert third.holding.entry_price == Decimal("10150")
    assert third.gross == (Decimal("10500") - Decimal("10150")) * Decimal("0.020")


def test_a_fill_beyond_flat_opens_the_other_side_at_its_own_price() -> None:
    long = book(None, _execution(1, Side.BUY, 10, 100_000), "i", 0).holding
    turned = book(long, _execution(2, Side.SELL, 15, 101_000), "j", 7)
    assert turned.gross == Decimal("1.000")
    assert turned.holding is not None
    assert (turned.holding.side, turned.holding.qty) == (Side.SELL, Decimal("0.005"))
    assert (turned.holding.entry_price, turned.holding.intent_id) == (Decimal("10100"), "j")


def test_an_average_that_does_not_end_loses_nothing() -> None:
    first = book(None, _execution(1, Side.BUY, 1000, 1_000), "i", 0).holding
    second = book(first, _execution(2, Side.BUY, 500, 985), "i", 0).holding
    closed = book(second, _execution(3, Side.SELL, 1500, 990), "i", 0)
    assert second is not None
    assert second.shown_entry_price == Decimal("99.5")
    third = book(second, _execution(4, Side.BUY, 700, 1_001), "i", 0).holding
    assert third is not None
    assert third.shown_entry_price == Decimal("99.69090909")
    parts = book(third, _execution(5, Side.SELL, 900, 990), "i", 0)
    rest = book(parts.holding, _execution(6, Side.SELL, 1300, 991), "i", 0)
    assert closed.gross == Decimal("-0.75")
    assert parts.gross + rest.gross == Decimal("89.1") + Decimal("128.83") - Decimal("219.32")
    assert rest.holding is None


@given(FILLS)
def test_booked_and_unrealised_results_equal_the_cash_that_moved(fills: list[tuple[Side, int, int]]) -> None:
    holding: Holding | None = None
    gross = cash = Decimal(0)
    for number, (side, qty, price) in enumerate(fills):
        execution = _execution(number, side, qty, price)
        booking = book(holding, execution, "i", 0)
        assert booking.opened_qty + booking.closed_qty == execution.qty
        holding, gross = booking.holding, gross + booking.gross
        cash -= execution.price * execution.qty * side.sign
    last = Decimal(fills[-1][2]) / 10
    held = holding.qty * holding.side.sign if holding is not None else Decimal(0)
    open_result = holding.unrealised(last) if holding is not None else Decimal(0)
    assert gross + open_result == cash + held * last


@given(FILLS)
def test_mirrored_fills_give_mirrored_positions_and_opposite_results(fills: list[tuple[Side, int, int]]) -> None:
    holding: Holding | None = None
    mirror: Holding | None = None
    for number, (side, qty, price) in enumerate(fills):
        straight = book(holding, _execution(number, side, qty, price), "i", 0)
        flipped = book(mirror, _execution(number, side.opposite, qty, price), "i", 0)
        assert straight.gross == -flipped.gross
        holding, mirror = straight.holding, flipped.holding
        assert (holding is None) == (mirror is None)
        if holding is not None and mirror is not None:
            assert (holding.qty, holding.side) == (mirror.qty, mirror.side.opposite)
