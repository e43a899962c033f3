"""Whoever follows the private stream from the beginning knows what REST says, after any sequence of actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.local.exchange.engine import Account, Exchange, Settings, Tick
from infra.local.exchange.engine.order_records import order_message

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "market",
                "limit",
                "post",
                "conditional",
                "stops",
                "partial",
                "trail",
                "amend",
                "cancel",
                "all",
                "close",
                "move",
                "leverage",
            ]
        ),
        st.sampled_from(["Buy", "Sell"]),
        st.integers(1, 30),
        st.integers(1, 90),
        st.integers(0, 1),
    ),
    max_size=25,
)
KEPT = (
    "orderStatus",
    "qty",
    "cumExecQty",
    "price",
    "triggerPrice",
    "takeProfit",
    "stopLoss",
    "cancelType",
    "leavesQty",
)


class Follower:
    """Builds an account's state from events alone."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.positions: dict[str, dict[str, Any]] = {}
        self.filled: dict[str, Decimal] = {}
        self.wallet = ""

    def hear(self, exchange: Exchange, uid: str) -> None:
        """Takes what is due."""
        for event in exchange.drain_events(uid):
            for row in event.data:
                if event.topic == "order":
                    self.orders[row["orderId"]] = row
                elif event.topic == "position":
                    self.positions[row["symbol"]] = row
                elif event.topic == "execution":
                    self.filled[row["orderId"]] = self.filled.get(row["orderId"], Decimal(0)) + Decimal(row["execQty"])
                else:
                    self.wallet = row["totalWalletBalance"]


def act(exchange: Exchange, who: Account, action: tuple[str, str, int, int, int]) -> None:
    kind, side, size, offset, _ = action
    market = exchange.world.markets["BTCUSDT"]
    sign = 1 if side == "Buy" else -1
    base = {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0}
    order = {**base, "side": side, "qty": str(Decimal(size) / 1000)}
    last = market.last
    position = who.position("BTCUSDT", 0)
    up = position.sign or 1

    def post(path: str, **params: Any) -> None:
        exchange.call(who, "POST", path, {**base, **params})

    if kind == "market":
        stop, goal = str(last - sign * offset), str(last + sign * 2 * offset)
        exchange.create_order(who, {**order, "orderType": "Market", "stopLoss": stop, "takeProfit": goal})
    elif kind in ("limit", "post"):
        price = str(last - sign * offset if kind == "limit" else last)
        force = "PostOnly" if kind == "post" else "GTC"
        exchange.create_order(who, {**order, "orderType": "Limit", "price": price, "timeInForce": force})
    elif kind == "conditional":
        trigger = {"triggerPrice": str(last + offset), "triggerDirection": 1}
        exchange.create_order(who, {**order, "orderType": "Market", **trigger})
    elif kind == "stops":
        post("/v5/position/trading-stop", tpslMode="Full", stopLoss=str(last - up * offset), takeProfit="0")
    elif kind == "partial":
        half = str((position.size / 2).quantize(Decimal("0.001")))
        post("/v5/position/trading-stop", tpslMode="Partial", stopLoss=str(last - up * offset), slSize=half)
    elif kind == "trail":
        post("/v5/position/trading-stop", tpslMode="Full", trailingStop=str(offset))
    elif kind in ("amend", "cancel") and who.open_orders:
        chosen = list(who.open_orders)[size % len(who.open_orders)]
        change = {"qty": order["qty"], "price": str(last - offset)} if kind == "amend" else {}
        post(f"/v5/order/{kind}", orderId=chosen, **change)
    elif kind == "all":
        post("/v5/order/cancel-all", orderFilter="Order")
    elif kind == "close":
        post("/v5/order/create", side=side, orderType="Market", qty="0", reduceOnly=True, closeOnTrigger=True)
    elif kind == "leverage":
        post("/v5/position/set-leverage", buyLeverage=str(size), sellLeverage=str(size))


@given(ACTIONS, st.integers(0, 2**16))
@settings(max_examples=80, deadline=None)
def test_events_alone_give_the_orders_fills_position_and_wallet_that_rest_gives(
    actions: list[tuple[str, str, int, int, int]], seed: int
) -> None:
    exchange = Exchange(seed=seed, symbols=("BTCUSDT",), settings=Settings(event_delay_ms=(0, 0), double_filled=False))
    users = [exchange.add_account(uid, usdt=Decimal(20_000)) for uid in ("1", "2")]
    followers = [Follower(), Follower()]
    world, market = exchange.world, exchange.world.markets["BTCUSDT"]
    market.depth_factor = Decimal("0.01")
    for action in actions:
        kind, side, size, offset, index = action
        if kind == "move":
            step = offset if side == "Buy" else -offset
            exchange.advance(world.now_ms + 1000, {"BTCUSDT": Tick(market.last + step, volume=Decimal(size) / 50)})
        else:
            act(exchange, users[index], action)
        for user, follower in zip(users, followers, strict=True):
            follower.hear(exchange, user.uid)
            assert set(follower.orders) == set(user.orders)
            for order_id, order in user.orders.items():
                truth = order_message(order, market)
                told = follower.orders[order_id]
                assert {name: told[name] for name in KEPT} == {name: truth[name] for name in KEPT}
                assert follower.filled.get(order_id, Decimal(0)) == order.cum_qty
            if "BTCUSDT" in follower.positions:
                told, position = follower.positions["BTCUSDT"], user.position("BTCUSDT", 0)
                assert (told["side"], Decimal(told["size"])) == (position.side, position.size)
                assert Decimal(told["stopLoss"]) == (position.stop_loss or 0)
                assert Decimal(told["takeProfit"]) == (position.take_profit or 0)
                assert Decimal(told["trailingStop"]) == position.trailing
            if follower.wallet:
                assert Decimal(follower.wallet) == user.wallet
            assert exchange.conserved(user.uid) == 0
