"""What a service of AWS that fails looks like to those who ask it: real sockets, real clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import (
    CancellationReason,
    DoesNotExist,
    PutError,
    PynamoDBException,
    TransactWriteError,
    VerboseClientError,
)
from pynamodb.transactions import TransactWrite

from chalicelib.adapters import patience
from chalicelib.adapters.dynamodb.binding import bind
from chalicelib.adapters.dynamodb.bots import BotItem
from chalicelib.adapters.dynamodb.replies import PowertoolsReplies
from chalicelib.adapters.kms.secret_box import KmsSecretBox
from chalicelib.adapters.outage import is_outage
from chalicelib.domain.workspace.connection import Credentials
from chalicelib.ports import ConnectionRef, SealingFailed
from tests.contract.moto_aws import REGION, moto_aws
from tests.contract.silent_host import silent_host, soon_given_up

REFUSING = "http://127.0.0.1:9"
KEY = "arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000"


def _read_a_row(_: pytest.MonkeyPatch) -> None:
    bind(BotItem, "outage")
    BotItem.get("workspace", "bot")


def _write_rows_at_once(_: pytest.MonkeyPatch) -> None:
    bind(BotItem, "outage")
    with TransactWrite(connection=Connection(read_timeout_seconds=0.1, max_retry_attempts=0)) as transaction:
        transaction.delete(BotItem("workspace", "bot"))


def _sign(_: pytest.MonkeyPatch) -> None:
    boto3.client("kms", config=patience.client_config()).list_keys()


def _keep_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POWERTOOLS_IDEMPOTENCY_DISABLED", raising=False)
    client = boto3.client("dynamodb", config=patience.client_config())
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 5_000)
    PowertoolsReplies("outage-idempotency", client, lambda: context).once("key", "print", dict)


ASKING: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "row": _read_a_row,
    "rows at once": _write_rows_at_once,
    "client": _sign,
    "reply": _keep_a_reply,
}


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The clients as they are made, but for shorter waits; and credentials."""
    soon_given_up(monkeypatch, BotItem)
    monkeypatch.setattr(BotItem.Meta, "region", REGION)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("AWS_REGION", REGION)
    yield monkeypatch
    BotItem._connection = None


@pytest.mark.parametrize("asking", ASKING)
def test_silence_is_an_outage(hasty: pytest.MonkeyPatch, asking: str) -> None:
    with silent_host() as address:
        hasty.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(Exception) as told:  # noqa: PT011  # each library says it in its own way
            ASKING[asking](hasty)
    assert is_outage(told.value)


@pytest.mark.parametrize("asking", ASKING)
def test_a_refused_connection_is_an_outage(hasty: pytest.MonkeyPatch, asking: str) -> None:
    hasty.setenv("AWS_ENDPOINT_URL", REFUSING)
    with pytest.raises(Exception) as told:  # noqa: PT011  # as above
        ASKING[asking](hasty)
    assert is_outage(told.value)


def test_a_silent_kms_fails_the_sealing_in_time(hasty: pytest.MonkeyPatch) -> None:
    with silent_host() as address:
        hasty.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(SealingFailed, match="ReadTimeout"):
            KmsSecretBox(KEY).seal(ConnectionRef("workspace", "connection"), Credentials("key", "secret"))


@pytest.mark.parametrize(
    ("code", "status", "passing"),
    [
        ("InternalServerError", 500, True),
        ("ServiceUnavailable", 503, True),
        ("ProvisionedThroughputExceededException", 400, True),
        ("ThrottlingException", 400, True),
        ("TransactionConflictException", 400, True),
        ("ValidationException", 400, False),
        ("AccessDeniedException", 400, False),
        ("ResourceNotFoundException", 400, False),
        ("ConditionalCheckFailedException", 400, False),
    ],
)
def test_what_was_answered_says_whether_it_passes(code: str, status: int, passing: bool) -> None:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    error = ClientError(answer, "PutItem")

    assert is_outage(PutError(cause=error)) is passing
    if code != "TransactionConflictException":  # DynamoDB's alone, so pynamodb's
        assert is_outage(error) is passing


def test_a_transaction_in_anothers_way_passes_and_a_failed_condition_stays() -> None:
    def cancelled(code: str) -> TransactWriteError:
        answer = {"Error": {"Code": "TransactionCanceledException"}}
        reasons = [None, CancellationReason(code)]
        return TransactWriteError(
            "cancelled", VerboseClientError(answer, "TransactWriteItems", cancellation_reasons=reasons)
        )

    assert is_outage(cancelled("TransactionConflict"))
    assert is_outage(cancelled("ThrottlingError"))
    assert not is_outage(cancelled("ConditionalCheckFailed"))


def test_a_row_that_is_not_there_and_a_table_that_is_not_there_are_no_outage() -> None:
    with moto_aws(BotItem):
        with pytest.raises(DoesNotExist) as row:
            BotItem.get("workspace", "bot")
        assert not is_outage(row.value)
        bind(BotItem, "elsewhere")
        with pytest.raises(PynamoDBException) as table:
            BotItem.get("workspace", "bot")
        assert not is_outage(table.value)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), TimeoutError("x"), PynamoDBException("x")])
def test_a_defect_is_no_outage(error: Exception) -> None:
    assert not is_outage(error)
