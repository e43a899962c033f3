"""Changing an order that rests: judged before it is sent, believed only when the exchange shows it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.runtime.facts import OrderStatus
from chalicelib.domain.runtime.intent import SEND_WITHIN_MS
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.ports import ExchangeRefused
from chalicelib.run_ports import KillState
from tests.fakes.scripted_exchange import order_fact
from tests.unit.api.gateway import Answer, Client, Gateway, order_body

UNRESOLVED = Outcome(OutcomeKind.UNRESOLVED, policy="AMBIGUOUS", message="timeout")


def rejected(policy: str, code: int = 1, message: str = "no") -> Outcome:
    """A definite refusal."""
    return Outcome(OutcomeKind.REJECTED, code=code, policy=policy, message=message)


@pytest.fixture
def account(client: Client) -> str:
    """A connection to trade on."""
    return client.connection()


@pytest.fixture
def resting(gateway: Gateway, client: Client, account: str) -> str:
    """The id of a limit order that rests: 0.01 at 40,000, stop 39,000, target 42,000."""
    order = client.post("/terminal/orders", order_body(account)).json
    gateway.services.exchange.orders[order["orderLinkId"]] = replace(
        order_fact(order["orderLinkId"], OrderStatus.NEW), stop_loss=Decimal(39_000), take_profit=Decimal(42_000)
    )
    return str(order["id"])


def amend(client: Client, order_id: str, *, key: str | None = None, **changes: Any) -> Answer:
    """Asks for a change."""
    return client.post(f"/terminal/orders/{order_id}/amend", changes, key=key)


def test_a_change_is_sent_and_shown_as_the_exchange_has_it(gateway: Gateway, client: Client, resting: str) -> None:
    answer = amend(client, resting, qty="0.02", price="39990", stopLoss="38000", takeProfit="43000")

    order = answer.json["order"]
    assert (answer.status, answer.json["status"]) == (200, "applied")
    assert (order["qty"], order["price"], order["stopLoss"], order["takeProfit"]) == ("0.02", "39990", "38000", "43000")
    assert (order["id"], order["status"]) == (resting, "working")
    assert len(gateway.services.exchange.amended) == 1


def test_only_what_is_named_is_changed(gateway: Gateway, client: Client, resting: str) -> None:
    amend(client, resting, stopLoss="38500")

    (sent,) = gateway.services.exchange.amended
    assert (sent.qty, sent.price, sent.stop_loss, sent.take_profit) == (None, None, Decimal(38_500), None)


def test_a_change_may_not_leave_late(gateway: Gateway, client: Client, resting: str) -> None:
    amend(client, resting, price="39990")

    (sent,) = gateway.services.exchange.amended
    assert sent.send_before_ms == gateway.services.clock.now + SEND_WITHIN_MS


def test_an_acknowledged_change_that_is_not_shown_is_unknown(gateway: Gateway, client: Client, resting: str) -> None:
    gateway.services.exchange.obeys = False

    answer = amend(client, resting, price="39990").json

    assert (answer["status"], answer["order"]["price"]) == ("unknown", "40000")


def test_a_change_whose_answer_was_lost_is_found(gateway: Gateway, client: Client, resting: str) -> None:
    gateway.services.exchange.amend_outcome = UNRESOLVED

    assert amend(client, resting, price="39990").json["status"] == "applied"
    assert len(gateway.services.exchange.amended) == 1


def test_a_lost_answer_and_no_change_is_no_verdict(gateway: Gateway, client: Client, resting: str) -> None:
    gateway.services.exchange.amend_outcome = UNRESOLVED
    gateway.services.exchange.obeys = False

    assert amend(client, resting, price="39990").json["status"] == "unknown"


def test_a_refusal_is_told_in_the_exchanges_words(gateway: Gateway, client: Client, resting: str) -> None:
    gateway.services.exchange.obeys = False
    gateway.services.exchange.amend_outcome = rejected("FUNDS", 110007, "ab not enough")

    answer = amend(client, resting, qty="0.02")

    assert (answer.status, answer.json["code"]) == (409, "order.amend_refused")
    assert answer.json["params"] == {"message": "110007 ab not enough"}


@pytest.mark.parametrize(("policy", "code"), [("ALREADY_TERMINAL", 110001), ("RE_READ", 110064)])
def test_a_change_that_came_too_late_shows_what_has_become_of_the_order(
    gateway: Gateway, client: Client, resting: str, policy: str, code: int
) -> None:
    exchange = gateway.services.exchange
    exchange.obeys = False
    exchange.amend_outcome = rejected(policy, code)
    link_id = next(iter(exchange.orders))
    before = exchange.orders[link_id]
    gateway.services.clock.on_pass = lambda _: exchange.orders.update(
        {link_id: replace(before, status=OrderStatus.FILLED, cum_exec_qty=before.qty)}
    )

    answer = amend(client, resting, price="39990")

    assert (answer.status, answer.json["code"], answer.json["params"]) == (409, "order.finished", {"status": "filled"})


def test_a_race_that_leaves_the_order_as_it_was_is_a_refusal(gateway: Gateway, client: Client, resting: str) -> None:
    gateway.services.exchange.obeys = False
    gateway.services.exchange.amend_outcome = rejected("RE_READ", 110064, "processing")

    assert amend(client, resting, price="39990").json["code"] == "order.amend_refused"


@pytest.mark.parametrize(
    ("changes", "pointer", "key"),
    [
        ({}, "", "order.nothing_to_amend"),
        ({"price": "39990.05"}, "/price", "order.price_off_tick"),
        ({"qty": "0.0015"}, "/qty", "order.qty_off_step"),
        ({"stopLoss": "40000"}, "/stopLoss", "order.stop_loss_not_below"),
        ({"price": "38000"}, "/stopLoss", "order.stop_loss_not_below"),
        ({"takeProfit": "39999"}, "/takeProfit", "order.take_profit_not_above"),
        ({"qty": "0.0001"}, "/qty", "order.qty_off_step"),
        ({"price": "40200", "stopLoss": "40100"}, "/stopLoss", "order.crossing_stop_loss_not_below"),
    ],
)
def test_a_change_that_breaks_a_rule_is_pointed_at_and_not_sent(
    gateway: Gateway, client: Client, resting: str, changes: dict[str, str], pointer: str, key: str
) -> None:
    answer = amend(client, resting, **changes)

    assert answer.status == 400
    assert (pointer, key) in [(error["pointer"], error["key"]) for error in answer.json["errors"]]
    assert gateway.services.exchange.amended == []


def test_no_less_than_has_executed_can_be_asked_for(gateway: Gateway, client: Client, resting: str) -> None:
    exchange = gateway.services.exchange
    link_id = next(iter(exchange.orders))
    exchange.orders[link_id] = replace(
        exchange.orders[link_id], status=OrderStatus.PARTIALLY_FILLED, cum_exec_qty=Decimal("0.005")
    )

    answer = amend(client, resting, qty="0.005")

    assert [error["key"] for error in answer.json["errors"]] == ["order.qty_not_above_filled"]


def test_what_is_so_already_is_not_sent(gateway: Gateway, client: Client, resting: str) -> None:
    assert amend(client, resting, price="40000", qty="0.01").json["status"] == "applied"
    assert gateway.services.exchange.amended == []


def test_a_repeat_with_the_same_key_does_not_undo_a_later_change(
    gateway: Gateway, client: Client, resting: str
) -> None:
    amend(client, resting, key="first", price="39990")
    amend(client, resting, key="second", price="39980")

    amend(client, resting, key="first", price="39990")

    assert client.get(f"/terminal/orders/{resting}").json["price"] == "39980"


def test_an_order_that_has_ended_cannot_be_changed(gateway: Gateway, client: Client, resting: str) -> None:
    client.post(f"/terminal/orders/{resting}/cancel")

    answer = amend(client, resting, price="39990")

    assert (answer.status, answer.json["code"]) == (409, "order.finished")


def test_a_market_order_cannot_be_changed(client: Client, account: str) -> None:
    order = client.post("/terminal/orders", order_body(account, type="Market", price=None)).json

    assert amend(client, order["id"], qty="0.02").json["code"] == "order.not_amendable"


def test_an_order_that_nobody_has_seen_yet_is_not_changed(gateway: Gateway, client: Client, account: str) -> None:
    order = client.post("/terminal/orders", order_body(account)).json

    assert amend(client, order["id"], price="39990").json["code"] == "order.not_known_yet"
    assert gateway.services.exchange.amended == []


@pytest.mark.parametrize(("changes", "allowed"), [({"price": "39990"}, False), ({"qty": "0.02"}, False),
                                                  ({"qty": "0.005"}, True), ({"stopLoss": "39500"}, True)])  # fmt: skip
def test_while_trading_is_off_an_order_may_only_shrink_or_be_protected(
    gateway: Gateway, client: Client, resting: str, changes: dict[str, str], allowed: bool
) -> None:
    gateway.services.switch.engage(None, KillState("Incident", 1, "operator"))

    answer = amend(client, resting, **changes)

    if allowed:
        assert answer.json["status"] == "applied"
    else:
        assert (answer.status, answer.json["code"]) == (409, "trading.off")
        assert gateway.services.exchange.amended == []


def test_a_cancellation_that_is_refused_is_told(gateway: Gateway, client: Client, resting: str) -> None:
    gateway.services.exchange.cancel_outcome = rejected("CREDENTIALS", 10005, "Permission denied")

    answer = client.post(f"/terminal/orders/{resting}/cancel")

    assert (answer.status, answer.json["code"]) == (409, "order.cancel_refused")


def test_a_list_is_shown_though_one_connections_key_has_expired(gateway: Gateway, client: Client, resting: str) -> None:
    gateway.services.exchange.refusal = ExchangeRefused(33004, "CREDENTIALS", "expired")

    (order,) = client.get("/terminal/orders").json["items"]

    assert (order["id"], order["status"]) == (resting, "accepted")
