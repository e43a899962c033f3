"""Entry point of the outbox: puts a letter into words and sends it. Its event holds secrets and is never logged."""

from __future__ import annotations

from typing import Any

from chalicelib.adapters.outbox import letter_from
from chalicelib.bootstrap.mail import mailer
from chalicelib.domain.mail.letter import LetterKind
from chalicelib.domain.mail.texts import in_words
from chalicelib.observability import adopt_context, entry_point, logger


@entry_point
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Sends one letter. An error lets Lambda try twice more."""
    adopt_context(event.get("context") or {})
    letter = letter_from(event)
    if letter.kind is not LetterKind.NONE:
        mailer().send(in_words(letter))
    logger.info("letter", extra={"kind": letter.kind.value})
    return {"kind": letter.kind.value}
