"""The published contract: made from the models, kept in the repository, and complete."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.api.openapi import DOCUMENT, document, rendered
from chalicelib.domain.accounts.route_access import ROUTE_ACCESS, STEP_UP
from tests.unit.api.gateway import Gateway

ROOT = Path(__file__).resolve().parents[3]


def test_the_document_in_the_repository_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == rendered(), "run: python -m chalicelib.api.openapi"


def test_the_served_document_is_the_kept_one(gateway: Gateway) -> None:
    assert gateway.call("GET", "/openapi.json").json == json.loads(DOCUMENT.read_text())


def test_every_route_is_described_with_the_role_it_needs() -> None:
    paths = document()["paths"]
    described = {
        (method.upper(), path): operation["x-requires"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }

    assert described == {route: need.value for route, need in ROUTE_ACCESS.items()}


def test_the_routes_that_need_a_step_up_say_so() -> None:
    paths = document()["paths"]
    marked = {
        (method.upper(), path)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if operation.get("x-step-up")
    }

    assert marked == STEP_UP


def test_every_operation_has_an_id_of_its_own_and_a_summary() -> None:
    operations = [operation for path in document()["paths"].values() for operation in path.values()]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


def test_every_reference_leads_somewhere() -> None:
    contract = document()
    text = json.dumps(contract)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}

    assert names <= set(contract["components"]["schemas"])


@pytest.mark.parametrize("name", ["CreateConnectionBody", "ChangeConnectionBody", "PlaceOrderBody", "CreateBotBody"])
def test_request_bodies_are_closed(name: str) -> None:
    assert document()["components"]["schemas"][name]["additionalProperties"] is False


def test_no_view_of_a_connection_has_a_field_for_a_secret() -> None:
    fields = set(document()["components"]["schemas"]["ConnectionView"]["properties"])

    assert not fields & {"apiKey", "secret", "sealed"}


def test_importing_the_api_loads_nothing_heavy() -> None:
    libraries = ("boto3", "pynamodb", "numpy", "talib", "pybit", "jsonschema_rs", "jwt", "argon2", "cryptography")
    # Dozens of data classes, which take their time to be made.
    ours = ("chalicelib.run_ports", "chalicelib.domain.runtime.record", "chalicelib.domain.strategy.spec")
    heavy = (*libraries, *ours)
    code = f"import sys, app; print([name for name in {heavy!r} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_health_needs_nothing_and_readiness_names_what_fails(gateway: Gateway) -> None:
    assert gateway.call("GET", "/healthz").json == {"status": "ok"}
    assert gateway.call("GET", "/readyz").status == 200

    gateway.services.checks["tables"] = False
    failing = gateway.call("GET", "/readyz")

    assert (failing.status, failing.json["code"]) == (503, "service.not_ready")
    assert "tables" in failing.json["detail"]
