"""Tells an outage of AWS from a defect of ours: the one passes, the other has to be mended."""

from __future__ import annotations

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from pynamodb.exceptions import PynamoDBException

from chalicelib.adapters.dynamodb.conditions import in_each_others_way

_THEIR_FAULT = 500
_PASSING = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def is_outage(error: BaseException) -> bool:
    """Whether an AWS service did not answer, was asked too often, was busy with the same rows, or reported a fault of
    its own. What was asked for may have been done all the same. False for everything that trying again cannot change.
    """
    if isinstance(error, PynamoDBException):
        return in_each_others_way(error) or (error.cause is not None and is_outage(error.cause))
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= _THEIR_FAULT or error.response.get("Error", {}).get("Code") in _PASSING
    return isinstance(error, NotConnected | HTTPClientError)
