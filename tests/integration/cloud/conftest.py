"""One local cloud for these tests: the stack that ``make run`` deploys, on free ports, in a temporary folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.api_client import ApiClient

SPEED = 60.0


@dataclass(frozen=True, slots=True)
class StartedCloud:
    """A running cloud and how long its start took."""

    cloud: LocalCloud
    seconds_to_ready: float


@pytest.fixture(scope="package")
def started_cloud() -> Iterator[StartedCloud]:
    """The folder's cloud, market at 60x."""
    began = time.monotonic()
    with LocalCloud(speed=SPEED) as cloud:
        yield StartedCloud(cloud, time.monotonic() - began)


@pytest.fixture(scope="package")
def cloud(started_cloud: StartedCloud) -> LocalCloud:
    """The folder's cloud; a sidecar that a test killed is started again first."""
    started_cloud.cloud.check()
    return started_cloud.cloud


@pytest.fixture(scope="package")
def api(started_cloud: StartedCloud) -> Iterator[ApiClient]:
    """The public API, signed in as the demo user once: a one-time code is good once, and the next takes half a minute.

    It needs no living sidecar.
    """
    client = ApiClient(started_cloud.cloud.endpoints)
    client.login()
    yield client
    client.close()
