"""Marks everything here as needing the local cloud, and starts one that the folders share: the stack that ``make run``
deploys, on free ports, in a temporary folder. A folder whose tests disturb others has a cloud of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.api_client import ApiClient

SPEED = 60.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Adds the marker."""
    for item in items:
        if "tests/integration" in item.path.as_posix():
            item.add_marker(pytest.mark.integration)


@dataclass(frozen=True, slots=True)
class StartedCloud:
    """A running cloud and how long its start took."""

    cloud: LocalCloud
    seconds_to_ready: float


@pytest.fixture(scope="session")
def started_cloud() -> Iterator[StartedCloud]:
    """The shared cloud, its market at 60x."""
    began = time.monotonic()
    with LocalCloud(speed=SPEED) as cloud:
        yield StartedCloud(cloud, time.monotonic() - began)


@pytest.fixture
def cloud(started_cloud: StartedCloud) -> LocalCloud:
    """The shared cloud; a sidecar that a test killed is started again first."""
    started_cloud.cloud.check()
    return started_cloud.cloud


@pytest.fixture(scope="session")
def api(started_cloud: StartedCloud) -> Iterator[ApiClient]:
    """The public API, signed in as the demo user once: a one-time code is good once, the next takes half a minute."""
    client = ApiClient(started_cloud.cloud.endpoints)
    client.login()
    yield client
    client.close()
