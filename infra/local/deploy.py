"""Deploys the very template that goes to AWS as a CloudFormation stack on the local AWS."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.aws_environment import aws_client
from infra.local.ministack import local_template, websocket_management_url
from infra.local.ports import HOST, NAME, Ports
from infra.package import PROJECT, build

STACK = "botmarketplace-local"
STAGE = "local"
CODE_BUCKET = "botmarketplace-local-code"
CANDLE_WAKE_SPREAD_MS = 4000


class DeploymentFailed(Exception):
    """The stack could not be made or updated; the message names the resource and the reason."""


# Trials, fuzzers and benchmarks are one address here, and sign in all the time.
LOOSE_RATES = (
    *(f"{kind}.{scope}" for kind in ("read", "change") for scope in ("address", "user", "workspace")),
    "exit.address",
    "signal.address",
    *(f"sign_in.{scope}" for scope in ("address", "account")),
    *(f"letter.{scope}" for scope in ("address", "account", "user", "workspace")),
)


def parameters(ports: Ports, speed: float) -> dict[str, str]:
    """The stack's parameters on this machine. ``speed`` is the market's: a candle that lasts a sixtieth of its time
    can not wait seconds for its wake."""
    return {
        "Stage": STAGE,
        "TablePrefix": STACK,
        "BybitEnv": "simulator",
        "SimulatorRestUrl": f"http://{HOST}:{ports.exchange}",
        "SimulatorWsUrl": f"ws://{HOST}:{ports.exchange}",
        "PublicOrigin": f"http://{NAME}:{ports.web}",
        "RefreshCookieSecure": "false",
        "MailFrom": "",
        "Registration": "open",
        "RequestRates": ",".join(f"{limit}=100000/60" for limit in LOOSE_RATES),
        "CandleWakeSpreadMs": str(int(CANDLE_WAKE_SPREAD_MS / max(speed, 1))),
        # Small parts: sweeps are spread here as they are on AWS, only sooner.
        "LabPartWork": "5000000",
        "WebsocketManagementUrl": websocket_management_url(ports),
        "WebsocketPublicUrl": f"ws://{NAME}:{ports.web}/ws",
    }


def deploy(ports: Ports, state: Path, speed: float) -> dict[str, str]:
    """Creates or updates the stack and returns its outputs. What was deployed before and has not changed is left
    alone. Raises DeploymentFailed, PackagingFailed."""
    endpoint = f"http://{HOST}:{ports.aws}"
    cloudformation = aws_client("cloudformation", endpoint)
    values = parameters(ports, speed)
    fingerprint = _fingerprint(values)
    marker = state / "deployed.txt"
    existing = _describe(cloudformation)
    if existing and marker.exists() and marker.read_text() == fingerprint:
        return _outputs(existing)
    package = build(state / "package", stage=STAGE, dependencies=False)
    code = package.archive.read_bytes()
    s3 = aws_client("s3", endpoint)
    s3.create_bucket(Bucket=CODE_BUCKET)
    key = f"{hashlib.sha256(code).hexdigest()[:32]}.zip"
    s3.put_object(Bucket=CODE_BUCKET, Key=key, Body=code)
    template = json.dumps(local_template(package.template, {"Bucket": CODE_BUCKET, "Key": key}))
    s3.put_object(Bucket=CODE_BUCKET, Key="template.json", Body=template.encode())
    arguments: dict[str, Any] = {
        "StackName": STACK,
        "TemplateURL": f"{endpoint}/{CODE_BUCKET}/template.json",
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    try:
        (cloudformation.update_stack if existing else cloudformation.create_stack)(**arguments)
    except ClientError as refused:
        if "No updates are to be performed" not in str(refused):
            raise DeploymentFailed(f"the stack was refused: {refused}") from refused
    outputs = _outputs(_await_stack(cloudformation))
    marker.write_text(fingerprint)
    return outputs


def _fingerprint(values: dict[str, str]) -> str:
    """Changes when the code, the template or a parameter does."""
    digest = hashlib.sha256(json.dumps(values, sort_keys=True).encode())
    folders = ("chalicelib", "functions", "infra/template", "infra/state_machine", ".chalice")
    files = [PROJECT / "app.py", *(path for folder in folders for path in sorted((PROJECT / folder).rglob("*")))]
    for path in files:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _describe(cloudformation: Any) -> dict[str, Any] | None:
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return None
    return stack


def _await_stack(cloudformation: Any) -> dict[str, Any]:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        stack = _describe(cloudformation)
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        if stack and status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return stack
        if "FAILED" in status or status in ("ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE"):
            raise DeploymentFailed(f"the stack ended as {status}: {_first_failure(cloudformation)}")
        time.sleep(0.2)
    raise DeploymentFailed("the stack was not ready within 120 s")


def _first_failure(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [event for event in reversed(events) if event["ResourceStatus"].endswith("FAILED")]
    if not failed:
        return "no resource says why"
    return f"{failed[0]['LogicalResourceId']}: {failed[0].get('ResourceStatusReason', 'no reason given')}"


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
