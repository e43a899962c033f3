"""What ``make test`` says of a failed step: the reasons that its tool gave, not merely that it failed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from infra.checks import suite
from infra.checks.steps import Step

FAILS = """
print('F.')
print('>   assert 1 == 2')
print('E   assert 1 == 2')
print('FAILED tests/test_x.py::test_x')
print('1 failed')
raise SystemExit(1)
"""


@pytest.fixture(autouse=True)
def logs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(suite, "LOGS", tmp_path)


def test_a_failed_step_gives_its_reasons() -> None:
    outcome = suite.run(Step("some tests", (sys.executable, "-c", FAILS)), dict(os.environ))
    assert not outcome.passed
    assert outcome.reasons == ("E   assert 1 == 2", "FAILED tests/test_x.py::test_x")


def test_a_step_that_passes_needs_none() -> None:
    outcome = suite.run(Step("some tests", (sys.executable, "-c", "print('E   in passing')")), dict(os.environ))
    assert outcome.passed
    assert outcome.reasons == ()
