"""One local cloud for all tests of runs: started when the first asks for it, stopped at the end of the session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.runs.stage import Stage, WatchedCloud

SPEED = 60.0


@pytest.fixture(scope="session")
def cloud() -> Iterator[WatchedCloud]:
    """The local cloud, its market at 60x, watched as ``make run`` watches it."""
    with WatchedCloud(speed=SPEED) as watched:
        yield watched


@pytest.fixture(scope="session")
def _session_stage(cloud: WatchedCloud) -> Iterator[Stage]:
    with Stage(cloud.endpoints) as stage:
        yield stage


@pytest.fixture
def stage(_session_stage: Stage) -> Iterator[Stage]:
    """A signed-in user with a WebSocket; runs and orders that a test leaves behind are ended after it."""
    yield _session_stage
    _session_stage.clear()
