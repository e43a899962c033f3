"""Mails by Amazon SES, as plain text."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.mail.letter import Mail
from chalicelib.ports import PortError

_CHARSET = "UTF-8"


class SesMailer:
    """Implements ``Mailer`` with an SES client (boto3, ``sesv2``). ``sender`` is an address that SES has verified."""

    def __init__(self, ses: Any, sender: str) -> None:
        self._ses = ses
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """See ``Mailer.send``."""
        content = {
            "Subject": {"Data": mail.subject, "Charset": _CHARSET},
            "Body": {"Text": {"Data": mail.text, "Charset": _CHARSET}},
        }
        try:
            self._ses.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Simple": content},
            )
        except (BotoCoreError, ClientError) as error:
            # The error's own text may quote the mail.
            raise PortError(f"the mail was not taken: {type(error).__name__}") from None
