"""What gives way to tests against the clock is of a low priority among sessions too, and ends with its children."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from infra.checks.giving_way import AT_LOW_PRIORITY, NICENESS, end_sessions, lower_session

WITH_A_CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    command = (*AT_LOW_PRIORITY, sys.executable, "-c", WITH_A_CHILD)
    with subprocess.Popen(command, start_new_session=True) as started:
        yield started
        started.kill()


def test_its_session_is_nice_to_others(process: subprocess.Popen[bytes]) -> None:
    group = Path(f"/proc/{process.pid}/autogroup")
    if not group.exists():
        pytest.skip("this kernel does not share the processor between sessions")
    lower_session(process.pid)
    assert group.read_text().split()[-1] == str(NICENESS)


def test_its_children_end_with_it(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while not (children := psutil.Process(process.pid).children()):
        assert time.monotonic() < deadline, "it has started no child"
        time.sleep(0.05)
    end_sessions([process])
    process.wait(10)
    while any(map(_alive, children)):
        assert time.monotonic() < deadline, "a child outlived it"
        time.sleep(0.05)


def test_one_that_has_ended_is_passed_over() -> None:
    with subprocess.Popen(("true",), start_new_session=True) as ended:
        ended.wait(10)
    end_sessions([ended])
    lower_session(ended.pid)


def _alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
