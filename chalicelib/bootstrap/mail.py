"""Builds what letters need: the outbox of the API, and what the sending function sends with."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import aws_client, clock, ids, settings

if TYPE_CHECKING:
    from chalicelib.mail_ports import Mailer, Outbox


@cache
def outbox() -> Outbox:
    """Where use-cases drop letters."""
    from chalicelib.adapters.outbox import LambdaOutbox

    return LambdaOutbox(aws_client("lambda"), settings().required("mail_function"))


@cache
def mailer() -> Mailer:
    """SES where there is a sender; the mailbox of the local cloud, and of it alone, where there is none."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.mails import LocalMailbox, MailItem
    from chalicelib.adapters.ses_mailer import SesMailer

    if settings().stage != "local" or settings().mail_from:
        return SesMailer(aws_client("sesv2"), settings().required("mail_from"))
    bind(MailItem, settings().table_prefix)
    return LocalMailbox(clock(), ids())
