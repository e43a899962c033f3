"""What an authorised read costs beside a bare "hello" behind the same gateway: ``make bench`` runs it on a local cloud.

The hello function is deployed here, on the same local AWS, and is no part of the product. Both are asked in short
blocks by turns, so that what else the machine does weighs on both alike, and what the local AWS does after an answer
(it keeps the log) falls on the function that caused it.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from infra.local.cloud import REST_STAGE, LocalCloud
from infra.local.ministack import rest_api_url
from tests.e2e.api_client import ApiClient
from tests.performance.figures import emit, percentile

MOST_TIMES_A_HELLO = 4.0
READS = ("/me", "/bots")
CLIENTS = (1, 8)
BLOCKS, BLOCK, WARM_UP = 8, 32, 3
# It logs a line, as every function does: the local AWS waits 50 ms for the first line of a function that is silent.
_HELLO = 'def handler(event, context):\n    print("hello")\n    return {"statusCode": 200, "body": "hello"}\n'
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def measure(cloud: LocalCloud) -> bool:
    """Prints the figures; whether every read keeps its limit."""
    api = ApiClient(cloud.endpoints)
    token = str(api.login()["accessToken"])
    api.close()
    hello = f"{rest_api_url(cloud.ports, _deploy_hello(cloud), REST_STAGE)}/hello"
    product = f"{rest_api_url(cloud.ports, cloud.outputs['RestAPIId'], REST_STAGE)}/api/v1"
    headers = {"Authorization": f"Bearer {token}"}
    kept = True
    for clients in CLIENTS:
        urls = {"hello": hello} | {read: product + read for read in READS}
        times = _by_turns(urls, headers, clients)
        bare = percentile(times["hello"], 0.5)
        emit(f"hello_p50_{clients}_clients", bare, "ms")
        for read in READS:
            p50 = percentile(times[read], 0.5)
            name = f"read{read.replace('/', '_')}_p50_{clients}_clients"
            emit(name, p50, "ms", baseline=bare)
            emit(f"{name}_over_hello", p50 / bare, "times", limit=MOST_TIMES_A_HELLO)
            kept = kept and p50 <= MOST_TIMES_A_HELLO * bare
    return kept


def _by_turns(urls: dict[str, str], headers: dict[str, str], clients: int) -> dict[str, list[float]]:
    """Milliseconds of each request, by name: every client asks the addresses in blocks, by turns."""

    def one_client(_: int) -> list[tuple[str, float]]:
        found = []
        with httpx.Client(headers=headers, timeout=30) as client:
            for name, url in [*urls.items()] * BLOCKS:
                for turn in range(WARM_UP + BLOCK // clients):
                    began = time.perf_counter()
                    client.get(url).raise_for_status()
                    if turn >= WARM_UP:
                        found.append((name, (time.perf_counter() - began) * 1000))
        return found

    times: dict[str, list[float]] = {name: [] for name in urls}
    with ThreadPoolExecutor(clients) as pool:
        for found in pool.map(one_client, range(clients)):
            for name, milliseconds in found:
                times[name].append(milliseconds)
    return times


def _deploy_hello(cloud: LocalCloud) -> str:
    """A function that says hello behind a REST API of its own; the API's id."""
    role = cloud.client("iam").create_role(RoleName="bench-hello", AssumeRolePolicyDocument=json.dumps(_TRUST))
    functions: Any = cloud.client("lambda")
    function = functions.create_function(
        FunctionName="bench-hello",
        Runtime="python3.11",
        Handler="hello.handler",
        Role=role["Role"]["Arn"],
        Code={"ZipFile": _archive()},
    )
    gateway: Any = cloud.client("apigateway")
    api_id = str(gateway.create_rest_api(name="bench-hello")["id"])
    root = gateway.get_resources(restApiId=api_id)["items"][0]["id"]
    place = gateway.create_resource(restApiId=api_id, parentId=root, pathPart="hello")["id"]
    method = {"restApiId": api_id, "resourceId": place, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    arn = function["FunctionArn"]
    region = arn.split(":")[3]
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations",
    )
    functions.add_permission(
        FunctionName="bench-hello",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    gateway.create_deployment(restApiId=api_id, stageName=REST_STAGE)
    return api_id


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello.py", _HELLO)
    return buffer.getvalue()
