"""Stopping keeps the state, starting resumes it; two instances live beside each other; a taken port is said."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from infra.local.cloud import LocalCloud
from infra.local.ports import HOST, Ports, PortTaken
from tests.e2e.api_client import ApiClient


def _signed_in(cloud: LocalCloud) -> ApiClient:
    api = ApiClient(cloud.endpoints)
    api.login()
    return api


def test_a_second_instance_beside_the_first_goes_on_with_its_run_after_it_was_stopped(
    api: ApiClient, tmp_path: Path
) -> None:
    ports = Ports.free()
    with LocalCloud(ports=ports, state=tmp_path, speed=60) as second:
        other = _signed_in(second)
        bot = other.get("/bots")["items"][0]
        run = other.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 1}, key="restart-test")
        _await(other, run["id"], {"running"}, seconds=20)
        assert [one["id"] for one in other.get("/runs")["items"]] == [run["id"]]
        assert run["id"] not in {one["id"] for one in api.items("/runs")}
        other.close()
    with LocalCloud(ports=ports, state=tmp_path, speed=60) as second:
        other = _signed_in(second)
        ended = _await(other, run["id"], {"finished", "stopped", "error"}, seconds=90)
        other.close()
    assert (ended["status"], ended["stopReason"]) == ("finished", "timeout")


def _await(api: ApiClient, run: str, statuses: set[str], *, seconds: float) -> dict[str, object]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = api.get(f"/runs/{run}")
        if seen["status"] in statuses:
            return seen
        time.sleep(0.5)
    raise AssertionError(f"run {run} is {seen['status']} after {seconds} s, not one of {statuses}")


def test_a_taken_port_is_said_with_what_to_do(tmp_path: Path) -> None:
    ports = Ports.free()
    with socket.socket() as other:
        other.bind((HOST, ports.aws))
        other.listen()
        with pytest.raises(PortTaken, match=rf"port {ports.aws} .* is taken: stop .* or choose others"):
            LocalCloud(ports=ports, state=tmp_path).start()
