"""The adapter while the exchange misbehaves: the unknown stays unknown until it is resolved, and nothing doubles."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import count

import pytest

from chalicelib.adapters.clock import SystemClock
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import OrderStatus
from chalicelib.domain.runtime.orders import OrderRequest, OutcomeKind
from chalicelib.ports import ExchangeRefused, ExchangeUnavailable
from tests.contract.exchange_server import ExchangeServer
from tests.unit.bybit.accounts import REF, Account, account_at

CREATE = "/v5/order/create"
UID = "1001"
_numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[ExchangeServer]:
    with ExchangeServer("--symbols", "BTCUSDT") as running:
        yield running


@pytest.fixture
def account(server: ExchangeServer) -> Iterator[Account]:
    yield account_at(server.url, SystemClock(server.url))
    server.sim("DELETE", "faults")


def an_order() -> OrderRequest:
    return OrderRequest(f"fa-{next(_numbers)}", "BTCUSDT", Side.BUY, "Market", Decimal("0.001"))


@pytest.mark.parametrize("kind", ["lost_reply", "truncated"])
def test_an_order_whose_answer_was_lost_is_found_under_its_id(
    server: ExchangeServer, account: Account, kind: str
) -> None:
    server.fault(kind, path=CREATE)
    order = an_order()

    outcome = account.exchange.place_order(REF, order)
    found = account.exchange.order(REF, "BTCUSDT", order.order_link_id)

    assert outcome.kind is OutcomeKind.UNRESOLVED
    assert found is not None
    assert found.status is OrderStatus.FILLED


def test_an_order_accepted_though_the_answer_was_an_error_is_found(server: ExchangeServer, account: Account) -> None:
    server.fault("ret_code_after", path=CREATE, code=10016)
    order = an_order()

    outcome = account.exchange.place_order(REF, order)

    assert outcome.kind is OutcomeKind.UNRESOLVED
    assert account.exchange.order(REF, "BTCUSDT", order.order_link_id) is not None


def test_an_order_that_was_lost_on_the_way_is_absent_and_may_carry_its_id_again(
    server: ExchangeServer, account: Account
) -> None:
    server.fault("lost_request", path=CREATE)
    order = an_order()

    outcome = account.exchange.place_order(REF, order)
    found = account.exchange.order(REF, "BTCUSDT", order.order_link_id)
    again = account.exchange.place_order(REF, order)

    assert (outcome.kind, found) == (OutcomeKind.UNRESOLVED, None)
    assert again.acknowledged


@pytest.mark.parametrize(("kind", "code"), [("http_status", 502), ("ret_code", 10016), ("ret_code", 10000)])
def test_a_gateway_error_leaves_an_order_unresolved_and_is_not_repeated(
    server: ExchangeServer, account: Account, kind: str, code: int
) -> None:
    server.fault(kind, path=CREATE, code=code)
    order = an_order()

    outcome = account.exchange.place_order(REF, order)

    assert outcome.kind is OutcomeKind.UNRESOLVED
    assert account.exchange.order(REF, "BTCUSDT", order.order_link_id) is None


def test_too_many_requests_delay_an_order_and_do_not_double_it(server: ExchangeServer, account: Account) -> None:
    server.fault("ret_code", path=CREATE, code=10006, count=2)
    order = an_order()

    outcome = account.exchange.place_order(REF, order)

    assert outcome.acknowledged
    assert account.exchange.place_order(REF, order).policy == "DUPLICATE"


def test_a_read_survives_two_bad_answers(server: ExchangeServer, account: Account) -> None:
    server.fault("http_status", path="/v5/position/list", code=502, count=2)

    assert len(account.exchange.positions(REF, "BTCUSDT")) == 1


def test_a_read_that_keeps_failing_is_unknown_and_never_flat(server: ExchangeServer, account: Account) -> None:
    server.fault("http_status", path="/v5/position/list", code=502, count=3)

    with pytest.raises(ExchangeUnavailable):
        account.exchange.snapshot(REF, "BTCUSDT", 0)


def test_an_order_is_not_called_absent_while_history_cannot_be_read(server: ExchangeServer, account: Account) -> None:
    server.fault("http_status", path="/v5/order/history", code=503, count=3)

    with pytest.raises(ExchangeUnavailable):
        account.exchange.order(REF, "BTCUSDT", "fa-never")


def test_an_exchange_whose_clock_is_ahead_is_served_with_its_own_time(server: ExchangeServer) -> None:
    server.fault("clock_skew", delay_ms=7_000)
    try:
        account = account_at(server.url, SystemClock(server.url))

        outcome = account.exchange.place_order(REF, an_order())

        assert outcome.acknowledged
        assert account.opener.clock_alarm_ms == pytest.approx(7_000, abs=200)
    finally:
        server.fault("clock_skew", delay_ms=0)


def test_a_clock_that_jumps_between_two_orders_is_measured_again(server: ExchangeServer, account: Account) -> None:
    assert account.exchange.place_order(REF, an_order()).acknowledged
    server.fault("clock_skew", delay_ms=-8_000)
    try:
        assert account.exchange.place_order(REF, an_order()).acknowledged
    finally:
        server.fault("clock_skew", delay_ms=0)


def test_a_wrong_secret_is_refused_for_good(server: ExchangeServer) -> None:
    stranger = account_at(server.url, SystemClock(server.url), secret="WRONG").exchange

    outcome = stranger.place_order(REF, an_order())

    assert (outcome.kind, outcome.policy) == (OutcomeKind.REJECTED, "CREDENTIALS")
    with pytest.raises(ExchangeRefused):
        stranger.wallet(REF)
