"""What can be made to happen to streams, symbols, positions and the exchange itself (S-11), as a client meets it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import websocket
from pybit.exceptions import InvalidRequestError

from infra.local.exchange.http.acts import ACTS
from tests.contract.exchange_client import LINEAR, buy, client, far_below, known, link, listen, private_stream
from tests.contract.exchange_server import ExchangeServer

BTC: dict[str, Any] = {"symbol": "BTCUSDT"}
MINE: dict[str, Any] = {"uid": "1001", **BTC}
SHOWN_ELSEWHERE = frozenset(
    [
        "adl",
        "clock_skew",
        "drop_sockets",
        "duplicate_events",
        "half_open",
        "ip_ban",
        "manual_close",
        "restart",
        "silent_stall",
    ]
)


@pytest.fixture(scope="module")
def server() -> Iterator[ExchangeServer]:
    with ExchangeServer("--rate-factor", "10") as running:
        yield running


@pytest.fixture(autouse=True)
def calm(server: ExchangeServer) -> Iterator[None]:
    """Nothing switched on, nothing held, before and after."""
    server.sim("DELETE", "faults")
    yield
    server.sim("DELETE", "faults")
    rest = client(server)
    rest.cancel_all_orders(**LINEAR)
    if Decimal(rest.get_positions(**LINEAR)["result"]["list"][0]["size"]):
        rest.place_order(**LINEAR, side="Sell", orderType="Market", qty="0", reduceOnly=True, closeOnTrigger=True)


def refusal(server: ExchangeServer, **more: Any) -> int:
    with pytest.raises(InvalidRequestError) as refused:
        buy(client(server), link(), **more)
    return int(refused.value.status_code)


def newest(server: ExchangeServer) -> dict[str, Any]:
    return dict(client(server).get_executions(**LINEAR)["result"]["list"][0])


def told(socket: websocket.WebSocket, seconds: float) -> list[str]:
    """The client ids of the records that arrive; what was under way before is delivered first."""
    return [row["orderLinkId"] for message in listen(socket, seconds) for row in message["data"]]


def test_every_act_has_a_test() -> None:
    source = Path(__file__).read_text()
    assert not sorted(kind for kind in ACTS if kind not in SHOWN_ELSEWHERE and f'fault("{kind}"' not in source)


@pytest.mark.parametrize("status", ["Closed", "Delivering", "PreLaunch"])
def test_a_symbol_that_is_not_trading_takes_no_order_and_says_so(server: ExchangeServer, status: str) -> None:
    server.fault("symbol_status", **BTC, status=status)
    assert refusal(server) == 110074
    shown = client(server).get_instruments_info(**LINEAR, status=status)["result"]["list"]
    assert [row["status"] for row in shown] == [status]


def test_a_reduce_only_symbol_lets_positions_go_and_none_begin(server: ExchangeServer) -> None:
    buy(client(server), link(), qty="0.002")
    server.fault("reduce_only_symbol", **BTC)
    assert refusal(server) == 110023
    buy(client(server), link(), side="Sell", qty="0.001", reduceOnly=True)
    assert client(server).get_positions(**LINEAR)["result"]["list"][0]["size"] == "0.001"


def test_a_tier_change_raises_the_maintenance_margin(server: ExchangeServer) -> None:
    def rate() -> float:
        tiers = client(server).get_risk_limit(**LINEAR)["result"]["list"]
        return float(tiers[0]["maintenanceMargin"])

    before = rate()
    server.fault("tier_change", **BTC, factor=2)
    assert rate() == pytest.approx(2 * before)
    server.fault("tier_change", **BTC, factor="0.5")


def test_a_changed_funding_interval_moves_the_next_boundary(server: ExchangeServer) -> None:
    server.fault("funding_interval", **BTC, minutes=60)
    ticker = client(server).get_tickers(**LINEAR)["result"]["list"][0]
    info = client(server).get_instruments_info(**LINEAR)["result"]["list"][0]
    assert (ticker["fundingIntervalHour"], info["fundingInterval"]) == ("1", 60)
    assert int(ticker["nextFundingTime"]) - server.sim("GET", "clock")["market_ms"] <= 3_600_000
    server.fault("funding_interval", **BTC, minutes=480)


def test_funding_is_an_execution_and_no_fill(server: ExchangeServer) -> None:
    buy(client(server), link(), qty="0.002")
    server.fault("funding_rate", **BTC, rate="0.001")
    server.fault("funding", **MINE)
    row = newest(server)
    assert (row["execType"], row["feeRate"]) == ("Funding", "0.001")
    assert client(server).get_positions(**LINEAR)["result"]["list"][0]["size"] == "0.002"


def test_a_liquidation_is_told_to_the_account_and_to_everybody(server: ExchangeServer) -> None:
    public = websocket.create_connection(f"{server.ws}/v5/public/linear", timeout=5)
    public.send(json.dumps({"op": "subscribe", "args": ["allLiquidation.BTCUSDT"]}))
    assert json.loads(public.recv())["success"]
    buy(client(server), link(), qty="0.002")
    server.fault("liquidation", **MINE)
    row = newest(server)
    assert (row["execType"], row["createType"], row["orderLinkId"]) == ("BustTrade", "CreateByTakeOver_PassThrough", "")
    items = [item for message in listen(public, 2) for item in message["data"]]
    assert [(item["s"], item["S"], item["v"]) for item in items] == [("BTCUSDT", "Buy", "0.002")]
    public.close()


def test_a_corporate_action_closes_by_an_execution_of_its_own_kind(server: ExchangeServer) -> None:
    buy(client(server), link(), qty="0.002")
    server.fault("corporate_action", **MINE)
    assert newest(server)["execType"] == "CorporateAction"


def test_a_position_may_go_without_an_execution(server: ExchangeServer) -> None:
    buy(client(server), link(), qty="0.002")
    socket = private_stream(server, "execution")
    told(socket, 0.3)
    before = newest(server)["execId"]
    server.fault("untold_close", **MINE)
    assert client(server).get_positions(**LINEAR)["result"]["list"][0]["size"] == "0"
    assert newest(server)["execId"] == before
    assert told(socket, 0.4) == []
    socket.close()


def test_an_order_by_hand_rests_without_our_id(server: ExchangeServer) -> None:
    rest = client(server)
    order = {**LINEAR, "side": "Buy", "orderType": "Limit", "qty": "0.001", "price": far_below(rest)}
    server.fault("manual_order", **MINE, params=order)
    assert [row["orderLinkId"] for row in rest.get_open_orders(**LINEAR)["result"]["list"]] == [""]


def test_a_thin_book_fills_a_market_order_partly_and_cancels_the_rest(server: ExchangeServer) -> None:
    server.fault("thin_book", **BTC, factor="0.001")
    name = link()
    buy(client(server), name, qty="1.000")
    (row,) = known(server, name)
    assert row["orderStatus"] == "Cancelled"
    assert Decimal(0) < Decimal(row["cumExecQty"]) < 1


def test_a_quantity_off_the_step_is_truncated_without_a_word(server: ExchangeServer) -> None:
    server.fault("truncate_qty", **BTC)
    name = link()
    buy(client(server), name, qty="0.0017")
    assert known(server, name)[0]["qty"] == "0.001"


def test_held_events_come_late_and_complete(server: ExchangeServer) -> None:
    socket = private_stream(server, "execution")
    told(socket, 0.3)
    server.fault("hold_events", uid="1001", delay_ms=800)
    name = link()
    buy(client(server), name)
    assert told(socket, 0.4) == []
    assert told(socket, 1) == [name]
    socket.close()


def test_reordered_events_all_arrive(server: ExchangeServer) -> None:
    socket = private_stream(server, "order")
    server.fault("reorder_events", uid="1001", probability=1.0)
    names = [link() for _ in range(4)]
    for name in names:
        buy(client(server), name)
    assert set(told(socket, 1)) - {""} == set(names)
    socket.close()


def test_lost_deltas_of_a_book_leave_a_gap(server: ExchangeServer) -> None:
    public = websocket.create_connection(f"{server.ws}/v5/public/linear", timeout=5)
    public.send(json.dumps({"op": "subscribe", "args": ["orderbook.50.BTCUSDT"]}))
    assert json.loads(public.recv())["success"]
    server.fault("lose_deltas", topic="orderbook.50.BTCUSDT", count=1)
    updates = [message["data"]["u"] for message in listen(public, 6) if "data" in message]
    assert 2 in [after - before for before, after in pairwise(updates)]
    public.close()


def test_maintenance_is_announced_on_a_stream_of_its_own(server: ExchangeServer) -> None:
    socket = websocket.create_connection(f"{server.ws}/v5/public/misc/status", timeout=5)
    socket.send(json.dumps({"op": "subscribe", "args": ["tickers.BTCUSDT"]}))
    assert not json.loads(socket.recv())["success"]
    socket.send(json.dumps({"op": "subscribe", "args": ["system.status"]}))
    assert json.loads(socket.recv())["success"]
    server.fault("system_status", title="Upgrade", state="ongoing", begin=1, end=2)
    message = json.loads(socket.recv())
    row = message["data"][0]
    assert message["topic"] == "system.status"
    assert (row["title"], row["state"], row["begin"], row["end"]) == ("Upgrade", "ongoing", "1", "2")
    socket.close()


def test_orders_go_when_the_last_dcp_subscription_is_gone_for_its_window(server: ExchangeServer) -> None:
    rest = client(server)
    rest.set_dcp(timeWindow=3, product="DERIVATIVES")
    name = link()
    buy(rest, name, orderType="Limit", price=far_below(rest))
    socket = private_stream(server, "dcp.future")
    socket.close()
    time.sleep(1)
    assert known(server, name)[0]["orderStatus"] == "New"
    time.sleep(3)
    assert known(server, name)[0]["cancelType"] == "CancelByDCP"
