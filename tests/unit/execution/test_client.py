"""What the client makes of the execution function's answers, silence and failures."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from chalicelib.adapters.execution_client import ExecutionClient, invoke_once_config
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.orders import OrderRequest, OutcomeKind
from chalicelib.ports import ConnectionRef, ExchangeRefused, ExchangeUnavailable

REF = ConnectionRef("workspace-1", "connection-1")
ORDER = OrderRequest("bm-1", "BTCUSDT", Side.BUY, "Market", Decimal("0.010"))
ACKNOWLEDGED = {"answer": {"kind": "acknowledged", "order_id": "o-1", "code": 0, "policy": "OK", "message": "OK"}}


class FakeLambda:
    """Answers an invocation with what it was given, or raises it."""

    def __init__(self, answer: Any, *, error: str | None = None) -> None:
        self.answer, self.error = answer, error
        self.events: list[dict[str, Any]] = []

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        assert arguments["FunctionName"] == "execution"
        self.events.append(json.loads(arguments["Payload"]))
        if isinstance(self.answer, Exception):
            raise self.answer
        body = self.answer if isinstance(self.answer, bytes) else json.dumps(self.answer).encode()
        response: dict[str, Any] = {"StatusCode": 200, "Payload": io.BytesIO(body)}
        return response | ({"FunctionError": self.error} if self.error else {})


def client(answer: Any, *, error: str | None = None) -> ExecutionClient:
    return ExecutionClient(FakeLambda(answer, error=error), "execution", "tick")


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Invoke")


def test_an_order_travels_with_its_workspace_connection_purpose_and_caller() -> None:
    fake = FakeLambda(ACKNOWLEDGED)

    outcome = ExecutionClient(fake, "execution", "tick").place_order(REF, ORDER)

    assert (outcome.acknowledged, outcome.order_id) == (True, "o-1")
    event = fake.events[0]
    assert event["args"]["order"]["qty"] == "0.010"
    assert {key: event[key] for key in ("op", "workspaceId", "connectionId", "purpose", "caller")} == {
        "op": "place_order",
        "workspaceId": "workspace-1",
        "connectionId": "connection-1",
        "purpose": "place_order",
        "caller": "tick",
    }


@pytest.mark.parametrize(
    "answer",
    [
        ReadTimeoutError(endpoint_url="http://lambda"),
        refused("ServiceException"),
        b"not json",
        b"[]",
        {"answer": {"kind": "no such kind"}},
        {},
    ],
    ids=["timeout", "service-error", "not-json", "not-an-object", "undecodable", "empty"],
)
def test_a_lost_answer_to_an_order_is_unresolved(answer: Any) -> None:
    assert client(answer).place_order(REF, ORDER).kind is OutcomeKind.UNRESOLVED


def test_a_function_that_failed_may_have_sent_the_order() -> None:
    assert client({"errorMessage": "boom"}, error="Unhandled").place_order(REF, ORDER).kind is OutcomeKind.UNRESOLVED


@pytest.mark.parametrize(
    "failure", [EndpointConnectionError(endpoint_url="http://lambda"), refused("TooManyRequestsException")]
)
def test_a_function_that_did_not_run_sent_nothing(failure: Exception) -> None:
    assert client(failure).place_order(REF, ORDER).kind is OutcomeKind.DENIED


def test_an_order_is_invoked_once_and_never_by_botocores_own_retries() -> None:
    assert invoke_once_config().retries == {"total_max_attempts": 1}


def test_a_read_that_fails_is_unavailable() -> None:
    with pytest.raises(ExchangeUnavailable):
        client(ReadTimeoutError(endpoint_url="http://lambda")).wallet(REF)


def test_a_read_that_was_refused_says_so() -> None:
    answer = {"error": {"kind": "refused", "code": 10003, "policy": "CREDENTIALS", "message": "API key is invalid."}}

    with pytest.raises(ExchangeRefused) as error:
        client(answer).key_info(REF)

    assert error.value.policy == "CREDENTIALS"


def test_an_absent_order_is_none_and_not_an_error() -> None:
    assert client({"answer": None}).order(REF, "BTCUSDT", "bm-1") is None
