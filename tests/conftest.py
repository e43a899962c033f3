"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session
import pytest
from botocore.loaders import create_loader


@pytest.fixture(scope="session", autouse=True)
def _descriptions_read_once() -> Iterator[None]:
    """Each session of botocore would read megabytes of service descriptions again: that was half of what a test on
    moto costs."""
    shared = create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda search_path=None: shared)
        yield
