"""Manual orders on the local cloud: placed once, seen on the exchange, cancelled."""

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
