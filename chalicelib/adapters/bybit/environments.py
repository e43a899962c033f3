"""Where each environment lives: one pure function from its name to the five URLs.

No environment but ``mainnet`` can produce a mainnet URL to which an order could be sent; demo shares mainnet's public
stream, because demo has none of its own, and that stream takes no orders.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.adapters.outbound_urls import simulator_url


class Environment(StrEnum):
    """The values of ``BYBIT_ENV``."""

    SIMULATOR = "simulator"
    DEMO = "demo"
    TESTNET = "testnet"
    MAINNET = "mainnet"


@dataclass(frozen=True, slots=True)
class Urls:
    """Base of REST and the streams of linear perpetuals; None where the environment has no such stream."""

    rest: str
    public_stream: str
    private_stream: str
    trade_stream: str | None
    status_stream: str | None


_HOSTED = {
    Environment.DEMO: Urls(
        rest="https://api-demo.bybit.com",
        public_stream="wss://stream.bybit.com/v5/public/linear",
        private_stream="wss://stream-demo.bybit.com/v5/private",
        trade_stream=None,
        status_stream=None,
    ),
    Environment.TESTNET: Urls(
        rest="https://api-testnet.bybit.com",
        public_stream="wss://stream-testnet.bybit.com/v5/public/linear",
        private_stream="wss://stream-testnet.bybit.com/v5/private",
        trade_stream="wss://stream-testnet.bybit.com/v5/trade",
        status_stream="wss://stream-testnet.bybit.com/v5/public/misc/status",
    ),
    Environment.MAINNET: Urls(
        rest="https://api.bybit.com",
        public_stream="wss://stream.bybit.com/v5/public/linear",
        private_stream="wss://stream.bybit.com/v5/private",
        trade_stream="wss://stream.bybit.com/v5/trade",
        status_stream="wss://stream.bybit.com/v5/public/misc/status",
    ),
}

# Which connections a deployment serves. A key fits one environment only (10003 elsewhere), and a connection for real
# money is served by nothing but mainnet. The simulator stands for whatever the connection says it is.
_SERVED = {
    Environment.SIMULATOR: {"demo", "testnet", "real", "simulator"},
    Environment.DEMO: {"demo"},
    Environment.TESTNET: {"testnet"},
    Environment.MAINNET: {"real"},
}


def urls_of(environment: Environment, simulator_rest: str = "", simulator_ws: str = "") -> Urls:
    """The five URLs of ``environment``.

    ``simulator_rest`` and ``simulator_ws`` are the simulator's bases (``http://127.0.0.1:8082``,
    ``ws://127.0.0.1:8082``); they are read for the simulator alone, and then required (ValueError) and
    on this machine (AddressRefused).
    """
    if environment is not Environment.SIMULATOR:
        return _HOSTED[environment]
    if not simulator_rest or not simulator_ws:
        raise ValueError("the simulator needs SIMULATOR_REST_URL and SIMULATOR_WS_URL")
    base = simulator_url(simulator_ws).rstrip("/")
    return Urls(
        rest=simulator_url(simulator_rest).rstrip("/"),
        # Mainnet's stream, as on demo: in its demo profile the simulator has none of its own either.
        public_stream=f"{base}/mainnet/v5/public/linear",
        private_stream=f"{base}/v5/private",
        trade_stream=f"{base}/v5/trade",
        status_stream=f"{base}/v5/public/misc/status",
    )


def served_by(environment: Environment) -> frozenset[str]:
    """The ``env`` of the connections that a deployment in ``environment`` may use."""
    return frozenset(_SERVED[environment])


def serves(environment: Environment, connection_env: str) -> bool:
    """Whether a deployment in ``environment`` may use a connection whose ``env`` is ``connection_env``."""
    return connection_env in _SERVED[environment]
