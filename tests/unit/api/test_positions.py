"""Positions by hand: levels are verified on the position, closing is sized from it and proved by it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import OrderStatus, PositionFact
from chalicelib.domain.runtime.intent import SEND_WITHIN_MS
from chalicelib.domain.runtime.orders import OrderRequest, Outcome, OutcomeKind
from chalicelib.run_ports import KillState
from tests.fakes.facts import a_position
from tests.fakes.scripted_exchange import instrument, order_fact
from tests.unit.api.gateway import Answer, Client, Gateway, order_body

UNRESOLVED = Outcome(OutcomeKind.UNRESOLVED, policy="AMBIGUOUS", message="timeout")


def position(size: str = "0.5", side: Side | None = Side.BUY) -> PositionFact:
    """A position in BTCUSDT at a mark price of 40,000."""
    return a_position(
        side=side,
        size=Decimal(size),
        take_profit=Decimal(42_000),
        leverage=Decimal(5),
        unrealised_pnl=Decimal(0),
        updated_ms=1,
    )


class Account:
    """A user's connection with a position that reduce-only orders reduce, as the exchange would."""

    def __init__(self, gateway: Gateway) -> None:
        self.exchange = gateway.services.exchange
        self.client: Client = gateway.user()
        self.id = self.client.connection()
        self.fills = True
        self.exchange.held = (position(),)
        self.exchange.on_place = self._fill

    def protect(self, stop_loss: str = "38000", take_profit: str = "43000") -> Answer:
        """Asks for levels."""
        levels = {"stopLoss": stop_loss, "takeProfit": take_profit}
        return self.client.post("/terminal/positions/protection", self._body(**levels))

    def close(self, qty: str | None = None, key: str | None = None) -> Answer:
        """Asks to close."""
        return self.client.post("/terminal/positions/close", self._body(**({"qty": qty} if qty else {})), key=key)

    def start_run(self, symbol: str = "BTCUSDT") -> None:
        """Starts a run on this connection."""
        body = {"name": "Bot", "strategyId": self.client.strategy(symbol), "exchangeConnectionId": self.id}
        bot = self.client.post("/bots", body).json
        assert self.client.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 5}).status == 201

    def placed(self) -> list[OrderRequest]:
        """The orders that reached the exchange."""
        return self.exchange.placed

    def _body(self, **more: str) -> dict[str, Any]:
        return {"exchangeConnectionId": self.id, "symbol": "BTCUSDT", **more}

    def _fill(self) -> None:
        self.exchange.on_placed = self._filled if self.fills else (lambda order: None)

    def _filled(self, order: OrderRequest) -> None:
        (held,) = self.exchange.held
        executed = min(order.qty or held.size, held.size)
        left = held.size - executed
        self.exchange.held = (replace(held, size=left, side=held.side if left else None),)
        fact = order_fact(order.order_link_id, OrderStatus.FILLED, str(executed))
        self.exchange.orders[order.order_link_id] = replace(fact, order_type="Market", qty=order.qty)


@pytest.fixture
def account(gateway: Gateway) -> Account:
    """An account that holds half a bitcoin."""
    return Account(gateway)


def test_levels_are_set_and_seen_on_the_position(account: Account) -> None:
    answer = account.protect()

    assert (answer.status, answer.json["status"]) == (200, "set")
    assert (answer.json["position"]["stopLoss"], answer.json["position"]["takeProfit"]) == ("38000", "43000")


def test_levels_that_are_not_seen_are_unknown_whatever_was_acknowledged(account: Account) -> None:
    account.exchange.obeys = False

    answer = account.protect().json

    assert (answer["status"], answer["position"]["stopLoss"]) == ("unknown", "39000")


def test_levels_whose_answer_was_lost_are_looked_for(account: Account) -> None:
    account.exchange.protect_outcome = UNRESOLVED

    assert account.protect().json["status"] == "set"
    assert len(account.exchange.protections) == 1


def test_levels_that_the_exchange_refuses_are_told_in_its_words(account: Account) -> None:
    account.exchange.protect_outcome = Outcome(OutcomeKind.REJECTED, code=110060, policy="TRADING_STOP", message="bad")

    answer = account.protect()

    assert (answer.status, answer.json["code"]) == (409, "position.protection_refused")
    assert answer.json["params"] == {"message": "110060 bad"}


def test_a_position_that_has_just_gone_is_told(account: Account) -> None:
    account.exchange.protect_outcome = Outcome(OutcomeKind.REJECTED, code=10001, policy="ALREADY_FLAT")

    assert account.protect().json["code"] == "position.flat"


