"""The simulator as a process: time, control, limits, streams, outage, restart, profiles."""

from __future__ import annotations

import json
import time
from pathlib import Path

import psutil
import pytest
import requests
import websocket
from pybit.exceptions import InvalidRequestError

from tests.contract.exchange_client import LINEAR, buy, client, far_below, link, listen, private_stream
from tests.contract.exchange_server import SHARED_PAYLOADS, ExchangeServer


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


def test_a_pushed_price_triggers_a_stop(server: ExchangeServer) -> None:
    rest = client(server)
    last = float(rest.get_tickers(**LINEAR)["result"]["list"][0]["lastPrice"])
    buy(rest, link(), stopLoss=str(round(last * 0.98, 1)), takeProfit=str(round(last * 1.02, 1)))
    server.price(str(round(last * 1.03, 1)))
    assert rest.get_positions(**LINEAR)["result"]["list"][0]["size"] == "0"
    assert rest.get_executions(**LINEAR)["result"]["list"][0]["stopOrderType"] == "TakeProfit"


def test_books_and_tickers_begin_with_a_snapshot_and_depth_500_is_refused(server: ExchangeServer) -> None:
    socket = websocket.create_connection(f"{server.ws}/v5/public/linear", timeout=5)
    socket.send(json.dumps({"op": "subscribe", "req_id": "1", "args": ["orderbook.500.BTCUSDT"]}))
    refused = json.loads(socket.recv())
    assert (refused["success"], refused["ret_msg"]) == (False, "error:handler not found,topic:orderbook.500.BTCUSDT")
    socket.send(json.dumps({"op": "subscribe", "req_id": "2", "args": ["orderbook.50.BTCUSDT", "tickers.BTCUSDT"]}))
    messages = listen(socket, 0.3)
    last = float(client(server).get_tickers(**LINEAR)["result"]["list"][0]["lastPrice"])
    for number in (1, 2):
        server.price(str(round(last + number, 1)))
        messages += listen(socket, 0.3)
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
        assert took < 10
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
        assert took < 10, "below 2 s on a quiet machine"
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
