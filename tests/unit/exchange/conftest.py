"""A trader at a simulated exchange: the shortest way to say what happens in a test."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from infra.local.exchange.engine import Account, Event, Exchange, Reply, Settings, Tick

START_MS = 1_700_000_000_000


class Desk:
    """One account on BTCUSDT at 60000.0 / 60000.1, every event delivered at once."""

    def __init__(
        self, *, usdt: str = "10000", settings: Settings | None = None, symbols: tuple[str, ...] = ("BTCUSDT",)
    ):
        chosen = settings or Settings(event_delay_ms=(0, 0))
        self.exchange = Exchange(seed=1, symbols=symbols, now_ms=START_MS, settings=chosen)
        self.account: Account = self.exchange.add_account("1001", usdt=Decimal(usdt))
        self.now_ms = START_MS
        self._ids = 0

    def call(self, method: str, path: str, who: Account | None = None, **params: Any) -> Reply:
        """Any private endpoint, with category and symbol filled in."""
        return self.exchange.call(
            who or self.account, method, path, {"category": "linear", "symbol": "BTCUSDT", **params}
        )

    def order(self, side: str = "Buy", qty: str = "0.010", price: str | None = None, **more: Any) -> Reply:
        """An order: Limit when a price is given."""
        self._ids += 1
        params: dict[str, Any] = {"side": side, "orderType": "Market" if price is None else "Limit", "qty": qty}
        if price is not None:
            params["price"] = price
        params["orderLinkId"] = f"t-{self._ids}"
        return self.call("POST", "/v5/order/create", **{**params, **more})

    def placed(self, *args: Any, **more: Any) -> dict[str, Any]:
        """The record of an order that was accepted."""
        reply = self.order(*args, **more)
        assert reply.ret_code == 0, reply
        return self.record(reply.result["orderId"])

    def record(self, order_id: str) -> dict[str, Any]:
        """An order's record by id, wherever it is."""
        for path in ("/v5/order/realtime", "/v5/order/history"):
            rows = self.call("GET", path, orderId=order_id).result["list"]
            if rows:
                return dict(rows[0])
        raise AssertionError(f"no order {order_id}")

    def move(self, *prices: str | Tick, ms: int = 1000) -> None:
        """The market walks through ``prices``, one a second."""
        for price in prices:
            self.now_ms += ms
            tick = price if isinstance(price, Tick) else Tick(Decimal(price))
            self.exchange.advance(self.now_ms, {"BTCUSDT": tick})

    def position(self, idx: int = 0) -> dict[str, Any]:
        """The position's record."""
        rows = self.call("GET", "/v5/position/list").result["list"]
        return next(dict(row) for row in rows if row["positionIdx"] == idx)

    def open_orders(self, **more: Any) -> list[dict[str, Any]]:
        """Open orders, newest first."""
        return list(self.call("GET", "/v5/order/realtime", limit="50", **more).result["list"])

    def executions(self, **more: Any) -> list[dict[str, Any]]:
        """Executions, newest first."""
        return list(self.call("GET", "/v5/execution/list", **more).result["list"])

    def stop(self, **more: Any) -> Reply:
        """trading-stop, Full and one-way unless said otherwise."""
        return self.call("POST", "/v5/position/trading-stop", **{"tpslMode": "Full", "positionIdx": 0, **more})

    def events(self) -> list[Event]:
        """What the private stream has to say by now."""
        return self.exchange.drain_events("1001")

    @property
    def wallet(self) -> Decimal:
        """The wallet's USDT."""
        return self.account.wallet


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def desk_with() -> Callable[..., Desk]:
    return Desk
