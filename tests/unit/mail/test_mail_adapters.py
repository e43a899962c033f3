"""How letters leave: handed over by the API, sent by SES or kept for the local mailbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from chalicelib.adapters.dynamodb.binding import bind
from chalicelib.adapters.dynamodb.mails import LocalMailbox, MailItem
from chalicelib.adapters.outbox import LambdaOutbox, letter_from
from chalicelib.adapters.ses_mailer import SesMailer
from chalicelib.domain.mail.letter import Letter, LetterKind, Mail
from chalicelib.ports import PortError
from infra.local.mailbox import Mailbox
from tests.fakes.counted_ids import CountedIds
from tests.fakes.virtual_clock import VirtualClock

REGION = "us-east-1"
LETTER = Letter(LetterKind.VERIFY_EMAIL, "a@example.com", "ru", {"link": "https://test/#token=CANARY"})
MAIL = Mail("a@example.com", "Тема", "Текст CANARY")


class Functions:
    """A Lambda client. ``code`` fails every invocation."""

    def __init__(self, code: str = "") -> None:
        self.code = code
        self.invoked: list[dict[str, Any]] = []

    def invoke(self, **request: Any) -> None:
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": "CANARY"}}, "Invoke")
        self.invoked.append(request)


def test_a_letter_is_handed_over_without_waiting_for_it_to_be_sent() -> None:
    functions = Functions()

    LambdaOutbox(functions, "bm-send-mail").post(LETTER)

    (request,) = functions.invoked
    assert (request["FunctionName"], request["InvocationType"]) == ("bm-send-mail", "Event")
    assert letter_from(json.loads(request["Payload"])) == LETTER


def test_a_letter_that_cannot_be_handed_over_is_said_without_its_secrets() -> None:
    with pytest.raises(PortError) as failed:
        LambdaOutbox(Functions("TooManyRequestsException"), "bm-send-mail").post(LETTER)

    assert "CANARY" not in str(failed.value)


@pytest.fixture
def aws() -> Iterator[None]:
    """AWS in memory."""
    with mock_aws():
        yield


@pytest.mark.usefixtures("aws")
class TestSes:
    def test_a_mail_goes_out_as_plain_text_from_our_address(self) -> None:
        ses = boto3.client("sesv2", region_name=REGION)
        ses.create_email_identity(EmailIdentity="bots@example.com")

        SesMailer(ses, "bots@example.com").send(MAIL)

        assert boto3.client("ses", region_name=REGION).get_send_quota()["SentLast24Hours"] == 1

    def test_a_mail_that_is_not_taken_is_said_without_its_text(self) -> None:
        ses = boto3.client("sesv2", region_name=REGION)

        with pytest.raises(PortError) as failed:
            SesMailer(ses, "stranger@example.com").send(MAIL)

        assert "CANARY" not in str(failed.value)


@pytest.mark.usefixtures("aws")
def test_the_local_cloud_keeps_a_mail_for_its_page() -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    bind(MailItem, "test")
    MailItem.Meta.region = REGION  # type: ignore[attr-defined]  # pynamodb reads it from there
    client.create_table(
        TableName="test-mails",
        KeySchema=[
            {"AttributeName": "mailbox", "KeyType": "HASH"},
            {"AttributeName": "mail_id", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("mailbox", "mail_id")],
        BillingMode="PAY_PER_REQUEST",
    )

    LocalMailbox(VirtualClock(), CountedIds()).send(MAIL)

    (kept,) = Mailbox(client, "test-mails").mails("a@example.com")
    assert (kept.subject, kept.text) == (MAIL.subject, MAIL.text)
