"""The audit trail on the local cloud: acts become rows, the streams seal them, tampering is found."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.aws_environment import aws_environment
from infra.local.cloud import LocalCloud
from infra.local.deploy import STACK, STAGE
from infra.package import PROJECT
from tests.e2e.api_client import ApiClient

PATIENCE = 40.0


def until(holds: Callable[[], bool]) -> None:
    """Waits for what a stream brings about."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "the stream has not brought it about"
        time.sleep(0.5)


def sealed(api: ApiClient) -> dict[str, Any]:
    """The verdict once every row is sealed."""
    verdict = api.get("/audit/verification")
    until(lambda: verdict.update(api.get("/audit/verification")) or verdict["unsealed"] == 0)
    return verdict


def operator(cloud: LocalCloud, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the operators' command against the local cloud."""
    environment = aws_environment(cloud.aws_url) | {
        "STAGE": STAGE,
        "TABLE_PREFIX": STACK,
        "BYBIT_ENV": "simulator",
        "SIMULATOR_REST_URL": cloud.endpoints["exchange_rest"],
        "AUDIT_BUCKET": f"{STACK}-audit-000000000000-us-east-1",
    }
    command = [sys.executable, "-m", "functions.ops.audit", *arguments]
    return subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_acts_orders_and_decryptions_become_sealed_rows(cloud: LocalCloud, api: ApiClient) -> None:
    connection = api.get("/exchanges")["items"][0]["id"]
    price = api.get("/terminal/ticker", symbol="BTCUSDT")["lastPrice"]
    order = {
        "exchangeConnectionId": connection, "symbol": "BTCUSDT", "side": "Buy", "type": "Limit", "qty": "0.01",
        "price": str(round(float(price) * 0.9, 1)), "stopLoss": str(round(float(price) * 0.8, 1)),
        "takeProfit": price,
    }  # fmt: skip
    placed = api.post("/terminal/orders", order, key=f"audit-{time.time()}")
    api.post(f"/terminal/orders/{placed['id']}/cancel", {})

    until(lambda: any(row["subject"] == placed["id"] for row in api.items("/audit", action="order.manual_cancelled")))
    verdict = sealed(api)

    families = {row["action"].split(".")[0] for row in api.items("/audit", limit=200)}
    assert families >= {"session", "connection", "strategy", "bot", "order", "decrypt"}
    assert (verdict["verdict"], verdict["brokenAt"]) == ("intact", None)
    assert verdict["head"]["seq"] >= 8


def test_the_operators_command_verifies_all_and_a_changed_row_is_found(cloud: LocalCloud, api: ApiClient) -> None:
    head = sealed(api)["head"]
    mine = ("--workspace", api.session["workspace"]["id"])
    intact = operator(cloud, "verify", *mine, "--head", f"{head['seq']}:{head['hash']}")
    assert intact.returncode == 0, intact.stdout + intact.stderr

    table = cloud.client("dynamodb")
    row = table.query(
        TableName=f"{STACK}-audit",
        KeyConditionExpression="workspace_id = :w",
        ExpressionAttributeValues={":w": {"S": api.session["workspace"]["id"]}},
        Limit=1,
    )["Items"][0]
    # The root of the account is not bound by any role's policy.
    table.put_item(TableName=f"{STACK}-audit", Item={**row, "actor": {"S": "somebody-else"}})
    broken = operator(cloud, "verify")
    table.put_item(TableName=f"{STACK}-audit", Item=row)

    assert broken.returncode == 1
    reports = [json.loads(line) for line in broken.stdout.splitlines()]
    assert [report["reason"] for report in reports if report["verdict"] == "broken"] == ["row_changed"]
    assert operator(cloud, "verify").returncode == 0


def test_an_export_verifies_without_the_cloud(cloud: LocalCloud, api: ApiClient, tmp_path: Any) -> None:
    sealed(api)
    answer = api.raw("GET", "/audit/export")
    file = tmp_path / "export.ndjson"
    file.write_text(answer.text)

    checked = operator(cloud, "check", str(file))

    assert answer.headers["content-type"] == "application/x-ndjson"
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("table", ["audit", "audit-chain"])
def test_no_function_s_role_may_change_or_remove_a_row(cloud: LocalCloud, table: str) -> None:
    iam = cloud.client("iam")
    for role in iam.list_roles()["Roles"]:
        for action in ("dynamodb:DeleteItem", "dynamodb:UpdateItem"):
            verdict = _simulated(
                iam, role["Arn"], action, f"arn:aws:dynamodb:us-east-1:000000000000:table/{STACK}-{table}"
            )
            assert verdict != "allowed", (role["RoleName"], action)


def _simulated(iam: Any, role: str, action: str, resource: str) -> str:
    try:
        answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])
    except ClientError as unknown:
        pytest.skip(f"the local IAM does not simulate: {unknown}")
    return str(answer["EvaluationResults"][0]["EvalDecision"])
