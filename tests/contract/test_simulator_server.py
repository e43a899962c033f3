"""The simulator as a process: time, control, limits, faults, outage, restart."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import websocket
from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP

from infra.local.exchange.http.auth import sign
from tests.contract.exchange_server import SHARED_PAYLOADS, ExchangeServer

NEVER = {-1}
LINEAR = {"category": "linear", "symbol": "BTCUSDT"}


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ExchangeServer]:
    with ExchangeServer("--rate-factor", "10") as running:
        yield running


@pytest.fixture
def server(shared_server: ExchangeServer) -> Iterator[ExchangeServer]:
    """The shared server, without faults before and after, at 20,000 USDT a coin for round numbers."""
    shared_server.sim("DELETE", "faults")
    yield shared_server
    shared_server.sim("DELETE", "faults")


def client(server: ExchangeServer, key: str = "TESTKEY", secret: str = "TESTSECRET", timeout: float = 5) -> HTTP:
    """pybit, one attempt a call: it retries on codes of its own choice unless told others."""
    session = HTTP(api_key=key, api_secret=secret, max_retries=1, retry_codes=NEVER, timeout=timeout)
    session.endpoint = server.url
    return session


def private_stream(server: ExchangeServer, *topics: str, query: str = "") -> websocket.WebSocket:
    socket = websocket.create_connection(f"{server.ws}/v5/private{query}", timeout=5)
    expires = int(time.time() * 1000) + 10_000
    signature = sign("TESTSECRET", f"GET/realtime{expires}")
    socket.send(json.dumps({"op": "auth", "args": ["TESTKEY", expires, signature]}))
    assert json.loads(socket.recv())["success"]
    socket.send(json.dumps({"op": "subscribe", "args": list(topics)}))
    assert json.loads(socket.recv())["success"]
    return socket


def listen(socket: websocket.WebSocket, seconds: float) -> list[dict[str, Any]]:
    """Everything that arrives within ``seconds``."""
    found: list[dict[str, Any]] = []
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        socket.settimeout(left)
        try:
            found.append(json.loads(socket.recv()))
        except websocket.WebSocketTimeoutException:
            break
    return found


def link() -> str:
    return f"s-{time.time_ns()}"


def buy(rest: HTTP, link_id: str, **more: Any) -> Any:
    params = {"side": "Buy", "orderType": "Market", "qty": "0.001", "orderLinkId": link_id, **LINEAR, **more}
    return rest.place_order(**params)


def far_below(rest: HTTP) -> str:
    last = float(rest.get_tickers(**LINEAR)["result"]["list"][0]["lastPrice"])
    return str(round(last * 0.8, 1))


def known(server: ExchangeServer, link_id: str) -> list[dict[str, Any]]:
    return [row for row in server.truth()["orders"] if row["orderLinkId"] == link_id]


def test_market_time_runs_at_its_speed_from_its_anchor(server: ExchangeServer) -> None:
    server.sim("POST", "speed", {"speed": 100})
    first = server.sim("GET", "clock")
    time.sleep(0.5)
    second = server.sim("GET", "clock")
    server.sim("POST", "speed", {"speed": 1})
    assert (second["market_ms"] - first["market_ms"]) == pytest.approx(
        (second["wall_ms"] - first["wall_ms"]) * 100, rel=0.01
    )


def test_it_keeps_up_at_600x(server: ExchangeServer) -> None:
    server.sim("POST", "speed", {"speed": 600})
    time.sleep(2)
    behind = server.sim("GET", "health")["behind_ms"]
    server.sim("POST", "speed", {"speed": 1})
    assert behind < 100


def test_accounts_are_made_with_keys_that_work_at_once(server: ExchangeServer) -> None:
    made = server.sim("POST", "accounts", {"uid": "2002", "usdt": "500"})
    wallet = client(server, made["api_key"], made["secret"]).get_wallet_balance(accountType="UNIFIED")
    assert wallet["result"]["list"][0]["coin"][0]["walletBalance"] == "500"
    assert server.sim("POST", "accounts", {"uid": "2002"})["api_key"] == made["api_key"]


def test_a_key_with_withdrawal_rights_says_so(server: ExchangeServer) -> None:
    rights = {"ContractTrade": ["Order", "Position"], "Wallet": ["Withdraw"]}
    made = server.sim("POST", "accounts", {"uid": "2003", "permissions": rights})
    answer = client(server, made["api_key"], made["secret"]).get_api_key_information()
    assert answer["result"]["permissions"] == rights


def test_nonsense_on_the_control_surface_is_400_with_a_reason(server: ExchangeServer) -> None:
    for name, body in (("speed", {"speed": 9999}), ("faults", {"kind": "nope"}), ("price", {"symbol": "BTCUSDT"})):
        answer = requests.post(f"{server.url}/sim/{name}", json=body, timeout=5)
        assert answer.status_code == 400
        assert answer.json()["error"]


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


def test_a_pushed_price_triggers_a_stop(server: ExchangeServer) -> None:
    rest = client(server)
    last = float(rest.get_tickers(**LINEAR)["result"]["list"][0]["lastPrice"])
    buy(rest, link(), stopLoss=str(round(last * 0.98, 1)), takeProfit=str(round(last * 1.02, 1)))
    server.price(str(round(last * 1.03, 1)))
    assert rest.get_positions(**LINEAR)["result"]["list"][0]["size"] == "0"
    assert rest.get_executions(**LINEAR)["result"]["list"][0]["stopOrderType"] == "TakeProfit"


def test_the_touch_of_the_book_stream_repeats_and_depth_500_is_refused(server: ExchangeServer) -> None:
    socket = websocket.create_connection(f"{server.ws}/v5/public/linear", timeout=5)
    socket.send(json.dumps({"op": "subscribe", "req_id": "1", "args": ["orderbook.500.BTCUSDT"]}))
    refused = json.loads(socket.recv())
    assert (refused["success"], refused["ret_msg"]) == (False, "error:handler not found,topic:orderbook.500.BTCUSDT")
    socket.send(json.dumps({"op": "subscribe", "req_id": "2", "args": ["orderbook.50.BTCUSDT", "tickers.BTCUSDT"]}))
    messages = listen(socket, 2.5)
    socket.close()
    book = [message for message in messages if message.get("topic", "").startswith("orderbook")]
    assert [message["type"] for message in book][:2] == ["snapshot", "delta"]
    updates = [message["data"]["u"] for message in book]
    assert updates == list(range(updates[0], updates[0] + len(updates)))
    tickers = [message for message in messages if message.get("topic") == "tickers.BTCUSDT"]
    assert tickers[0]["type"] == "snapshot"
    assert tickers[1]["type"] == "delta"
    assert len(tickers[1]["data"]) < len(tickers[0]["data"]), "unchanged keys are left out"


def test_a_restart_of_the_exchange_begins_the_books_at_u_1_and_forgets_closed_orders(server: ExchangeServer) -> None:
    rest, name = client(server), link()
    buy(rest, name)
    server.fault("restart")
    time.sleep(0.1)
    assert client(server).get_open_orders(**LINEAR, openOnly=1)["result"]["list"] == []
    socket = websocket.create_connection(f"{server.ws}/v5/public/linear", timeout=5)
    socket.send(json.dumps({"op": "subscribe", "args": ["orderbook.1.BTCUSDT"]}))
    socket.recv()
    assert json.loads(socket.recv())["data"]["u"] == 1
    socket.close()


def test_an_outage_refuses_and_drops_everything_and_ends_by_itself(server: ExchangeServer) -> None:
    socket = private_stream(server, "order")
    server.sim("POST", "outage", {"seconds": 1})
    time.sleep(0.2)
    with pytest.raises(requests.RequestException):
        client(server).get_server_time()
    with pytest.raises((websocket.WebSocketException, ConnectionError, OSError)):
        socket.recv()
    time.sleep(1)
    assert client(server).get_server_time()["retCode"] == 0


def test_the_rate_limit_is_10006_at_http_200_with_its_headers() -> None:
    with ExchangeServer() as server:
        rest = client(server)
        answers = []
        for _ in range(12):
            try:
                rest.cancel_order(**LINEAR, orderId="none")
            except InvalidRequestError as refused:
                answers.append((refused.status_code, refused.resp_headers))
        assert 10006 in [code for code, _ in answers]
        headers = next(headers for code, headers in answers if code == 10006)
        assert headers is not None
        assert (headers["X-Bapi-Limit"], headers["X-Bapi-Limit-Status"]) == ("10", "0")
        assert int(headers["X-Bapi-Limit-Reset-Timestamp"]) > time.time() * 1000 - 1000


def test_the_state_survives_a_stop_and_a_start(tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "state.json"), "--speed", "60")
    with ExchangeServer(*options) as server:
        rest = client(server)
        last = float(rest.get_tickers(**LINEAR)["result"]["list"][0]["lastPrice"])
        rest.set_leverage(**LINEAR, buyLeverage="3", sellLeverage="3")
        buy(rest, "kept", qty="0.010", stopLoss=str(round(last * 0.5, 1)))
        buy(rest, "resting", orderType="Limit", price=far_below(rest))
        before, clock = server.truth(), server.sim("GET", "clock")
        server.stop()
        took = server.start()
        after, resumed = server.truth(), server.sim("GET", "clock")
        assert took < 4
        for name in ("orders", "executions", "closed_pnl", "ledger", "wallet_balance", "leverages"):
            assert after[name] == before[name], name
        assert [row["stopOrderType"] for row in after["open_orders"]] == ["StopLoss", "UNKNOWN"]
        assert -61_000 <= resumed["market_ms"] - clock["market_ms"] <= 60 * 10_000
        with pytest.raises(InvalidRequestError) as refused:
            buy(client(server), "kept")
        assert refused.value.status_code == 110072


def test_the_recorded_market_is_replayed_with_history() -> None:
    candles = SHARED_PAYLOADS.parent / "candles" / "btc_perp_1m_2022-01.csv.gz"
    if not candles.exists():
        pytest.skip("the recorded candles (../shared/data/candles) are not here")
    with ExchangeServer("--candles", str(candles)) as server:
        rows = client(server).get_kline(**LINEAR, interval="1", limit=1000)["result"]["list"]
        assert len(rows) == 1000
        assert rows[0][0] == str(server.sim("GET", "clock")["anchor_market_ms"])
        days = client(server).get_kline(**LINEAR, interval="D")["result"]["list"]
        assert float(days[-1][1]) == 46319.0


def test_the_demo_host_has_no_public_stream_and_refuses_what_demo_lacks() -> None:
    with ExchangeServer("--profile", "demo", "--strict-hosts") as server:
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            websocket.create_connection(f"{server.ws}/v5/public/linear", timeout=5)
        assert refused.value.status_code == 404
        with pytest.raises(InvalidRequestError) as unlisted:
            client(server).get_fee_rates(**LINEAR)
        assert unlisted.value.status_code == 10032


def test_it_starts_fast_and_idles_small_and_quiet() -> None:
    server = ExchangeServer()
    took = server.start()
    try:
        process = psutil.Process(server.pid)
        process.cpu_percent()
        time.sleep(2)
        busy = process.cpu_percent()
        assert took < 4, "below 2 s on a quiet machine"
        assert process.memory_info().rss < 120 * 2**20
        assert busy < 10
    finally:
        server.stop()


def test_the_demo_profile_keeps_the_public_stream_that_its_clients_take_from_mainnet() -> None:
    with ExchangeServer("--profile", "demo") as server:
        socket = websocket.create_connection(f"{server.ws}/v5/public/linear", timeout=5)
        socket.send(json.dumps({"op": "subscribe", "args": ["tickers.BTCUSDT"]}))
        assert json.loads(socket.recv())["success"]
        socket.close()
