"""Manual orders over HTTP: intent first, one order however often it is asked for, silence resolved by asking."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.runtime.facts import OrderStatus
from chalicelib.domain.runtime.orders import Outcome, OutcomeKind
from chalicelib.domain.workspace.manual_order import ManualOrder
from chalicelib.ports import NotFound
from tests.fakes.facts import an_execution
from tests.fakes.memory_workspace import MemoryManualOrders
from tests.fakes.scripted_exchange import GOOD_KEY, order_fact
from tests.unit.api.gateway import Client, Gateway, order_body


@pytest.fixture
def account(client: Client) -> str:
    """A connection to trade on."""
    return client.connection()


def test_an_acknowledged_order_is_accepted_not_filled(gateway: Gateway, client: Client, account: str) -> None:
    answer = client.post("/terminal/orders", order_body(account), key="k")

    assert answer.status == 201
    assert (answer.json["status"], answer.json["filledQty"]) == ("accepted", "0")
    (sent,) = gateway.services.exchange.placed
    assert (sent.order_link_id, str(sent.qty), str(sent.stop_loss)) == (answer.json["orderLinkId"], "0.01", "39000")


def test_the_link_id_is_derived_and_fits(gateway: Gateway, client: Client, account: str) -> None:
    link_id = client.post("/terminal/orders", order_body(account), key="k").json["orderLinkId"]

    assert re.fullmatch(r"m[0-9a-f]{31}", link_id)


def test_a_repeat_adopts_the_order_that_is_there(gateway: Gateway, client: Client, account: str) -> None:
    first = client.post("/terminal/orders", order_body(account), key="k").json
    gateway.services.exchange.orders[first["orderLinkId"]] = order_fact(first["orderLinkId"], OrderStatus.NEW)

    again = client.post("/terminal/orders", order_body(account), key="k")

    assert (again.status, again.json["id"], again.json["status"]) == (201, first["id"], "working")
    assert len(gateway.services.exchange.placed) == 1


def test_a_repeat_is_adopted_even_when_the_price_has_run_away(gateway: Gateway, client: Client, account: str) -> None:
    body = order_body(account, type="Market", price=None)
    client.post("/terminal/orders", body, key="k")
    gateway.services.market_data.price /= 2

    assert client.post("/terminal/orders", body, key="k").status == 201
    assert len(gateway.services.exchange.placed) == 1


def test_the_same_key_for_another_order_is_refused(gateway: Gateway, client: Client, account: str) -> None:
    client.post("/terminal/orders", order_body(account), key="k")

    other = client.post("/terminal/orders", order_body(account, qty="0.02"), key="k")

    assert (other.status, other.json["code"]) == (422, "idempotency.key_reused")
    assert len(gateway.services.exchange.placed) == 1


def test_one_key_in_two_workspaces_makes_two_orders(gateway: Gateway, client: Client, account: str) -> None:
    other = gateway.user("other@example.com")

    first = client.post("/terminal/orders", order_body(account), key="k").json
    second = other.post("/terminal/orders", order_body(other.connection()), key="k").json

    assert first["orderLinkId"] != second["orderLinkId"]


def test_without_a_key_every_request_is_an_order(gateway: Gateway, client: Client, account: str) -> None:
    client.post("/terminal/orders", order_body(account))
    client.post("/terminal/orders", order_body(account))

    assert len({order.order_link_id for order in gateway.services.exchange.placed}) == 2


@pytest.mark.parametrize(
    ("changes", "pointer", "key"),
    [
        ({"qty": "0.0105"}, "/qty", "order.qty_off_step"),
        ({"qty": "1000"}, "/qty", "order.qty_out_of_range"),
        ({"price": "40000.05"}, "/price", "order.price_off_tick"),
        ({"stopLoss": None}, "/stopLoss", "order.level_required"),
        ({"takeProfit": None}, "/takeProfit", "order.level_required"),
        ({"price": None}, "/price", "order.price_required"),
        ({"type": "Market"}, "/price", "order.price_forbidden"),
        ({"stopLoss": "41000"}, "/stopLoss", "order.stop_loss_not_below"),
        ({"takeProfit": "39500"}, "/takeProfit", "order.take_profit_not_above"),
        ({"reduceOnly": True, "takeProfit": None}, "/stopLoss", "order.level_forbidden"),
        ({"qty": "0"}, "/qty", "request.not_positive"),
        ({"qty": 1}, "/qty", "request.decimal_text"),
        ({"qty": "1e3"}, "/qty", "request.decimal_text"),
        ({"side": "BUY"}, "/side", "request.literal_error"),
    ],
)
def test_a_wrong_order_is_pointed_at_and_nothing_happens(
    gateway: Gateway, client: Client, account: str, changes: dict[str, object], pointer: str, key: str
) -> None:
    answer = client.post("/terminal/orders", order_body(account, **changes))

    assert answer.status == 400
    assert (pointer, key) in [(error["pointer"], error["key"]) for error in answer.json["errors"]]
    assert gateway.services.exchange.placed == []
    assert gateway.services.order_rows.rows == {}


def test_a_sell_wants_its_levels_the_other_way_round(client: Client, account: str) -> None:
    wrong = client.post("/terminal/orders", order_body(account, side="Sell"))
    right = client.post("/terminal/orders", order_body(account, side="Sell", stopLoss="41000", takeProfit="39000"))

    assert (wrong.status, set(wrong.pointers())) == (400, {"/stopLoss", "/takeProfit"})
    assert right.status == 201


CROSSING_BUY = {"price": "40200", "stopLoss": "40100", "takeProfit": "41000"}
CROSSING_SELL = {"side": "Sell", "price": "39800", "stopLoss": "39900", "takeProfit": "39000"}


@pytest.mark.parametrize(("changes", "where"), [(CROSSING_BUY, "below"), (CROSSING_SELL, "above")])
def test_an_order_that_fills_at_once_has_its_stop_beyond_the_market(
    gateway: Gateway, client: Client, account: str, changes: dict[str, str], where: str
) -> None:
    answer = client.post("/terminal/orders", order_body(account, **changes))

    (error,) = answer.json["errors"]
    assert (answer.status, error["pointer"], error["key"]) == (
        400,
        "/stopLoss",
        f"order.crossing_stop_loss_not_{where}",
    )
    assert error["params"] == {"price": changes["price"], "reference": "40000"}
    assert gateway.services.exchange.placed == []


@pytest.mark.parametrize(
    "changes",
    [
        {**CROSSING_BUY, "stopLoss": "39999.9"},
        {**CROSSING_SELL, "stopLoss": "40000.1"},
        {"price": "39000", "stopLoss": "38900", "takeProfit": "39500"},
    ],
)
def test_an_order_whose_stop_is_beyond_the_market_or_that_rests_is_placed(
    client: Client, account: str, changes: dict[str, str]
) -> None:
    assert client.post("/terminal/orders", order_body(account, **changes)).status == 201


def test_an_order_that_crosses_the_mark_price_alone_has_its_stop_beyond_that(
    gateway: Gateway, client: Client, account: str
) -> None:
    gateway.services.market_data.mark_price = Decimal(39_900)

    answer = client.post("/terminal/orders", order_body(account, price="39950", stopLoss="39920"))

    assert [error["params"]["reference"] for error in answer.json["errors"]] == ["39900"]


@pytest.mark.parametrize(("mark", "pointer"), [("39900", "/stopLoss"), ("41100", "/takeProfit")])
def test_a_market_orders_levels_are_beyond_the_mark_price_too(
    gateway: Gateway, client: Client, account: str, mark: str, pointer: str
) -> None:
    gateway.services.market_data.mark_price = Decimal(mark)

    body = order_body(account, type="Market", price=None, stopLoss="39950", takeProfit="41050")

    assert client.post("/terminal/orders", body).pointers() == [pointer]


def test_an_unknown_symbol_is_unprocessable_and_nothing_happens(gateway: Gateway, client: Client, account: str) -> None:
    answer = client.post("/terminal/orders", order_body(account, symbol="NOPEUSDT"))

    assert (answer.status, answer.json["code"]) == (422, "symbol.unknown")
    assert gateway.services.order_rows.rows == {}


def test_a_rejection_is_told_with_its_reason(gateway: Gateway, client: Client, account: str) -> None:
    gateway.services.exchange.outcome = Outcome(
        OutcomeKind.REJECTED, code=110007, policy="FUNDS", message="ab not enough for new order"
    )

    answer = client.post("/terminal/orders", order_body(account)).json

    assert (answer["status"], answer["reason"]) == ("rejected", "110007 ab not enough for new order")


def test_an_unresolved_order_that_is_there_is_adopted_at_once(gateway: Gateway, client: Client, account: str) -> None:
    gateway.services.exchange.outcome = Outcome(OutcomeKind.UNRESOLVED, message="timeout")
    first = client.post("/terminal/orders", order_body(account), key="k").json
    gateway.services.exchange.orders[first["orderLinkId"]] = order_fact(
        first["orderLinkId"], OrderStatus.FILLED, "0.01"
    )

    order = client.get(f"/terminal/orders/{first['id']}").json

    assert (first["status"], order["status"], order["filledQty"]) == ("unknown", "filled", "0.01")


def test_an_unresolved_order_stays_unknown_until_its_absence_is_proven(
    gateway: Gateway, client: Client, account: str
) -> None:
    gateway.services.exchange.outcome = Outcome(OutcomeKind.UNRESOLVED, message="timeout")
    order_id = client.post("/terminal/orders", order_body(account), key="k").json["id"]

    soon = client.get(f"/terminal/orders/{order_id}").json["status"]
    gateway.services.clock.advance(60_000)
    later = client.get(f"/terminal/orders/{order_id}").json

    assert soon == "unknown"
    assert (later["status"], later["reason"]) == ("rejected", "the exchange has no such order")
    assert len(gateway.services.exchange.placed) == 1


def test_an_unreachable_exchange_is_no_verdict(gateway: Gateway, client: Client, account: str) -> None:
    order_id = client.post("/terminal/orders", order_body(account)).json["id"]
    gateway.services.exchange.reachable = False

    one = client.get(f"/terminal/orders/{order_id}")
    listed = client.get("/terminal/orders").json["items"]

    assert (one.status, one.json["code"]) == (502, "exchange.unavailable")
    assert [order["status"] for order in listed] == ["accepted"]


DAY_MS = 86_400_000
GONE = Outcome(OutcomeKind.REJECTED, code=110001, policy="ALREADY_TERMINAL", message="order not exists")


def forgotten(gateway: Gateway, client: Client, account: str, filled: str = "0") -> str:
    """The id of an order that was seen alive, and that the exchange shows no more."""
    exchange = gateway.services.exchange
    order = client.post("/terminal/orders", order_body(account), key="k").json
    status = OrderStatus.NEW if filled == "0" else OrderStatus.PARTIALLY_FILLED
    exchange.orders[order["orderLinkId"]] = order_fact(order["orderLinkId"], status, filled)
    assert client.get(f"/terminal/orders/{order['id']}").json["status"] == "working"
    del exchange.orders[order["orderLinkId"]]
    exchange.cancel_outcome = GONE
    return str(order["id"])


def test_an_order_that_the_exchange_has_forgotten_is_over(gateway: Gateway, client: Client, account: str) -> None:
    order_id = forgotten(gateway, client, account)
    gateway.services.clock.advance(DAY_MS)

    order = gateway.user().get(f"/terminal/orders/{order_id}").json

    assert (order["status"], order["filledQty"]) == ("cancelled", "0")
    assert order["reason"] == "the exchange no longer shows the order"


def test_an_order_that_is_missing_for_less_than_a_day_may_be_late(
    gateway: Gateway, client: Client, account: str
) -> None:
    order_id = forgotten(gateway, client, account)
    gateway.services.clock.advance(DAY_MS - 60_000)
    client = gateway.user()

    assert client.post(f"/terminal/orders/{order_id}/cancel").json["status"] == "working"


def test_a_forgotten_order_keeps_what_was_seen_to_execute(gateway: Gateway, client: Client, account: str) -> None:
    order_id = forgotten(gateway, client, account, "0.004")
    gateway.services.clock.advance(30 * DAY_MS)

    order = gateway.user().get(f"/terminal/orders/{order_id}").json

    assert (order["status"], order["filledQty"], order["avgPrice"]) == ("cancelled", "0.004", "40000")


@pytest.mark.parametrize(("executed", "status"), [("0.004", "cancelled"), ("0.01", "filled")])
def test_what_a_forgotten_order_executed_unseen_is_told_by_its_executions(
    gateway: Gateway, client: Client, account: str, executed: str, status: str
) -> None:
    order_id = forgotten(gateway, client, account)
    now = gateway.services.clock.now
    mine = an_execution(order_link_id=f"m{order_id}", qty=Decimal(executed), price=Decimal(39_990), time_ms=now)
    gateway.services.exchange.executed = (mine, replace(mine, order_link_id="another"))
    gateway.services.clock.advance(30 * DAY_MS)

    order = gateway.user().get(f"/terminal/orders/{order_id}").json

    assert (order["status"], order["filledQty"], order["avgPrice"]) == (status, executed, "39990")


def test_an_accepted_order_that_was_never_shown_is_over_after_a_day(
    gateway: Gateway, client: Client, account: str
) -> None:
    order_id = client.post("/terminal/orders", order_body(account)).json["id"]
    gateway.services.clock.advance(DAY_MS)

    assert gateway.user().get(f"/terminal/orders/{order_id}").json["status"] == "cancelled"


def test_an_unresolved_order_that_executed_weeks_ago_is_not_absent(
    gateway: Gateway, client: Client, account: str
) -> None:
    gateway.services.exchange.outcome = Outcome(OutcomeKind.UNRESOLVED, message="timeout")
    order = client.post("/terminal/orders", order_body(account)).json
    now = gateway.services.clock.now
    fill = an_execution(order_link_id=order["orderLinkId"], qty=Decimal("0.01"), time_ms=now)
    gateway.services.exchange.executed = (fill,)
    gateway.services.clock.advance(30 * DAY_MS)

    assert gateway.user().get(f"/terminal/orders/{order['id']}").json["status"] == "filled"


def test_cancelling_asks_the_exchange_and_shows_what_it_says(gateway: Gateway, client: Client, account: str) -> None:
    order = client.post("/terminal/orders", order_body(account)).json
    gateway.services.exchange.orders[order["orderLinkId"]] = order_fact(order["orderLinkId"], OrderStatus.NEW)

    cancelled = client.post(f"/terminal/orders/{order['id']}/cancel")
    again = client.post(f"/terminal/orders/{order['id']}/cancel")

    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    assert (again.status, again.json["code"]) == (409, "order.finished")
    assert gateway.services.exchange.cancelled == [order["orderLinkId"]]


def test_orders_are_listed_by_account_and_symbol(client: Client, account: str) -> None:
    client.post("/terminal/orders", order_body(account))
    client.post("/terminal/orders", order_body(account, symbol="ETHUSDT"))

    assert len(client.get("/terminal/orders", exchangeConnectionId=account).json["items"]) == 2
    assert len(client.get("/terminal/orders", symbol="ETHUSDT").json["items"]) == 1
    assert client.get("/terminal/orders", exchangeConnectionId="other").json["items"] == []


def test_an_old_order_is_listed_for_its_symbol_behind_many_of_another(
    gateway: Gateway, client: Client, account: str
) -> None:
    old = client.post("/terminal/orders", order_body(account)).json["id"]
    for _ in range(50):
        gateway.services.clock.advance(1)
        client.post("/terminal/orders", order_body(account, symbol="ETHUSDT"))

    listed = client.get("/terminal/orders", symbol="BTCUSDT").json["items"]

    assert [order["id"] for order in listed] == [old]


def test_candles_are_numbers_as_strings_with_open_times_in_milliseconds(client: Client) -> None:
    answer = client.get("/terminal/candles", symbol="BTCUSDT", interval="5m", limit="2").json

    assert answer["interval"] == "5m"
    assert answer["items"][1] == {
        "openTime": 300_000,
        "open": "40000",
        "high": "40000",
        "low": "40000",
        "close": "40000",
        "volume": "1",
    }
    assert answer["forming"]["openTime"] == 600_000


@pytest.mark.parametrize("query", [{"interval": "2m"}, {"limit": "0"}, {"limit": "1001"}, {"limit": "x"}])
def test_a_wrong_candle_query_is_refused(client: Client, query: dict[str, str]) -> None:
    assert client.get("/terminal/candles", symbol="BTCUSDT", **query).status == 400


@pytest.mark.parametrize("path", ["/terminal/positions", "/terminal/open-orders", "/terminal/closed-pnl"])
def test_an_account_is_not_asked_about_an_unknown_symbol(client: Client, account: str, path: str) -> None:
    answer = client.get(path, exchangeConnectionId=account, symbol="NOPEUSDT")

    assert (answer.status, answer.pointers()) == (422, ["#/query/symbol"])


class RacingOrders(MemoryManualOrders):
    """The rows as a request sees them that comes a moment before the other one's row is there."""

    def __init__(self) -> None:
        super().__init__()
        self.blind = False

    def get(self, workspace_id: str, intent_id: str) -> ManualOrder:
        if self.blind:
            self.blind = False
            raise NotFound("order")
        return super().get(workspace_id, intent_id)


