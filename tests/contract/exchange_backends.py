"""The ``Exchange`` port in three forms: on the engine in memory, over HTTP, and behind the execution function."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from chalicelib.adapters.bybit.execution import ExecutionRuntime
from chalicelib.adapters.bybit.market_data import BybitMarketData
from chalicelib.adapters.clock import SystemClock
from chalicelib.adapters.execution_client import ExecutionClient
from chalicelib.ports import Exchange
from infra.local.exchange.engine import Exchange as Engine
from infra.local.exchange.engine import Settings
from tests.contract.exchange_server import ExchangeServer
from tests.fakes.virtual_clock import VirtualClock
from tests.simulation.exchange_in_memory import EngineSession, exchange_over
from tests.simulation.faults import CALM
from tests.simulation.mutations import Mutation, Mutator
from tests.unit.bybit.accounts import REF, account_at

SYMBOL = "BTCUSDT"
__all__ = ["BACKENDS", "REF", "SYMBOL", "Backend"]


@dataclass
class Backend:
    """An exchange, the market's present price, the time, and a way to let the exchange work for a moment."""

    exchange: Exchange
    price: Callable[[], Decimal]
    now_ms: Callable[[], int]
    settle: Callable[[], None]


@contextmanager
def in_memory() -> Iterator[Backend]:
    """The adapter on the engine, without a socket, in virtual time."""
    clock = VirtualClock()
    engine = Engine(
        seed=1, symbols=(SYMBOL,), prices={SYMBOL: Decimal(40_000)}, now_ms=clock.now_ms(), settings=Settings()
    )
    clock.on_pass = engine.advance
    account = engine.add_account("1001", api_key="TESTKEY", secret="TESTSECRET", usdt=Decimal(10_000))
    session = EngineSession(engine, account, clock, CALM, Random(1), Counter(), Mutator(Mutation.NONE))
    exchange = exchange_over(session, clock)
    yield Backend(exchange, lambda: engine.world.markets[SYMBOL].last, clock.now_ms, lambda: clock.advance(200))


@contextmanager
def over_http() -> Iterator[Backend]:
    """The adapter on the simulator's socket."""
    with ExchangeServer("--symbols", SYMBOL) as server:
        clock = SystemClock(server.url)
        yield Backend(account_at(server.url, clock).exchange, _price_of(server), clock.now_ms, _wait)


@contextmanager
def behind_the_function() -> Iterator[Backend]:
    """The client of the execution function, whose every request and answer passes through JSON."""
    with ExchangeServer("--symbols", SYMBOL) as server:
        clock = SystemClock(server.url)
        account = account_at(server.url, clock)
        runtime = ExecutionRuntime(account.opener, account.margin_modes, clock)
        client = ExecutionClient(InProcessLambda(runtime), "execution", "contract-tests")
        yield Backend(client, _price_of(server), clock.now_ms, _wait)


BACKENDS = {"in memory": in_memory, "over HTTP": over_http, "behind the execution function": behind_the_function}


class InProcessLambda:
    """Invokes the runtime here, through JSON both ways, as the service would elsewhere."""

    def __init__(self, runtime: ExecutionRuntime) -> None:
        self._runtime = runtime

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto3's names
        answer = self._runtime.run(json.loads(Payload), self._runtime.clock.now_ms() + 10_000)
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def _price_of(server: ExchangeServer) -> Callable[[], Decimal]:
    market = BybitMarketData(server.url, SystemClock(server.url))
    return lambda: market.ticker(SYMBOL).last_price


def _wait() -> None:
    time.sleep(0.1)
