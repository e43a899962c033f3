"""What engaging the kill switch does to orders by hand that are many, old, forgotten by the exchange or slow to go."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.runtime.facts import OrderFact, OrderStatus
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.ports import ConnectionRef
from chalicelib.services.terminal.wind_down import BUDGET_MS
from tests.fakes.facts import a_position
from tests.fakes.scripted_exchange import ScriptedExchange, order_fact
from tests.fakes.virtual_clock import VirtualClock
from tests.unit.api.gateway import Client, Gateway, order_body

DAY_MS = 86_400_000
GONE = Outcome(OutcomeKind.REJECTED, code=110001, policy="ALREADY_TERMINAL", message="order not exists")


class SlowExchange(ScriptedExchange):
    """Its position in BTCUSDT is closed by the first reduce-only order; each cancel takes ``cancel_ms``."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock
        self.cancel_ms = 0
        self.fills_at_cancel: set[str] = set()
        self.on_placed = lambda order: self.hold("0") if order.reduce_only else None

    def hold(self, size: str) -> None:
        """The position as of now."""
        self.held = (a_position(size=Decimal(size)),)

    def cancel_order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> Outcome:
        self.clock.advance(self.cancel_ms)
        if order_link_id not in self.fills_at_cancel:
            return super().cancel_order(ref, symbol, order_link_id)
        self.cancelled.append(order_link_id)
        self.orders[order_link_id] = order_fact(order_link_id, OrderStatus.FILLED, "0.01")
        return GONE

    def order(self, ref: ConnectionRef, symbol: str, order_link_id: str) -> OrderFact | None:
        if order_link_id in self.fills_at_cancel and order_link_id in self.cancelled:
            # The order's record tells of the fill before the list of positions does.
            self.fills_at_cancel.discard(order_link_id)
            self.hold("0.01")
        return super().order(ref, symbol, order_link_id)


@pytest.fixture
def exchange(gateway: Gateway) -> SlowExchange:
    """The gateway's exchange."""
    gateway.services.exchange = found = SlowExchange(gateway.services.clock)
    return found


class Hands:
    """A user's orders by hand."""

    def __init__(self, gateway: Gateway, exchange: SlowExchange) -> None:
        self.gateway, self.exchange = gateway, exchange
        self.client: Client = gateway.user()
        self.id = self.client.connection()

    def order(self, status: OrderStatus, filled: str = "0", symbol: str = "BTCUSDT") -> str:
        """The link id of an order that was seen on the exchange like this."""
        self.gateway.services.clock.advance(1_000)
        order = self.client.post("/terminal/orders", order_body(self.id, symbol=symbol)).json
        fact = replace(order_fact(order["orderLinkId"], status, filled), symbol=symbol)
        self.exchange.orders[order["orderLinkId"]] = fact
        self.client.get(f"/terminal/orders/{order['id']}")
        return str(order["orderLinkId"])

    def forget(self, link_id: str) -> None:
        """What the exchange does with a cancelled order."""
        del self.exchange.orders[link_id]

    def pass_days(self, days: int) -> None:
        """Lets time pass and signs in again."""
        self.gateway.services.clock.advance(days * DAY_MS)
        self.client = self.gateway.user()

    def engage(self) -> dict[str, Any]:
        """What engaging did."""
        answer = self.client.post("/kill-switch", {"reason": "Strange fills"})
        assert answer.status == 200, answer.text
        return {name: answer.json[name] for name in ("ordersCancelled", "positionsClosed", "left")}


@pytest.fixture
def hands(gateway: Gateway, exchange: SlowExchange) -> Hands:
    """A user who trades by hand."""
    return Hands(gateway, exchange)


def test_orders_that_the_exchange_has_forgotten_keep_no_position_open(hands: Hands, exchange: SlowExchange) -> None:
    for _ in range(6):
        hands.forget(hands.order(OrderStatus.NEW, symbol="ETHUSDT"))
    hands.order(OrderStatus.FILLED, "0.01")
    exchange.hold("0.01")
    exchange.cancel_outcome = GONE
    hands.gateway.services.clock.advance(60_000)

    told = hands.engage()

    assert (told["positionsClosed"], told["left"]) == (["BTCUSDT"], ["ETHUSDT"])


