"""How tests talk to a running simulator: pybit, a raw private stream, and a few orders."""

from __future__ import annotations

import json
import time
from typing import Any

import websocket
from pybit.unified_trading import HTTP

from infra.local.exchange.http.auth import sign
from tests.contract.exchange_server import ExchangeServer

NEVER = {-1}
LINEAR = {"category": "linear", "symbol": "BTCUSDT"}


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
