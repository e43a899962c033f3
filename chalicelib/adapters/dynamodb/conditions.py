"""What DynamoDB says of a request that failed, above all of a write that found something else than it expected.

A single write and a transaction say it by different codes, which no other module spells.
"""

from __future__ import annotations

from pynamodb.exceptions import PynamoDBException, TransactWriteError


def response_code(error: PynamoDBException) -> str | None:
    """The code DynamoDB answered with, None when it did not answer.

    pynamodb's own ``cause_response_code`` raises AttributeError for a read timeout: its error has a response, of None.
    """
    answer = getattr(error.cause, "response", None) or {}
    code: str | None = answer.get("Error", {}).get("Code")
    return code


def condition_failed(error: PynamoDBException) -> bool:
    """Whether a single conditional write found something else than it expected."""
    return response_code(error) == "ConditionalCheckFailedException"


def failed_conditions(error: TransactWriteError) -> frozenset[int]:
    """Which items of a transaction met another state than they expected, by their place in it; empty when it failed
    for another reason."""
    reasons = enumerate(error.cancellation_reasons)
    return frozenset(at for at, reason in reasons if reason is not None and reason.code == "ConditionalCheckFailed")


def in_each_others_way(error: PynamoDBException) -> bool:
    """Whether a write met another one to the same row that was under way: the same write may be sent again."""
    if not isinstance(error, TransactWriteError):
        return response_code(error) == "TransactionConflictException"
    codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
    return not codes.isdisjoint({"TransactionConflict", "ThrottlingError"})