def test_forgotten_orders_are_over_when_a_day_has_passed(hands: Hands, exchange: SlowExchange) -> None:
    for _ in range(2):
        hands.forget(hands.order(OrderStatus.NEW))
    exchange.hold("0")
    exchange.cancel_outcome = GONE
    hands.pass_days(2)

    assert hands.engage() == {"ordersCancelled": ["BTCUSDT", "BTCUSDT"], "positionsClosed": [], "left": []}
    assert hands.engage() == {"ordersCancelled": [], "positionsClosed": [], "left": []}


def test_all_unproven_cancels_are_waited_for_together(hands: Hands, exchange: SlowExchange) -> None:
    links = [hands.order(OrderStatus.NEW) for _ in range(20)]
    exchange.cancel_outcome = Outcome(OutcomeKind.UNRESOLVED, policy="AMBIGUOUS", message="timeout")
    began_ms = hands.gateway.services.clock.now

    told = hands.engage()

    assert (set(exchange.cancelled), told["left"]) == (set(links), ["BTCUSDT"])
    assert hands.gateway.services.clock.now - began_ms < 3_000


def test_an_order_older_than_the_newest_fifty_is_cancelled(hands: Hands, exchange: SlowExchange) -> None:
    old = hands.order(OrderStatus.NEW)
    for _ in range(50):
        hands.order(OrderStatus.CANCELLED, symbol="ETHUSDT")

    told = hands.engage()

    assert (exchange.cancelled, told["ordersCancelled"]) == ([old], ["BTCUSDT"])


def test_a_position_whose_order_is_older_than_the_newest_fifty_is_closed(hands: Hands, exchange: SlowExchange) -> None:
    hands.order(OrderStatus.FILLED, "0.01")
    for _ in range(50):
        hands.order(OrderStatus.CANCELLED, symbol="ETHUSDT")
    exchange.hold("0.01")

    assert hands.engage()["positionsClosed"] == ["BTCUSDT"]


def test_positions_do_not_wait_for_slow_cancels(hands: Hands, exchange: SlowExchange) -> None:
    for _ in range(30):
        hands.order(OrderStatus.NEW, symbol="ETHUSDT")
    hands.order(OrderStatus.FILLED, "0.01")
    exchange.hold("0.01")
    exchange.cancel_ms = 1_000
    began_ms = hands.gateway.services.clock.now

    told = hands.engage()

    assert (told["positionsClosed"], told["left"]) == (["BTCUSDT"], ["ETHUSDT"])
    assert len(exchange.cancelled) < 30
    assert hands.gateway.services.clock.now - began_ms < BUDGET_MS + 5_000


def test_a_cancel_that_hangs_leaves_the_positions_their_time(hands: Hands, exchange: SlowExchange) -> None:
    hands.order(OrderStatus.NEW, symbol="ETHUSDT")
    hands.order(OrderStatus.FILLED, "0.01")
    exchange.hold("0.01")
    exchange.cancel_ms = BUDGET_MS + 1

    assert hands.engage()["positionsClosed"] == ["BTCUSDT"]


def test_what_fills_while_it_is_being_cancelled_is_closed_too(hands: Hands, exchange: SlowExchange) -> None:
    late = hands.order(OrderStatus.NEW)
    exchange.fills_at_cancel.add(late)
    exchange.hold("0")

    told = hands.engage()

    assert (told["positionsClosed"], told["left"]) == (["BTCUSDT"], [])


def test_a_connection_that_was_taken_away_is_not_named_for_ever(hands: Hands, exchange: SlowExchange) -> None:
    hands.order(OrderStatus.FILLED, "0.01")
    assert hands.client.step_up().call("DELETE", f"/exchanges/{hands.id}").status == 204

    assert hands.engage() == {"ordersCancelled": [], "positionsClosed": [], "left": []}
