"""Parts of the local cloud that need no cloud: ports, child processes, credentials, progress, resuming runs."""

from __future__ import annotations

import io
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra.local.aws_environment import aws_environment
from infra.local.child_process import ChildDied, ChildProcess
from infra.local.demo_credentials import StateTooOld, demo_credentials
from infra.local.ports import HOST, Ports, PortTaken
from infra.local.progress import Progress
from infra.local.resume import resume_runs


def test_ports_follow_the_web_apps() -> None:
    assert Ports.following(9080) == Ports(web=9080, aws=9081, exchange=9082)


def test_free_ports_are_three_different_ones_that_can_be_used() -> None:
    ports = Ports.free()
    ports.require_free()
    assert len({ports.web, ports.aws, ports.exchange}) == 3


def test_a_taken_port_is_said_in_one_line_with_what_to_do() -> None:
    ports = Ports.free()
    with socket.socket() as taken:
        taken.bind((HOST, ports.exchange))
        taken.listen()
        with pytest.raises(PortTaken) as refused:
            ports.require_free()
    message = str(refused.value)
    assert f"port {ports.exchange} (the exchange) is taken" in message
    assert "make run" in message
    assert "\n" not in message


def _child(tmp_path: Path, code: str) -> ChildProcess:
    return ChildProcess("a child", [sys.executable, "-c", code], environment=os.environ, log=tmp_path / "child.log")


def _ends(process_id: int, *, within: float) -> bool:
    """Whether a process is gone, or waits for its parent to notice, before the time is over."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if not psutil.pid_exists(process_id) or psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_dies_is_named_with_its_last_words(tmp_path: Path) -> None:
    child = _child(tmp_path, "print('the database is gone'); raise SystemExit(3)")
    with pytest.raises(
        ChildDied, match=r"a child ended with code 3: the database is gone \(see .*child\.log; .*start again\)"
    ):
        child.wait_until(lambda: False, seconds=10)


def test_a_child_that_is_never_ready_is_given_up(tmp_path: Path) -> None:
    child = _child(tmp_path, "import time; time.sleep(60)")
    try:
        with pytest.raises(ChildDied, match="was not ready within 0 s"):
            child.wait_until(lambda: False, seconds=0.2)
    finally:
        child.stop(seconds=5)


def test_a_child_that_ends_in_order_is_not_killed(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(0)); print('up', flush=True); time.sleep(60)"
    )
    child = _child(tmp_path, code)
    child.wait_until(lambda: "up" in child.log.read_text(), seconds=10)
    assert child.stop(seconds=10) is True
    assert not child.is_alive()


def test_a_child_that_ignores_its_end_is_killed_with_what_it_started(tmp_path: Path) -> None:
    worker = "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    child = _child(
        tmp_path,
        f"import signal, subprocess, sys, time; signal.signal(15, signal.SIG_IGN); "
        f"print({worker}.pid, 'up', flush=True); time.sleep(60)",
    )
    child.wait_until(lambda: "up" in child.log.read_text(), seconds=10)
    began = time.monotonic()
    assert child.stop(seconds=0.3) is False
    assert _ends(int(child.log.read_text().split()[0]), within=5)
    assert time.monotonic() - began < 5


def test_nothing_of_the_users_aws_configuration_gets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    environment = aws_environment("http://127.0.0.1:1")
    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_demo_credentials_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    made = demo_credentials(tmp_path)
    assert demo_credentials(tmp_path) == made
    assert demo_credentials(tmp_path / "other") != made
    assert len(made.password) >= 12
    assert (tmp_path / "credentials.json").stat().st_mode & 0o077 == 0


def test_progress_says_each_step_once_it_is_done() -> None:
    out = io.StringIO()
    with Progress(out=out).step("CloudFormation stack"):
        assert out.getvalue() == ""
    assert out.getvalue().startswith("  CloudFormation stack")


class _Executions:
    """A Step Functions client with executions given as (run, segment, status, error)."""

    def __init__(self, *executions: tuple[str, int, str, str | None]) -> None:
        self._executions = {
            f"arn:{run}-{segment}": (run, segment, status, error) for run, segment, status, error in executions
        }

    def get_paginator(self, name: str) -> _Executions:
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"executions": [{"executionArn": arn} for arn in self._executions]}]

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803  # boto3's own name
        run, segment, status, error = self._executions[executionArn]
        found = {"input": json.dumps({"runId": run, "segment": segment}), "status": status}
        return found | ({"error": error} if error else {})


class _Functions:
    """A Lambda client that remembers what it was asked to invoke."""

    def __init__(self) -> None:
        self.invoked: list[tuple[str, dict[str, Any]]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> None:  # noqa: N803  # boto3's own names
        self.invoked.append((FunctionName, json.loads(Payload)))


MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:bm-bot-run"


def test_a_run_whose_execution_a_restart_ended_goes_on_in_its_next_segment() -> None:
    functions = _Functions()
    executions = _Executions(("A", 0, "FAILED", "States.ServiceRestart"), ("B", 0, "SUCCEEDED", None))
    assert resume_runs(executions, functions, MACHINE) == 1
    assert functions.invoked == [("bm-next-segment", {"runId": "A", "segment": 0})]


def test_a_run_that_was_resumed_before_is_resumed_from_its_last_segment_only() -> None:
    functions = _Functions()
    executions = _Executions(("A", 0, "FAILED", "States.ServiceRestart"), ("A", 1, "FAILED", "States.ServiceRestart"))
    resume_runs(executions, functions, MACHINE)
    assert functions.invoked == [("bm-next-segment", {"runId": "A", "segment": 1})]


def test_an_execution_that_failed_by_itself_is_left_to_finalize() -> None:
    functions = _Functions()
    assert resume_runs(_Executions(("A", 0, "FAILED", "States.Runtime")), functions, MACHINE) == 0
    assert functions.invoked == []


def test_state_of_an_earlier_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text(json.dumps({"email": "a", "password": "b", "totp_secret": "c"}))

    with pytest.raises(StateTooOld, match="make clean"):
        demo_credentials(tmp_path)
