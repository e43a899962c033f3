"""Starts the exchange simulator as the process it is, for tests that talk to it over sockets."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parents[2]
SHARED_PAYLOADS = ROOT.parent / "shared" / "data" / "bybit_v5"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ExchangeServer:
    """A running simulator with one account (TESTKEY, TESTSECRET, uid 1001, 10,000 USDT)."""

    def __init__(self, *options: str, port: int | None = None) -> None:
        self.port = port or free_port()
        self.options = options
        self.url = f"http://127.0.0.1:{self.port}"
        self.ws = f"ws://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ExchangeServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> float:
        """Starts the process and waits until it answers; returns the seconds it took."""
        command = [sys.executable, "-m", "infra.local.exchange", "--port", str(self.port)]
        command += ["--account", "TESTKEY:TESTSECRET:1001:10000", "--ip-limit", "0", *self.options]
        began = time.monotonic()
        self._process = subprocess.Popen(command, cwd=ROOT)
        while True:
            try:
                self.sim("GET", "health")
                return time.monotonic() - began
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() - began > 20 or self._process.poll() is not None:
                    raise
                time.sleep(0.05)

    def stop(self) -> None:
        """SIGTERM, and wait for the state to be saved."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    def sim(self, method: str, name: str, body: dict[str, Any] | None = None) -> Any:
        """A request to the control surface."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/sim/{name}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())

    def truth(self, uid: str = "1001") -> dict[str, Any]:
        """Everything the exchange knows of an account."""
        return dict(self.sim("GET", f"accounts/{uid}"))

    def fault(self, kind: str, **more: Any) -> None:
        """Installs a fault or lets something happen."""
        self.sim("POST", "faults", {"kind": kind, **more})

    def price(self, price: str, symbol: str = "BTCUSDT", **more: Any) -> None:
        """Pushes the market."""
        self.sim("POST", "price", {"symbol": symbol, "price": price, **more})
