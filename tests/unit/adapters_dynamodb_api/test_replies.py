"""Replies by idempotency key, on Powertools and DynamoDB (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.account_ports import ReusedKey
from chalicelib.adapters.dynamodb.replies import PowertoolsReplies


class LambdaContext:
    """What Powertools asks of a Lambda context."""

    def get_remaining_time_in_millis(self) -> int:
        return 20_000


@pytest.fixture
def replies() -> Iterator[PowertoolsReplies]:
    """The cache over an empty table."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="test-idempotency",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield PowertoolsReplies("test-idempotency", client, LambdaContext)


class Maker:
    """Makes numbered replies and counts how often it was asked; ``broken`` fails instead."""

    def __init__(self) -> None:
        self.count = 0
        self.broken = False

    def __call__(self) -> dict[str, Any]:
        self.count += 1
        if self.broken:
            raise ValueError("broken")
        return {"status": 201, "body": f"reply {self.count}", "cookies": []}


def test_the_first_reply_is_given_again(replies: PowertoolsReplies) -> None:
    make = Maker()

    assert replies.once("k", "f", make) == replies.once("k", "f", make)
    assert make.count == 1


def test_another_key_is_another_request(replies: PowertoolsReplies) -> None:
    make = Maker()

    replies.once("k1", "f", make)
    replies.once("k2", "f", make)

    assert make.count == 2


def test_the_same_key_for_another_request_is_refused(replies: PowertoolsReplies) -> None:
    make = Maker()
    replies.once("k", "f", make)

    with pytest.raises(ReusedKey):
        replies.once("k", "another", make)
    assert make.count == 1


def test_a_failure_is_not_kept(replies: PowertoolsReplies) -> None:
    make = Maker()
    make.broken = True
    with pytest.raises(ValueError, match="broken"):
        replies.once("k", "f", make)

    make.broken = False

    assert replies.once("k", "f", make)["body"] == "reply 2"
