"""The outbox: letters are written and sent by a function of their own, so that no request waits for a mail server.

The letter travels in the invocation alone and is stored nowhere; links in it are secrets.
"""

from __future__ import annotations

from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.mail.letter import Letter, LetterKind
from chalicelib.observability import log_context
from chalicelib.ports import PortError


class LambdaOutbox:
    """Implements ``Outbox`` with a Lambda client (boto3)."""

    def __init__(self, functions: Any, function: str) -> None:
        self._functions = functions
        self._function = function

    def post(self, letter: Letter) -> None:
        """See ``Outbox.post``."""
        letter_fields = {"kind": letter.kind, "to": letter.to, "locale": letter.locale, "params": dict(letter.params)}
        payload = {**letter_fields, "context": log_context()}
        try:
            self._functions.invoke(FunctionName=self._function, InvocationType="Event", Payload=orjson.dumps(payload))
        except (BotoCoreError, ClientError) as error:
            raise PortError(f"the letter was not handed over: {type(error).__name__}") from error


def letter_from(payload: dict[str, Any]) -> Letter:
    """The letter of an invocation."""
    return Letter(LetterKind(payload["kind"]), payload["to"], payload["locale"], payload["params"])
