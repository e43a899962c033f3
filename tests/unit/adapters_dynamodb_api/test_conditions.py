"""What is read from a request of DynamoDB that failed: its answer, or that there was none."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from pynamodb.exceptions import TransactWriteError, UpdateError

from chalicelib.adapters.dynamodb.conditions import condition_failed, in_each_others_way, response_code

UNANSWERED = (
    ReadTimeoutError(endpoint_url="https://dynamodb", error="read timed out"),
    ConnectTimeoutError(endpoint_url="https://dynamodb", error="connect timed out"),
    EndpointConnectionError(endpoint_url="https://dynamodb", error="refused"),
)


@pytest.mark.parametrize("cause", UNANSWERED, ids=lambda cause: type(cause).__name__)
def test_a_request_that_nobody_answered_has_no_code_and_tells_nothing_of_the_row(cause: Exception) -> None:
    error = UpdateError("update failed", cause)
    assert response_code(error) is None
    assert not condition_failed(error)
    assert not in_each_others_way(error)
    assert not in_each_others_way(TransactWriteError("transaction failed", cause))


def test_an_answer_is_read_by_its_code() -> None:
    cause = ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": "no"}}, "UpdateItem")
    assert condition_failed(UpdateError("update failed", cause))
    assert response_code(UpdateError("update failed", cause)) == "ConditionalCheckFailedException"
