"""MiniStack, the local AWS: how it is started, when it is ready, and what differs from AWS.

Every difference is worked around in this module and nowhere else, each with its reason.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import httpx

from infra.local.aws_environment import ACCOUNT, LEAN_MEMORY, REGION, aws_environment
from infra.local.child_process import ChildProcess
from infra.local.ports import HOST, Ports
from infra.package import PROJECT

# Modules of other services are never loaded: memory, and names that a typo could reach.
SERVICES = (
    "apigateway,cloudformation,cloudwatch,dynamodb,dynamodbstreams,ec2,ecs,events,iam,kms,lambda,logs,s3,"
    "scheduler,sns,sqs,states,sts,tagging"
)
START_SECONDS = 30
# Its state is written when it ends in order: give it the time.
STOP_SECONDS = 30
# State that nobody starts from again is not waited for.
THROW_AWAY_SECONDS = 2


def start_ministack(ports: Ports, state: Path) -> ChildProcess:
    """Starts it with its state under ``state``."""
    temporary = state / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    environment = aws_environment(endpoint=None) | LEAN_MEMORY
    environment |= {
        "GATEWAY_PORT": str(ports.aws),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "SERVICES": SERVICES,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "aws"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        # Idle Lambda workers end after this (see ministack_process). Sweep, called every minute, stays warm.
        "LAMBDA_WARM_TTL_SECONDS": "75",
        "LAMBDA_EXECUTOR": "local",
        # IAM is enforced: a function may do here what its role lets it do on AWS, and nothing else.
        "AUTH": "true",
        # Listeners and look-ups of services that we do not use.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",
        # Lambda workers unpack their code here, so that nothing is left in the machine's own /tmp.
        "TMPDIR": str(temporary),
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(PROJECT),
    }
    return ChildProcess(
        "the local AWS",
        [sys.executable, "-m", "infra.local.ministack_process"],
        environment=environment,
        log=state / "logs" / "aws.log",
    )


def is_ready(ports: Ports) -> bool:
    """Whether it answers."""
    try:
        return httpx.get(f"http://{HOST}:{ports.aws}/_ministack/ready", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def local_template(template: dict[str, Any], code: dict[str, str]) -> dict[str, Any]:
    """The template of the package as MiniStack takes it, with the archive at ``code`` (``Bucket``, ``Key``).

    Differences from the template that goes to AWS:
    - ``CodeUri`` is an address in S3, as ``aws cloudformation package`` would make it;
    - IAM is enforced, but ``kms:EncryptionContext`` is not known in conditions and ``aws:PrincipalArn`` is the session
      where AWS has the role: conditions on decrypting are taken out (KMS itself still compares the context);
    - a handler that raises, or whose process is killed, is reported as ``Runtime.HandlerError``; AWS says
      ``Runtime.ExitError`` for the latter, so a retrier of the one retries the other here.
    """
    local: dict[str, Any] = json.loads(json.dumps(template))
    for resource in local["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = dict(code)
        for statement in _policy_statements(properties):
            if "kms:EncryptionContext:purpose" in json.dumps(statement.get("Condition")):
                del statement["Condition"]
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            properties["DefinitionString"] = properties["DefinitionString"].replace(
                '"Runtime.ExitError"', '"Runtime.ExitError","Runtime.HandlerError"'
            )
    return local


def _policy_statements(properties: dict[str, Any]) -> list[dict[str, Any]]:
    documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
    documents += [properties["KeyPolicy"]] if "KeyPolicy" in properties else []
    return [statement for document in documents for statement in document["Statement"]]


def rest_api_url(ports: Ports, api_id: str, stage: str) -> str:
    """Where a REST API answers. Its own host name (``*.localhost``) does not resolve everywhere; this path does."""
    return f"http://{HOST}:{ports.aws}/restapis/{api_id}/{stage}/_user_request_"


def websocket_url(ports: Ports, api_id: str, stage: str) -> str:
    """Where a WebSocket API answers, for the same reason by path."""
    return f"ws://{HOST}:{ports.aws}/_aws/execute-api/{api_id}/{stage}"


def websocket_management_url(ports: Ports) -> str:
    """Base of the address to post to WebSockets at. The address in a WebSocket event names the AWS domain."""
    return f"http://{HOST}:{ports.aws}/_aws/execute-api"
