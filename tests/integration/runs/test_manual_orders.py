"""Manual orders on the local cloud: placed once, seen on the exchange, changed, cancelled; positions by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.api_client import Refused
from tests.integration.runs.stage import Stage

SYMBOL = "XRPUSDT"


@pytest.fixture
def resting(stage: Stage) -> dict[str, Any]:
    """A limit order far below the market."""
    instrument = stage.api.get(f"/instruments/{SYMBOL}")
    last = Decimal(stage.api.get("/terminal/ticker", symbol=SYMBOL)["lastPrice"])
    tick = Decimal(instrument["tickSize"])

    def price(part: str) -> str:
        return format((last * Decimal(part) / tick).to_integral_value() * tick, "f")

    step = Decimal(instrument["qtyStep"])
    qty = max(Decimal(instrument["minOrderQty"]), (Decimal(50) / last / step).to_integral_value() * step)
    return {
        "exchangeConnectionId": stage.connection_id,
        "symbol": SYMBOL,
        "side": "Buy",
        "type": "Limit",
        "qty": format(qty, "f"),
        "price": price("0.8"),
        "stopLoss": price("0.7"),
        "takeProfit": price("0.9"),
    }


def test_a_limit_order_rests_on_the_exchange_and_is_cancelled(stage: Stage, resting: dict[str, Any]) -> None:
    placed = stage.api.post("/terminal/orders", resting, key="rest-and-cancel")
    shown = stage.api.get("/terminal/open-orders", exchangeConnectionId=stage.connection_id, symbol=SYMBOL)["items"]
    listed = stage.api.get("/terminal/orders", symbol=SYMBOL)["items"]

    stage.api.post(f"/terminal/orders/{placed['id']}/cancel")
    after = stage.api.get(f"/terminal/orders/{placed['id']}")

    assert [row["orderLinkId"] for row in shown] == [placed["orderLinkId"]]
    assert placed["id"] in [row["id"] for row in listed]
    assert after["status"] == "cancelled"
    assert [row for row in stage.truth()["open_orders"] if row["symbol"] == SYMBOL] == []


def test_an_order_repeated_with_its_key_is_placed_once(stage: Stage, resting: dict[str, Any]) -> None:
    first = stage.api.post("/terminal/orders", resting, key="the-very-same-order")
    again = stage.api.post("/terminal/orders", resting, key="the-very-same-order")

    on_exchange = [row for row in stage.truth()["orders"] if row["orderLinkId"] == first["orderLinkId"]]
    assert again["id"] == first["id"]
    assert len(on_exchange) == 1


def test_a_key_used_for_another_order_is_refused(stage: Stage, resting: dict[str, Any]) -> None:
    stage.api.post("/terminal/orders", resting, key="key-of-another-order")
    before = len(stage.truth()["orders"])

    with pytest.raises(Refused) as refused:
        stage.api.post("/terminal/orders", {**resting, "side": "Sell"}, key="key-of-another-order")

    assert 400 <= refused.value.status < 500
    assert len(stage.truth()["orders"]) == before


def test_a_cancelled_order_cannot_be_cancelled_again(stage: Stage, resting: dict[str, Any]) -> None:
    placed = stage.api.post("/terminal/orders", resting, key="cancel-twice")
    stage.api.post(f"/terminal/orders/{placed['id']}/cancel")

    with pytest.raises(Refused) as refused:
        stage.api.post(f"/terminal/orders/{placed['id']}/cancel")

    assert refused.value.status == 409


def test_a_resting_order_is_changed_in_place(stage: Stage, resting: dict[str, Any]) -> None:
    placed = stage.api.post("/terminal/orders", resting, key="to-be-amended")
    tick = Decimal(stage.api.get(f"/instruments/{SYMBOL}")["tickSize"])
    wanted = {"price": format(Decimal(resting["price"]) - tick, "f"), "stopLoss": _shifted(resting["stopLoss"], -tick)}

    changed = stage.api.post(f"/terminal/orders/{placed['id']}/amend", wanted, key="the-change")

    [shown] = stage.api.get("/terminal/open-orders", exchangeConnectionId=stage.connection_id, symbol=SYMBOL)["items"]
    assert changed["status"] == "applied"
    assert shown["orderLinkId"] == placed["orderLinkId"]
    assert (Decimal(shown["price"]), Decimal(shown["stopLoss"])) == (
        Decimal(wanted["price"]),
        Decimal(wanted["stopLoss"]),
    )


def test_a_position_is_protected_closed_once_and_proved_flat(stage: Stage, resting: dict[str, Any]) -> None:
    where = {"exchangeConnectionId": stage.connection_id, "symbol": SYMBOL}
    market = {name: value for name, value in resting.items() if name != "price"}
    rounded = Decimal(stage.api.get(f"/instruments/{SYMBOL}")["tickSize"])
    last = Decimal(stage.api.get("/terminal/ticker", symbol=SYMBOL)["lastPrice"])

    def at(part: str) -> str:
        return format((last * Decimal(part) / rounded).to_integral_value() * rounded, "f")

    order = {**market, "type": "Market", "stopLoss": at("0.8"), "takeProfit": at("1.2")}
    stage.api.post("/terminal/orders", order, key="to-be-closed")

    protected = stage.api.post(
        "/terminal/positions/protection", {**where, "stopLoss": at("0.7"), "takeProfit": at("1.3")}
    )
    closed = stage.api.post("/terminal/positions/close", where, key="the-close")
    again = stage.api.post("/terminal/positions/close", where, key="the-close")

    assert (protected["status"], Decimal(protected["position"]["stopLoss"])) == ("set", Decimal(at("0.7")))
    assert (closed["status"], [one["status"] for one in closed["orders"]]) == ("closed", ["filled"])
    assert [one["id"] for one in again["orders"]] == [one["id"] for one in closed["orders"]]
    books = stage.truth()
    assert [row for row in books["positions"] if row["symbol"] == SYMBOL] == []
    assert len([one for one in books["orders"] if one["orderLinkId"] == closed["orders"][0]["orderLinkId"]]) == 1


def _shifted(price: str, by: Decimal) -> str:
    return format(Decimal(price) + by, "f")
