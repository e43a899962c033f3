"""IAM is enforced on the local AWS, and no function asks for more than its role gives."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.aws_environment import REGION
from infra.local.cloud import LocalCloud
from infra.local.function_logs import log_pages
from tests.e2e.api_client import ApiClient

REFUSED = "AccessDenied"


def test_the_local_aws_enforces_iam(cloud: LocalCloud) -> None:
    stranger = boto3.client(
        "dynamodb",
        endpoint_url=cloud.aws_url,
        region_name=REGION,
        aws_access_key_id="AKIA0000000000000000",  # pragma: allowlist secret
        aws_secret_access_key="unknown",
    )
    with pytest.raises(ClientError):
        stranger.list_tables()


def test_a_run_from_start_to_stop_is_never_refused_a_right(cloud: LocalCloud, api: ApiClient) -> None:
    bot = api.get("/bots")["items"][0]
    run = api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 5}, key="iam-test")
    api.post(f"/runs/{run['id']}/stop", {})
    for _ in range(200):
        if api.get(f"/runs/{run['id']}")["status"] in ("finished", "stopped", "error"):
            break
    refused = [
        (name, message[:300])
        for name, messages in log_pages(cloud.client("logs"))
        for message in messages
        if REFUSED in message
    ]
    assert refused == []