def test_of_two_equal_requests_at_once_one_sends(gateway: Gateway) -> None:
    gateway.services.order_rows = rows = RacingOrders()
    client = gateway.user()
    account = client.connection()
    first = client.post("/terminal/orders", order_body(account), key="k").json

    rows.blind = True
    second = client.post("/terminal/orders", order_body(account), key="k")

    assert (second.status, second.json["id"]) == (201, first["id"])
    assert len(gateway.services.exchange.placed) == 1


def test_the_intent_is_stored_before_the_order_is_sent(gateway: Gateway, client: Client, account: str) -> None:
    stored: list[int] = []
    exchange = gateway.services.exchange
    exchange.on_place = lambda: stored.append(len(gateway.services.order_rows.rows))

    client.post("/terminal/orders", order_body(account))

    assert stored == [1]


def test_a_key_that_failed_its_last_test_is_good_for_closing_only(gateway: Gateway, client: Client) -> None:
    connection_id = client.connection()
    gateway.services.exchange.key = replace(GOOD_KEY, can_withdraw=True)
    client.post(f"/exchanges/{connection_id}/test")

    opening = client.post("/terminal/orders", order_body(connection_id), key="k1")
    closing = client.post(
        "/terminal/orders",
        order_body(connection_id, side="Sell", reduceOnly=True, stopLoss=None, takeProfit=None),
        key="k2",
    )

    assert (opening.status, opening.json["code"]) == (409, "order.connection_not_tested")
    assert closing.status == 201, closing.text
