"""How fast the simulator is: ``python -m infra.local.exchange.bench`` prints one JSON object a line.

``exchange_engine_orders`` counts orders through the whole engine (validation, matching, events, position, wallet): a
mix of resting, cancelled, market and protected ones. ``exchange_rest_requests`` counts signed requests over HTTP on
kept connections, orders and reads mixed, answered by one process.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from decimal import Decimal

from infra.local.exchange.engine import Exchange, Settings, Tick
from infra.local.exchange.http.auth import sign
from infra.local.exchange.market_clock import wall_ms

LINEAR = {"category": "linear", "symbol": "BTCUSDT", "positionIdx": 0}
KEY, SECRET = "BENCHKEY", "BENCHSECRET"


def engine_orders_per_second(orders: int = 10_000) -> float:
    """Orders a second of processor time: the engine is one thread and waits for nothing, so this is one core's rate."""
    exchange = Exchange(symbols=("BTCUSDT",), settings=Settings(event_delay_ms=(0, 0)))
    account = exchange.add_account("1", usdt=Decimal(10_000_000))
    began = time.process_time()
    for number in range(orders // 4):
        link = f"b-{number}"
        resting = {"side": "Buy", "orderType": "Limit", "qty": "0.001", "price": str(59_000 - number % 50)}
        exchange.create_order(account, {**LINEAR, **resting, "orderLinkId": link})
        exchange.cancel_order(account, {**LINEAR, "orderLinkId": link})
        exchange.create_order(
            account, {**LINEAR, "side": "Sell", "orderType": "Limit", "qty": "0.001", "price": "60001"}
        )
        exchange.create_order(
            account, {**LINEAR, "side": "Buy", "orderType": "Market", "qty": "0.001", "stopLoss": "50000"}
        )
        closing = {"side": "Sell", "orderType": "Market", "qty": "0.001", "reduceOnly": True}
        exchange.create_order(account, {**LINEAR, **closing})
        up = Decimal(60_002 if number % 2 else 60_000)
        exchange.advance(exchange.world.now_ms + 100, {"BTCUSDT": Tick(up)})
        exchange.drain_events("1")
    return orders / (time.process_time() - began)


def _hammer(port: int, until: float, counts: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    query = "category=linear&symbol=BTCUSDT"
    order = json.dumps(
        {**LINEAR, "side": "Buy", "orderType": "Limit", "qty": "0.010", "price": "1000.0", "timeInForce": "IOC"}
    )
    number = 0
    while time.perf_counter() < until:
        number += 1
        posting = number % 2 == 0
        payload = order if posting else query
        sent = str(wall_ms())
        headers = {
            "X-BAPI-API-KEY": KEY,
            "X-BAPI-TIMESTAMP": sent,
            "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": sign(SECRET, f"{sent}{KEY}5000{payload}"),
        }
        if posting:
            connection.request("POST", "/v5/order/create", payload, headers)
        else:
            connection.request("GET", f"/v5/position/list?{query}", headers=headers)
        body = connection.getresponse().read()
        if b'"retCode":0' not in body:
            raise RuntimeError(body.decode())
    counts.append(number)
    connection.close()


def rest_requests_per_second(seconds: float = 3.0, clients: int = 2, port: int = 9479) -> float:
    """Requests a second that one server process answers."""
    command = [
        sys.executable,
        "-m",
        "infra.local.exchange",
        "--port",
        str(port),
        "--ip-limit",
        "0",
        "--rate-factor",
        "0",
    ]
    command += ["--account", f"{KEY}:{SECRET}:1:100000"]
    server = subprocess.Popen(command)
    try:
        _wait(port)
        counts: list[int] = []
        began = time.perf_counter()
        threads = [threading.Thread(target=_hammer, args=(port, began + seconds, counts)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(counts) / (time.perf_counter() - began)
    finally:
        server.terminate()
        server.wait(10)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
            connection.request("GET", "/sim/health")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the simulator did not start")


def main() -> None:
    """Prints the figures."""
    for name, value, unit in (
        ("exchange_engine_orders", engine_orders_per_second(), "orders/s"),
        ("exchange_rest_requests", rest_requests_per_second(), "requests/s"),
    ):
        sys.stdout.write(json.dumps({"name": name, "value": round(value, 1), "unit": unit}) + "\n")


if __name__ == "__main__":
    main()
