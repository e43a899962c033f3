"""A scripted server, and an account whose session talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.bybit.accounts import Account, account_at
from tests.unit.bybit.fakes import FakeClock
from tests.unit.bybit.scripted_server import ScriptedServer, scripted_server


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    """It answers what it was told to."""
    with scripted_server() as running:
        yield running


@pytest.fixture
def account(server: ScriptedServer) -> Account:
    """The account."""
    return account_at(server.url, FakeClock())