@pytest.mark.parametrize(
    ("side", "levels", "pointers"),
    [
        (Side.BUY, ("40000", "43000"), ["/stopLoss"]),
        (Side.BUY, ("38000", "40000"), ["/takeProfit"]),
        (Side.SELL, ("38000", "43000"), ["/stopLoss", "/takeProfit"]),
        (Side.BUY, ("38000.05", "43000"), ["/stopLoss"]),
    ],
)
def test_levels_on_the_wrong_side_or_off_the_tick_are_pointed_at_and_not_sent(
    account: Account, side: Side, levels: tuple[str, str], pointers: list[str]
) -> None:
    account.exchange.held = (position(side=side),)

    answer = account.protect(*levels)

    assert (answer.status, answer.pointers()) == (400, pointers)
    assert account.exchange.protections == []


def test_a_level_may_be_one_tick_away_from_the_mark_price(account: Account) -> None:
    assert account.protect("39999.9", "40000.1").json["status"] == "set"


def test_both_levels_are_needed(account: Account) -> None:
    answer = account.client.post(
        "/terminal/positions/protection", {"exchangeConnectionId": account.id, "symbol": "BTCUSDT", "stopLoss": "38000"}
    )

    assert (answer.status, answer.pointers()) == (400, ["/takeProfit"])


def test_a_whole_position_is_closed_reduce_only_and_proved_flat(account: Account) -> None:
    answer = account.close(key="k")

    (order,) = account.placed()
    assert (order.side, order.qty, order.reduce_only, order.order_type) == (Side.SELL, Decimal("0.5"), True, "Market")
    assert (answer.status, answer.json["status"]) == (200, "closed")
    assert [one["status"] for one in answer.json["orders"]] == ["filled"]
    assert answer.json["position"]["size"] == "0.0"


def test_a_short_is_closed_by_buying(account: Account) -> None:
    account.exchange.held = (position(side=Side.SELL),)

    account.close()

    assert account.placed()[0].side is Side.BUY


def test_a_part_is_closed_and_the_rest_stays(account: Account) -> None:
    answer = account.close("0.2").json

    assert (answer["status"], answer["position"]["size"]) == ("reduced", "0.3")


def test_a_position_above_the_largest_market_order_is_closed_in_chunks(gateway: Gateway, account: Account) -> None:
    rules = replace(instrument(), max_market_order_qty=Decimal("0.2"))
    gateway.services.market_data.symbols["BTCUSDT"] = rules

    answer = account.close(key="k").json

    assert [order.qty for order in account.placed()] == [Decimal("0.2"), Decimal("0.2"), Decimal("0.1")]
    assert len({order.order_link_id for order in account.placed()}) == 3
    assert answer["status"] == "closed"


def test_dust_is_swept(account: Account) -> None:
    account.exchange.held = (position("0.0005"),)

    answer = account.close().json

    (order,) = account.placed()
    assert (order.qty, order.reduce_only, order.close_on_trigger) == (0, True, True)
    assert answer["status"] == "closed"


def test_a_repeat_with_its_key_finds_the_closing_and_sends_nothing(account: Account) -> None:
    first = account.close(key="k").json
    account.exchange.held = (position(),)

    again = account.close(key="k").json

    assert [order["id"] for order in again["orders"]] == [order["id"] for order in first["orders"]]
    assert len(account.placed()) == 1


def test_a_key_of_another_order_closes_nothing(account: Account) -> None:
    account.client.post("/terminal/orders", order_body(account.id), key="k")
    sent = len(account.placed())

    answer = account.close(key="k")

    assert (answer.status, answer.json["code"]) == (422, "idempotency.key_reused")
    assert len(account.placed()) == sent


def test_the_intent_is_there_before_the_closing_order_leaves(gateway: Gateway, account: Account) -> None:
    stored: list[int] = []
    account.exchange.on_place = lambda: stored.append(len(gateway.services.order_rows.rows))

    account.close()

    assert stored == [1]


def test_a_closing_order_leaves_soon_or_never(gateway: Gateway, account: Account) -> None:
    account.close()

    assert account.placed()[0].send_before_ms == gateway.services.clock.now + SEND_WITHIN_MS


def test_a_closing_that_is_not_seen_is_unknown(account: Account) -> None:
    account.fills = False

    answer = account.close().json

    assert (answer["status"], answer["position"]["size"]) == ("unknown", "0.5")


def test_after_an_unknown_chunk_no_further_one_is_sent(gateway: Gateway, account: Account) -> None:
    gateway.services.market_data.symbols["BTCUSDT"] = replace(instrument(), max_market_order_qty=Decimal("0.2"))
    account.fills = False
    account.exchange.outcome = UNRESOLVED

    answer = account.close().json

    assert (len(account.placed()), answer["status"]) == (1, "unknown")


def test_a_refused_closing_is_told(account: Account) -> None:
    account.fills = False
    account.exchange.outcome = Outcome(OutcomeKind.REJECTED, code=110017, policy="ALREADY_FLAT", message="zero")

    answer = account.close().json

    assert (answer["status"], answer["orders"][0]["reason"]) == ("refused", "110017 zero")


@pytest.mark.parametrize("act", [Account.protect, Account.close])
def test_there_must_be_a_position(account: Account, act: Any) -> None:
    account.exchange.held = (position("0", None),)

    answer = act(account)

    assert (answer.status, answer.json["code"]) == (409, "position.flat")


