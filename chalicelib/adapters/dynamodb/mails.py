"""The local cloud's mailbox: mails that nobody sends, to be read on its page. AWS has no such table."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.patience import Patient
from chalicelib.domain.mail.letter import Mail
from chalicelib.ports import Clock, Ids

MAILBOX = "local"
_KEPT_SECONDS = 24 * 3600


class MailItem(Model):
    """One mail."""

    class Meta(Patient):
        table_name = "mails"

    mailbox = UnicodeAttribute(hash_key=True)
    mail_id = UnicodeAttribute(range_key=True)
    to = UnicodeAttribute()
    subject = UnicodeAttribute()
    text = UnicodeAttribute()
    sent_ms = NumberAttribute()
    expires_at = NumberAttribute()


class LocalMailbox:
    """``Mailer`` on the mails table."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids

    def send(self, mail: Mail) -> None:
        """See ``Mailer.send``."""
        now_ms = self._clock.now_ms()
        MailItem(
            MAILBOX,
            self._ids.ulid(),
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            sent_ms=now_ms,
            expires_at=now_ms // 1000 + _KEPT_SECONDS,
        ).save()
