"""One local cloud for the lab's tests, and a signed-in user."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.api_client import ApiClient

SPEED = 60.0


@pytest.fixture(scope="package")
def cloud() -> Iterator[LocalCloud]:
    """The local cloud."""
    with LocalCloud(speed=SPEED) as started:
        yield started


@pytest.fixture(scope="package")
def api(cloud: LocalCloud) -> Iterator[ApiClient]:
    """The public API, signed in as the demo user once: a one-time code is good once."""
    client = ApiClient(cloud.endpoints)
    client.login()
    yield client
    client.close()
