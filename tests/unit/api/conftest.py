"""The API over fakes, fresh for each test."""

from __future__ import annotations

import pytest

from tests.unit.api.gateway import Client, Gateway


@pytest.fixture
def gateway() -> Gateway:
    """The application."""
    return Gateway()


@pytest.fixture
def client(gateway: Gateway) -> Client:
    """A signed-in admin."""
    return gateway.user()
