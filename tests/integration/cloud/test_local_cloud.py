"""What ``make run`` gives: one origin, a seeded workspace, the deployed stack, a small and fast local AWS."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import psutil
import pytest
import websockets.sync.client
from websockets.exceptions import InvalidStatus

from infra.local.cloud import LocalCloud
from infra.local.deploy import STACK
from tests.e2e.api_client import ApiClient
from tests.integration.conftest import StartedCloud

ROOT = Path(__file__).parents[3]
READY_SECONDS = 30
IDLE_MEGABYTES = 1000
ENDPOINTS = {"web", "api", "ws", "aws", "exchange_rest", "exchange_ws", "email", "password", "totp_secret"}


def test_it_is_ready_within_30_seconds(started_cloud: StartedCloud) -> None:
    assert started_cloud.seconds_to_ready < READY_SECONDS


def test_it_writes_down_where_everything_is(cloud: LocalCloud) -> None:
    written = json.loads((cloud.state / "endpoints.json").read_text())
    assert set(written) == ENDPOINTS
    assert written == cloud.endpoints


def test_the_api_answers_behind_the_one_origin(cloud: LocalCloud) -> None:
    answer = httpx.get(f"{cloud.endpoints['api']}/healthz", timeout=30)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")


def test_every_dependency_is_ready(cloud: LocalCloud) -> None:
    assert httpx.get(f"{cloud.endpoints['api']}/readyz", timeout=30).status_code == 200


def test_another_host_name_is_refused(cloud: LocalCloud) -> None:
    answer = httpx.get(cloud.endpoints["web"], headers={"host": "example.com"}, timeout=30)
    assert answer.status_code == 421


def test_the_demo_user_finds_a_verified_connection_a_strategy_and_a_bot(api: ApiClient) -> None:
    assert [found["status"] for found in api.get("/exchanges")["items"]] == ["CONNECTED"]
    assert len(api.get("/strategies")["items"]) == 1
    assert [found["status"] for found in api.get("/bots")["items"]] == ["ready"]


def test_the_demo_workspace_may_run_four_bots_without_waiting(api: ApiClient) -> None:
    limits = api.get("/me")["workspace"]["limits"]
    assert (limits["maxActiveRuns"], limits["startCooldownSeconds"]) == (4, 0)


def test_a_websocket_opens_with_a_ticket_and_answers_a_ping(cloud: LocalCloud, api: ApiClient) -> None:
    ticket = api.post("/sockets/tickets")
    with websockets.sync.client.connect(f"{ticket['url']}?ticket={ticket['ticket']}", open_timeout=30) as socket:
        socket.send(json.dumps({"action": "ping"}))
        assert json.loads(socket.recv(timeout=30)) == {"type": "pong"}


def test_a_websocket_without_a_ticket_is_refused(cloud: LocalCloud) -> None:
    with pytest.raises(InvalidStatus), websockets.sync.client.connect(cloud.endpoints["ws"], open_timeout=30):
        pass


def test_the_stack_is_the_template_that_goes_to_aws(cloud: LocalCloud) -> None:
    stack = cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    names = {function["FunctionName"] for function in cloud.client("lambda").list_functions()["Functions"]}
    assert {f"{STACK}-tick", f"{STACK}-execution", f"{STACK}-push-run-events"} <= names
    pieces = (ROOT / "infra" / "template").rglob("*.yaml")
    named = sum(piece.read_text().count("Type: AWS::Serverless::Function") for piece in pieces)
    assert len(names) == named + 1, "every function of the template, and the API's"


def test_idle_it_uses_less_than_a_gigabyte(cloud: LocalCloud) -> None:
    httpx.get(f"{cloud.endpoints['api']}/healthz", timeout=30)
    processes: list[psutil.Process] = []
    for pid in cloud.process_ids().values():
        parent = psutil.Process(pid)
        processes += [parent, *parent.children(recursive=True)]
    # A page that several of them share counts once: each is charged its part of it.
    megabytes = sum(process.memory_full_info().pss for process in processes) / 1e6
    assert megabytes < IDLE_MEGABYTES


def test_a_killed_sidecar_is_started_again(cloud: LocalCloud) -> None:
    before = cloud.process_ids()["sidecar"]
    psutil.Process(before).kill()
    news = None
    end = time.monotonic() + 10
    while news is None and time.monotonic() < end:
        news = cloud.check()
    assert news is not None
    assert "started again" in news
    assert cloud.process_ids()["sidecar"] != before
