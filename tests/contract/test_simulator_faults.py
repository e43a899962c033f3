"""Faults of calls and streams, as a client meets them."""

from __future__ import annotations

import time

import pytest
import requests
import websocket
from pybit.exceptions import FailedRequestError, InvalidRequestError

from tests.contract.exchange_client import LINEAR, buy, client, far_below, known, link, listen, private_stream
from tests.contract.exchange_server import ExchangeServer


def test_a_reply_lost_after_acceptance_leaves_the_order_behind(server: ExchangeServer) -> None:
    server.fault("lost_reply", path="order/create")
    name = link()
    with pytest.raises(requests.RequestException):
        buy(client(server), name)
    assert [row["orderStatus"] for row in known(server, name)] == ["Filled"]
    with pytest.raises(InvalidRequestError) as refused:
        buy(client(server), name)
    assert refused.value.status_code == 110072


def test_a_request_lost_before_acceptance_leaves_nothing(server: ExchangeServer) -> None:
    server.fault("lost_request", path="order/create")
    name = link()
    with pytest.raises(requests.RequestException):
        buy(client(server), name)
    assert known(server, name) == []


@pytest.mark.parametrize(("kind", "left"), [("ret_code", 0), ("ret_code_after", 1)])
def test_10016_may_or_may_not_have_had_its_effect(server: ExchangeServer, kind: str, left: int) -> None:
    server.fault(kind, path="order/create", code=10016)
    name = link()
    with pytest.raises(InvalidRequestError) as refused:
        buy(client(server), name)
    assert refused.value.status_code == 10016
    assert len(known(server, name)) == left


@pytest.mark.parametrize("status", [502, 403, 429])
def test_gateway_statuses_come_from_before_the_exchange(server: ExchangeServer, status: int) -> None:
    server.fault("http_status", path="order/create", code=status)
    name = link()
    with pytest.raises(FailedRequestError) as failed:
        buy(client(server), name)
    assert failed.value.status_code == status
    assert known(server, name) == []


def test_a_slow_reply_outlasts_the_clients_patience_but_the_order_stands(server: ExchangeServer) -> None:
    server.fault("slow_reply", path="order/create", delay_ms=1500)
    name = link()
    with pytest.raises(requests.Timeout):
        buy(client(server, timeout=0.5), name)
    assert len(known(server, name)) == 1


def test_a_truncated_body_is_not_json(server: ExchangeServer) -> None:
    server.fault("truncated", path="order/create")
    with pytest.raises(FailedRequestError) as failed:
        buy(client(server), link())
    assert failed.value.status_code == 409


def test_a_delayed_acceptance_shows_up_later(server: ExchangeServer) -> None:
    server.fault("delayed_acceptance", path="order/create", delay_ms=700)
    rest, name = client(server), link()
    buy(rest, name)
    assert rest.get_open_orders(**LINEAR, orderLinkId=name)["result"]["list"] == []
    time.sleep(1.2)
    assert len(known(server, name)) == 1


def test_stale_reads_do_not_know_the_newest_order(server: ExchangeServer) -> None:
    rest, name = client(server), link()
    rest.get_open_orders(**LINEAR)
    buy(rest, name, orderType="Limit", price=far_below(rest))
    server.fault("stale_rest", path="order/realtime")
    assert name not in [row["orderLinkId"] for row in rest.get_open_orders(**LINEAR)["result"]["list"]]
    assert name in [row["orderLinkId"] for row in rest.get_open_orders(**LINEAR)["result"]["list"]]
    rest.cancel_all_orders(**LINEAR)


def test_a_skewed_clock_refuses_timestamps_and_shows_in_the_time(server: ExchangeServer) -> None:
    server.fault("clock_skew", delay_ms=-2000)
    rest = client(server)
    assert int(rest.get_server_time()["time"]) < time.time() * 1000 - 1500
    with pytest.raises(InvalidRequestError) as refused:
        rest.get_open_orders(**LINEAR)
    assert refused.value.status_code == 10002


def test_a_silent_stall_sends_nothing_but_answers_pings(server: ExchangeServer) -> None:
    socket = private_stream(server, "order")
    server.fault("silent_stall", uid="1001")
    buy(client(server), link())
    socket.send('{"op":"ping","req_id":"p"}')
    heard = listen(socket, 0.5)
    assert [message.get("op") for message in heard] == ["pong"]
    socket.close()


def test_a_half_open_socket_is_deaf_and_never_closes(server: ExchangeServer) -> None:
    socket = private_stream(server, "order")
    server.fault("half_open", uid="1001")
    socket.send('{"op":"ping"}')
    socket.ping()
    assert listen(socket, 0.6) == []
    assert socket.connected
    socket.shutdown()


def test_dropped_sockets_miss_the_fills_that_happen_meanwhile(server: ExchangeServer) -> None:
    socket = private_stream(server, "execution")
    server.fault("drop_sockets", uid="1001")
    with pytest.raises((websocket.WebSocketException, ConnectionError, OSError)):
        socket.recv()
    name = link()
    buy(client(server), name)
    time.sleep(0.1)
    again = private_stream(server, "execution")
    assert listen(again, 0.3) == [], "there is no snapshot on subscribe"
    assert len(client(server).get_executions(**LINEAR, orderLinkId=name)["result"]["list"]) == 1
    again.close()


def test_duplicate_events_arrive_twice(server: ExchangeServer) -> None:
    socket = private_stream(server, "execution")
    server.fault("duplicate_events", uid="1001")
    name = link()
    buy(client(server), name)
    rows = [row for message in listen(socket, 0.5) for row in message["data"] if row["orderLinkId"] == name]
    assert len(rows) == 2
    assert rows[0]["execId"] == rows[1]["execId"]
    socket.close()


def test_a_users_hand_and_adl_are_fills_without_our_id(server: ExchangeServer) -> None:
    buy(client(server), link(), qty="0.010")
    server.fault("manual_close", uid="1001", symbol="BTCUSDT", qty="0.001")
    server.fault("adl", uid="1001", symbol="BTCUSDT", qty="0.001")
    adl, manual = client(server).get_executions(**LINEAR)["result"]["list"][:2]
    assert (manual["createType"], manual["orderLinkId"]) == ("CreateByClosing", "")
    assert (adl["createType"], adl["execType"], adl["execFee"]) == ("CreateByAdl_PassThrough", "AdlTrade", "0")
    client(server).place_order(**LINEAR, side="Sell", orderType="Market", qty="0", reduceOnly=True, closeOnTrigger=True)


def test_a_banned_address_gets_403_until_the_ban_is_lifted(server: ExchangeServer) -> None:
    server.fault("ip_ban")
    with pytest.raises(FailedRequestError) as failed:
        client(server).get_open_orders(**LINEAR)
    assert failed.value.status_code == 403
    server.sim("DELETE", "faults")
    assert client(server).get_open_orders(**LINEAR)["retCode"] == 0


def test_a_script_installs_several_faults_and_counts_what_happened(server: ExchangeServer) -> None:
    before = server.sim("GET", "faults")["happened"].get("ret_code", 0)
    script = [{"kind": "ret_code", "path": "order/create", "code": code} for code in (10000, 10016, 10006)]
    server.sim("POST", "faults", {"script": script})
    codes = []
    for _ in range(3):
        with pytest.raises(InvalidRequestError) as refused:
            buy(client(server), link())
        codes.append(refused.value.status_code)
    assert codes == [10000, 10016, 10006]
    assert server.sim("GET", "faults")["happened"]["ret_code"] == before + 3
