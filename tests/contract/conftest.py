"""The exchange simulator as a server of its own, one a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.exchange_server import ExchangeServer


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ExchangeServer]:
    """The module's server, with room for many requests."""
    with ExchangeServer("--rate-factor", "10") as running:
        yield running


@pytest.fixture
def server(shared_server: ExchangeServer) -> Iterator[ExchangeServer]:
    """The shared server, without faults before and after."""
    shared_server.sim("DELETE", "faults")
    yield shared_server
    shared_server.sim("DELETE", "faults")
