"""What every implementation of the ``Exchange`` port keeps to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal
from itertools import count

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import OrderStatus
from chalicelib.domain.runtime.orders import AmendRequest, OrderRequest, OutcomeKind, ProtectionRequest
from tests.contract.exchange_backends import BACKENDS, REF, SYMBOL, Backend

QTY = Decimal("0.010")
_numbers = count(1)


@pytest.fixture(scope="module", params=list(BACKENDS), ids=lambda name: name.replace(" ", "-"))
def running(request: pytest.FixtureRequest) -> Iterator[Backend]:
    with BACKENDS[request.param]() as backend:
        yield backend


@pytest.fixture
def backend(running: Backend) -> Backend:
    """The account flat and without orders before each test."""
    running.exchange.cancel_all(REF, SYMBOL, including_stops=True)
    position = running.exchange.positions(REF, SYMBOL)[0]
    if position.side is not None:
        running.exchange.place_order(REF, order(position.side.opposite, position.size, reduce_only=True))
        running.settle()
    return running


def link_id() -> str:
    return f"ct-{next(_numbers)}"


def order(side: Side, qty: Decimal = QTY, **more: object) -> OrderRequest:
    return OrderRequest(link_id(), SYMBOL, side, "Market", qty, **more)  # type: ignore[arg-type]  # passed on by name


def at(price: Decimal, factor: str) -> Decimal:
    return (price * Decimal(factor)).quantize(Decimal("0.1"), ROUND_DOWN)


def protected_long(backend: Backend) -> OrderRequest:
    price = backend.price()
    request = order(Side.BUY, stop_loss=at(price, "0.95"), take_profit=at(price, "1.05"))
    assert backend.exchange.place_order(REF, request).acknowledged
    backend.settle()
    return request


def resting(backend: Backend) -> OrderRequest:
    request = OrderRequest(link_id(), SYMBOL, Side.BUY, "Limit", QTY, price=at(backend.price(), "0.985"))
    assert backend.exchange.place_order(REF, request).acknowledged
    backend.settle()
    return request


def test_an_acknowledged_market_order_is_found_filled_under_its_id(backend: Backend) -> None:
    request = protected_long(backend)

    found = backend.exchange.order(REF, SYMBOL, request.order_link_id)

    assert found is not None
    assert (found.status, found.cum_exec_qty, found.side) == (OrderStatus.FILLED, QTY, Side.BUY)


def test_the_stop_and_the_target_of_the_order_are_on_the_position(backend: Backend) -> None:
    request = protected_long(backend)

    (position,) = backend.exchange.positions(REF, SYMBOL)

    assert (position.side, position.size) == (Side.BUY, QTY)
    assert (position.stop_loss, position.take_profit) == (request.stop_loss, request.take_profit)


def test_an_id_serves_one_order_only(backend: Backend) -> None:
    request = protected_long(backend)

    again = backend.exchange.place_order(REF, request)

    assert (again.kind, again.policy) == (OutcomeKind.UNRESOLVED, "DUPLICATE")
    assert backend.exchange.positions(REF, SYMBOL)[0].size == QTY


def test_an_order_that_was_never_sent_is_absent(backend: Backend) -> None:
    assert backend.exchange.order(REF, SYMBOL, "ct-never") is None


def test_a_resting_order_is_open_until_it_is_cancelled(backend: Backend) -> None:
    request = resting(backend)

    before = [open_order.order_link_id for open_order in backend.exchange.open_orders(REF, SYMBOL)]
    outcome = backend.exchange.cancel_order(REF, SYMBOL, request.order_link_id)
    backend.settle()

    assert before == [request.order_link_id]
    assert outcome.acknowledged
    found = backend.exchange.order(REF, SYMBOL, request.order_link_id)
    assert found is not None
    assert (found.status, found.cum_exec_qty) == (OrderStatus.CANCELLED, 0)


def test_a_resting_order_is_amended_in_place_and_keeps_its_id(backend: Backend) -> None:
    request = resting(backend)
    price = backend.price()
    wanted = AmendRequest(
        request.order_link_id, SYMBOL, QTY * 2, at(price, "0.98"), at(price, "0.95"), take_profit=at(price, "1.05")
    )

    outcome = backend.exchange.amend_order(REF, wanted)
    backend.settle()

    assert outcome.acknowledged
    (found,) = backend.exchange.open_orders(REF, SYMBOL)
    assert (found.order_link_id, found.status) == (request.order_link_id, OrderStatus.NEW)
    assert (found.qty, found.price) == (wanted.qty, wanted.price)
    assert (found.stop_loss, found.take_profit) == (wanted.stop_loss, wanted.take_profit)


def test_what_an_amendment_leaves_out_stays(backend: Backend) -> None:
    request = resting(backend)

    backend.exchange.amend_order(REF, AmendRequest(request.order_link_id, SYMBOL, qty=QTY * 3))
    backend.settle()

    (found,) = backend.exchange.open_orders(REF, SYMBOL)
    assert (found.qty, found.price, found.stop_loss) == (QTY * 3, request.price, None)


def test_an_amendment_that_comes_too_late_says_so(backend: Backend) -> None:
    request = protected_long(backend)

    outcome = backend.exchange.amend_order(REF, AmendRequest(request.order_link_id, SYMBOL, qty=QTY * 2))

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "ALREADY_TERMINAL")


def test_an_amendment_of_an_order_that_never_was_is_refused_as_over(backend: Backend) -> None:
    outcome = backend.exchange.amend_order(REF, AmendRequest("ct-never", SYMBOL, qty=QTY))

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "ALREADY_TERMINAL")


def test_an_amendment_to_a_quantity_off_the_rules_changes_nothing(backend: Backend) -> None:
    request = resting(backend)

    outcome = backend.exchange.amend_order(REF, AmendRequest(request.order_link_id, SYMBOL, qty=Decimal("0.0001")))
    backend.settle()

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "PRICE_SIZE")
    assert backend.exchange.open_orders(REF, SYMBOL)[0].qty == QTY


def test_a_cancel_that_comes_too_late_says_so(backend: Backend) -> None:
    request = protected_long(backend)

    outcome = backend.exchange.cancel_order(REF, SYMBOL, request.order_link_id)

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "ALREADY_TERMINAL")


def test_cancel_all_leaves_the_protective_stops(backend: Backend) -> None:
    request = protected_long(backend)
    resting(backend)

    outcome = backend.exchange.cancel_all(REF, SYMBOL, including_stops=False)
    backend.settle()

    assert outcome.acknowledged
    kinds = {open_order.stop_order_type for open_order in backend.exchange.open_orders(REF, SYMBOL)}
    assert kinds == {"StopLoss", "TakeProfit"}
    assert backend.exchange.positions(REF, SYMBOL)[0].stop_loss == request.stop_loss


def test_cancel_all_with_the_stops_leaves_nothing(backend: Backend) -> None:
    protected_long(backend)
    resting(backend)

    backend.exchange.cancel_all(REF, SYMBOL, including_stops=True)
    backend.settle()

    assert backend.exchange.open_orders(REF, SYMBOL) == ()


def test_protection_is_moved_and_the_same_again_is_fine(backend: Backend) -> None:
    protected_long(backend)
    wanted = ProtectionRequest(SYMBOL, at(backend.price(), "0.96"), at(backend.price(), "1.04"))

    first = backend.exchange.set_protection(REF, wanted)
    again = backend.exchange.set_protection(REF, wanted)

    assert first.acknowledged
    assert again.acknowledged
    assert backend.exchange.positions(REF, SYMBOL)[0].stop_loss == wanted.stop_loss


def test_protection_without_a_target_removes_the_target(backend: Backend) -> None:
    protected_long(backend)

    backend.exchange.set_protection(REF, ProtectionRequest(SYMBOL, at(backend.price(), "0.96"), None))

    assert backend.exchange.positions(REF, SYMBOL)[0].take_profit is None


def test_protection_without_a_position_is_refused_as_flat(backend: Backend) -> None:
    outcome = backend.exchange.set_protection(REF, ProtectionRequest(SYMBOL, at(backend.price(), "0.96"), None))

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "ALREADY_FLAT")


def test_a_reduce_only_order_without_a_position_is_refused_as_flat(backend: Backend) -> None:
    outcome = backend.exchange.place_order(REF, order(Side.SELL, reduce_only=True))

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "ALREADY_FLAT")


def test_leverage_is_set_and_the_same_again_is_fine(backend: Backend) -> None:
    first = backend.exchange.set_leverage(REF, SYMBOL, Decimal(7))
    again = backend.exchange.set_leverage(REF, SYMBOL, Decimal(7))

    assert first.acknowledged
    assert again.policy == "OK_UNCHANGED"
    assert backend.exchange.positions(REF, SYMBOL)[0].leverage == 7


def test_an_order_below_the_minimum_value_is_refused_for_its_size(backend: Backend) -> None:
    outcome = backend.exchange.place_order(REF, order(Side.BUY, Decimal("0.0001")))

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "PRICE_SIZE")


def test_an_order_that_the_wallet_cannot_carry_is_refused_for_funds(backend: Backend) -> None:
    outcome = backend.exchange.place_order(REF, order(Side.BUY, Decimal(90)))

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "FUNDS")


def test_a_round_trip_is_booked_with_both_executions_and_its_result(backend: Backend) -> None:
    since = backend.now_ms() - 1
    entry = protected_long(backend)
    exit_order = order(Side.SELL, reduce_only=True)
    backend.exchange.place_order(REF, exit_order)
    backend.settle()

    executions = backend.exchange.executions(REF, SYMBOL, since)
    (closed,) = backend.exchange.closed_pnl(REF, SYMBOL, since)

    mine = [fact for fact in executions if fact.order_link_id in {entry.order_link_id, exit_order.order_link_id}]
    assert [fact.side for fact in mine] == [Side.BUY, Side.SELL]
    gross = (mine[1].price - mine[0].price) * QTY
    assert closed.closed_pnl == gross - mine[0].fee - mine[1].fee
    assert mine[1].closed_size == QTY


def test_a_snapshot_shows_orders_position_executions_and_wallet_together(backend: Backend) -> None:
    since = backend.now_ms() - 1
    request = protected_long(backend)

    snapshot = backend.exchange.snapshot(REF, SYMBOL, since)

    assert {fact.stop_order_type for fact in snapshot.orders} == {"StopLoss", "TakeProfit"}
    assert snapshot.position.size == QTY
    assert request.order_link_id in {fact.order_link_id for fact in snapshot.executions}
    assert 0 < snapshot.wallet.available < snapshot.wallet.balance


def test_a_flat_account_is_flat_by_symbol_and_absent_from_the_whole(backend: Backend) -> None:
    (row,) = backend.exchange.positions(REF, SYMBOL)

    assert row.flat
    assert backend.exchange.positions(REF, None) == ()


def test_the_key_may_trade(backend: Backend) -> None:
    info = backend.exchange.key_info(REF)

    assert (info.can_trade, info.read_only, info.can_withdraw) == (True, False, False)
