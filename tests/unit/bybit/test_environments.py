from __future__ import annotations

from dataclasses import astuple

import pytest

from chalicelib.adapters.bybit.environments import Environment, serves, urls_of

SIMULATOR = ("http://127.0.0.1:8082", "ws://127.0.0.1:8082")
TAKES_ORDERS_ON_MAINNET = {
    "https://api.bybit.com",
    "wss://stream.bybit.com/v5/private",
    "wss://stream.bybit.com/v5/trade",
}


@pytest.mark.parametrize("environment", [member for member in Environment if member is not Environment.MAINNET])
def test_no_environment_but_mainnet_reaches_a_mainnet_address_that_takes_orders(environment: Environment) -> None:
    assert not TAKES_ORDERS_ON_MAINNET & set(astuple(urls_of(environment, *SIMULATOR)))


def test_demo_listens_to_the_public_stream_of_mainnet_and_has_no_order_stream() -> None:
    demo = urls_of(Environment.DEMO)

    assert demo.rest == "https://api-demo.bybit.com"
    assert demo.public_stream == "wss://stream.bybit.com/v5/public/linear"
    assert demo.private_stream == "wss://stream-demo.bybit.com/v5/private"
    assert demo.trade_stream is None


def test_the_simulator_is_where_the_configuration_says() -> None:
    simulator = urls_of(Environment.SIMULATOR, *SIMULATOR)

    assert simulator.rest == "http://127.0.0.1:8082"
    assert simulator.public_stream == "ws://127.0.0.1:8082/mainnet/v5/public/linear"
    assert simulator.private_stream == "ws://127.0.0.1:8082/v5/private"


def test_a_simulator_without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="SIMULATOR_REST_URL"):
        urls_of(Environment.SIMULATOR)


@pytest.mark.parametrize("environment", [Environment.DEMO, Environment.TESTNET])
def test_real_money_is_never_served_outside_mainnet(environment: Environment) -> None:
    assert not serves(environment, "real")


def test_mainnet_serves_real_money_only() -> None:
    assert [env for env in ("demo", "testnet", "real") if serves(Environment.MAINNET, env)] == ["real"]