@pytest.mark.parametrize("act", [Account.protect, Account.close])
def test_an_unreadable_position_is_not_flat(account: Account, act: Any) -> None:
    account.exchange.reachable = False

    answer = act(account)

    assert (answer.status, answer.json["code"]) == (502, "exchange.unavailable")
    assert account.placed() == []


@pytest.mark.parametrize("act", [Account.protect, Account.close])
def test_a_runs_position_is_left_to_the_run(account: Account, act: Any) -> None:
    account.start_run()

    answer = act(account)

    assert (answer.status, answer.json["code"]) == (409, "position.run_active")
    assert (account.placed(), account.exchange.protections) == ([], [])


def test_a_run_on_another_symbol_is_in_nobodys_way(account: Account) -> None:
    account.start_run("ETHUSDT")

    assert account.close().json["status"] == "closed"


def test_an_opening_order_beside_a_run_is_refused_before_anything_is_stored(gateway: Gateway, account: Account) -> None:
    account.start_run()

    answer = account.client.post("/terminal/orders", order_body(account.id))

    assert (answer.status, answer.json["code"], answer.json["params"]) == (
        409,
        "order.run_active",
        {"symbol": "BTCUSDT"},
    )
    assert gateway.services.order_rows.rows == {}


def test_while_trading_is_off_positions_are_protected_and_closed(gateway: Gateway, account: Account) -> None:
    gateway.services.switch.engage(None, KillState("Incident", 1, "operator"))

    assert account.protect().json["status"] == "set"
    assert account.close().json["status"] == "closed"


def test_while_trading_is_off_nothing_is_opened_by_hand(gateway: Gateway, account: Account) -> None:
    gateway.services.switch.engage(None, KillState("Incident", 1, "operator"))

    answer = account.client.post("/terminal/orders", order_body(account.id))

    assert (answer.status, answer.json["code"], answer.json["params"]) == (409, "trading.off", {"reason": "Incident"})
    assert (account.placed(), gateway.services.order_rows.rows) == ([], {})


def test_while_the_switch_cannot_be_read_nothing_is_opened_by_hand(gateway: Gateway, account: Account) -> None:
    gateway.services.switch.readable = False

    assert account.client.post("/terminal/orders", order_body(account.id)).json["code"] == "trading.off"
    assert account.close().json["status"] == "closed"


def test_an_order_that_was_placed_before_the_switch_is_still_found_by_its_key(
    gateway: Gateway, account: Account
) -> None:
    placed = account.client.post("/terminal/orders", order_body(account.id), key="k").json
    gateway.services.switch.engage(None, KillState("Incident", 1, "operator"))

    assert account.client.post("/terminal/orders", order_body(account.id), key="k").json["id"] == placed["id"]


def engage(account: Account) -> dict[str, Any]:
    """What switching the workspace's trading off did."""
    answer = account.client.post("/kill-switch", {"reason": "Strange fills"})
    assert answer.status == 200, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_the_switch_closes_what_was_opened_by_hand(account: Account) -> None:
    account.client.post("/terminal/orders", order_body(account.id, type="Market", price=None))
    account.exchange.held = (position(),)

    told = engage(account)

    closing = account.placed()[-1]
    assert (closing.reduce_only, closing.side, closing.qty) == (True, Side.SELL, Decimal("0.5"))
    assert (told["positionsClosed"], told["left"]) == (["BTCUSDT"], [])


def test_the_switch_cancels_resting_orders_that_could_open_and_no_others(account: Account) -> None:
    account.fills = False
    bodies = [order_body(account.id), order_body(account.id, reduceOnly=True, stopLoss=None, takeProfit=None)]
    links = [account.client.post("/terminal/orders", body).json["orderLinkId"] for body in bodies]
    for link_id in links:
        account.exchange.orders[link_id] = order_fact(link_id, OrderStatus.NEW)
    account.exchange.held = (position("0", None),)

    told = engage(account)

    assert account.exchange.cancelled == links[:1]
    assert (told["ordersCancelled"], told["positionsClosed"], told["left"]) == (["BTCUSDT"], [], [])


def test_the_switch_leaves_a_position_that_no_hand_of_ours_opened(account: Account) -> None:
    told = engage(account)

    assert (told["positionsClosed"], account.placed()) == ([], [])


def test_the_switch_leaves_a_runs_position_to_the_run(account: Account) -> None:
    account.client.post("/terminal/orders", order_body(account.id, type="Market", price=None))
    account.start_run()
    sent = len(account.placed())

    told = engage(account)

    assert (len(told["runsTold"]), len(account.placed())) == (1, sent)


def test_the_switch_is_engaged_though_the_exchange_does_not_answer(account: Account) -> None:
    account.fills = False
    account.client.post("/terminal/orders", order_body(account.id))
    account.exchange.reachable = False

    told = engage(account)

    assert (told["killSwitch"]["engaged"], told["left"]) == (True, ["BTCUSDT"])
