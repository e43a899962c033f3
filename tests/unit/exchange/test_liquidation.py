"""Liquidation in its steps: orders go, tiers go down, what is left is taken over at the bankruptcy price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from infra.local.exchange.engine.liquidation import liquidate
from infra.local.exchange.engine.margin import bankruptcy_price, tier_of

ISOLATED = {"setMarginMode": "ISOLATED_MARGIN"}


def isolated(desk_with: Any, qty: str, usdt: str = "3000000", leverage: str = "25") -> Any:
    """A long of ``qty`` in a deep book, isolated."""
    desk = desk_with(usdt=usdt)
    desk.exchange.world.markets["BTCUSDT"].depth_factor = Decimal(1000)
    desk.call("POST", "/v5/account/set-margin-mode", **ISOLATED)
    desk.call("POST", "/v5/position/set-leverage", buyLeverage=leverage, sellLeverage=leverage)
    assert desk.order(qty=qty).ret_code == 0
    return desk


def kinds(desk: Any) -> list[str]:
    """What created each closing execution, oldest first."""
    return [row["createType"] for row in reversed(desk.executions(limit="100")) if Decimal(row["closedSize"])]


def test_a_large_position_falls_into_lower_tiers_before_it_is_taken_over(desk_with: Any) -> None:
    desk = isolated(desk_with, "150")
    desk.move("58200")

    assert set(kinds(desk)) == {"CreateByLiq"}
    position = desk.account.position("BTCUSDT", 0)
    assert position.size
    assert (position.status, tier_of(desk.exchange.world.markets["BTCUSDT"].listing, position.entry_value).risk_id) == (
        "Normal",
        3,
    )

    desk.move("57500")
    assert kinds(desk)[-1] == "CreateByTakeOver_PassThrough"
    assert desk.position()["size"] == "0"
    assert desk.exchange.conserved("1001") == 0


def test_what_the_book_does_not_take_within_the_bankruptcy_price_is_taken_over(desk_with: Any) -> None:
    desk = isolated(desk_with, "150")
    desk.exchange.world.markets["BTCUSDT"].depth_factor = Decimal("0.001")
    entry, leverage = desk.account.position("BTCUSDT", 0), desk.account.leverage("BTCUSDT", "Buy")
    bankrupt = bankruptcy_price(entry, leverage)

    desk.move("58200")

    assert desk.position()["size"] == "0"
    prices = [Decimal(row["execPrice"]) for row in desk.executions(limit="100") if Decimal(row["closedSize"])]
    instrument = desk.exchange.world.markets["BTCUSDT"].listing.instrument
    assert min(prices) == instrument.floor_price(bankrupt)
    assert kinds(desk)[-1] == "CreateByTakeOver_PassThrough"


def test_a_small_position_is_in_the_lowest_tier_and_is_taken_over_at_once(desk_with: Any) -> None:
    desk = isolated(desk_with, "0.010", leverage="10")
    desk.move("54000")
    assert kinds(desk) == ["CreateByTakeOver_PassThrough"]


def test_a_cross_account_frees_all_its_orders_and_ends_without_a_debt(desk_with: Any) -> None:
    desk = desk_with(usdt="700", symbols=("BTCUSDT", "ETHUSDT"))
    other = desk.order(price="2000", qty="0.01", symbol="ETHUSDT").result["orderId"]
    own = desk.order(price="50000", qty="0.001").result["orderId"]
    desk.order(qty="0.100")

    desk.move("53200")

    cancelled = {order_id: desk.account.orders[order_id].cancel_type for order_id in (own, other)}
    assert cancelled == {own: "CancelByPrepareLiq", other: "CancelAllBeforeLiq"}
    assert desk.position()["size"] == "0"
    assert Decimal(0) <= desk.wallet < 1


@pytest.mark.parametrize("forced", [True, False])
def test_a_liquidation_by_script_does_not_ask_for_the_margin(desk: Any, forced: bool) -> None:
    desk.order(qty="0.010")
    liquidate(desk.exchange.world, desk.account, desk.account.position("BTCUSDT", 0), forced=forced)

    assert (desk.position()["size"] == "0") is forced
    assert desk.account.position("BTCUSDT", 0).status == "Normal"
