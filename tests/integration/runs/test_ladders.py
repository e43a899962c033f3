"""A take-profit ladder and a DCA ladder traded on the local cloud: through the API, the functions and real sockets."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.trading_bot import always_long
from tests.integration.runs.order_proof import assert_ended_in_order, assert_no_order_twice
from tests.integration.runs.protection_watch import ProtectionWatch
from tests.integration.runs.stage import Stage

pytestmark = pytest.mark.integration

OPENED = "events.position_update.open"


def _orders(stage: Stage, run: dict[str, Any], kind: str, least: int) -> list[dict[str, Any]]:
    """The run's orders of a ladder, as the exchange has them, once there are enough of them."""

    def of_kind() -> list[dict[str, Any]]:
        intents = stage.api.get(f"/runs/{run['id']}/intents")["items"]
        links = {intent["orderLinkId"] for intent in intents if intent["kind"] == kind}
        return [order for order in stage.truth()["orders"] if order["orderLinkId"] in links]

    _until(lambda: len(of_kind()) >= least, f"{least} orders of kind {kind}")
    return of_kind()


def _entered(stage: Stage, run: dict[str, Any]) -> Decimal:
    """What the run's entry has bought. The market moves on: the position may have changed since, this has not."""
    (entry,) = [one for one in stage.api.get(f"/runs/{run['id']}/intents")["items"] if one["kind"] == "entry"]
    return Decimal(entry["filledQty"])


def _position(stage: Stage, symbol: str) -> dict[str, Any] | None:
    return next((row for row in stage.truth()["positions"] if row["symbol"] == symbol), None)


def _size(stage: Stage, symbol: str) -> Decimal:
    held = _position(stage, symbol)
    return Decimal(held["size"]) if held is not None else Decimal(0)


def _until(holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def _stops(stage: Stage, run: dict[str, Any]) -> list[Decimal]:
    """The stop losses that the run has seen on its position, in order."""
    events = stage.api.events(run["id"])
    return [Decimal(event["params"]["stopLoss"]) for event in events if event["type"] == "trading_stop_set"]


def test_steps_of_a_take_profit_ladder_close_parts_and_the_stop_of_the_run_the_rest(stage: Stage) -> None:
    symbol = "ETHUSDT"
    spec = always_long("Take profit ladder", symbol=symbol)
    steps = [{"type": "fixed_pct", "value": value, "sharePct": share} for value, share in ((1, 40), (3, 30), (20, 30))]
    spec["exit"]["takeProfit"] = {"type": "ladder", "steps": steps}
    run = stage.start(spec, minutes=2)
    stage.await_event(run, OPENED, seconds=20)

    with ProtectionWatch(stage, symbol) as watch:
        first, second = sorted(_orders(stage, run, "step", 2), key=lambda order: Decimal(order["price"]))
        whole = _entered(stage, run)
        stage.sim("price", {"symbol": symbol, "price": str(Decimal(first["price"]) * Decimal("1.001"))})
        _until(lambda: _size(stage, symbol) == whole - Decimal(first["qty"]), "the first step has filled")
        stage.api.post(f"/runs/{run['id']}/stop")
        seen = stage.until_ended(run)

    books = stage.truth()
    ended = {order["orderLinkId"]: order["orderStatus"] for order in books["orders"]}
    assert all(order["reduceOnly"] for order in (first, second))
    assert (ended[first["orderLinkId"]], ended[second["orderLinkId"]]) == ("Filled", "Cancelled")
    assert watch.longest == 0
    assert_ended_in_order(seen)
    assert_no_order_twice(books)
    (trade,) = stage.api.get(f"/runs/{run['id']}/report")["trades"]
    assert Decimal(trade["qty"]) == whole


def test_a_safety_order_averages_the_position_and_its_stop_and_target_follow(stage: Stage) -> None:
    symbol = "SOLUSDT"
    spec = always_long("Safety orders", symbol=symbol, stop_pct=20, target_pct=15)
    spec["dca"] = {
        "baseOrderSizeUsd": 100,
        "maxSafetyOrders": 3,
        "priceStepPct": 1.5,
        "stepScale": 1.5,
        "volumeScale": 1.2,
        "takeProfitPct": 15,
    }
    spec["risk"] = {"maxPositionSizeUsd": 1000, "maxLossPerRunUsd": 500, "cooldownSeconds": 0}
    run = stage.start(spec, minutes=2)
    opened = stage.await_event(run, OPENED, seconds=20)

    with ProtectionWatch(stage, symbol) as watch:
        orders = sorted(_orders(stage, run, "safety", 3), key=lambda order: -Decimal(order["price"]))
        entered = _entered(stage, run)
        stage.sim("price", {"symbol": symbol, "price": str(Decimal(orders[0]["price"]) * Decimal("0.999"))})
        whole = entered + Decimal(orders[0]["qty"])
        _until(lambda: _size(stage, symbol) >= whole, "the first safety order has filled")

        def lowered() -> list[bool]:
            """Of each stop that the run has seen, whether it is the one of an average below the entry."""
            return [stop < Decimal(opened["params"]["price"]) * Decimal("0.797") for stop in _stops(stage, run)]

        def follows() -> bool:
            held = _position(stage, symbol)
            assert held is not None
            average, stop = Decimal(held["avgPrice"]), Decimal(held["stopLoss"])
            target = Decimal(held["takeProfit"])
            near = average * Decimal("0.001")
            return abs(average * Decimal("0.8") - stop) < near and abs(average * Decimal("1.15") - target) < near

        _until(follows, "stop and target are those of the new average")
        _until(lambda: any(lowered()), "the run has seen its stop there")
        stage.api.post(f"/runs/{run['id']}/stop")
        seen = stage.until_ended(run)

    books = stage.truth()
    ended = {order["orderLinkId"]: order["orderStatus"] for order in books["orders"]}
    assert lowered() == sorted(lowered()), "the stop of the entry has come back"
    assert all(Decimal(order["stopLoss"]) > 0 for order in orders)
    assert ended[orders[0]["orderLinkId"]] == "Filled"
    assert ended[orders[2]["orderLinkId"]] == "Cancelled"
    assert watch.longest == 0
    assert_ended_in_order(seen)
    assert_no_order_twice(books)
