"""A local cloud of its own: many requests at one moment leave it with many processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.cloud import LocalCloud


@pytest.fixture(scope="package")
def cloud() -> Iterator[LocalCloud]:
    """The local cloud."""
    with LocalCloud(speed=60) as started:
        yield started
