"""Letters on their way, as protocols. Part of the ports layer beside ``ports``; the errors are those drawn there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.mail.letter import Letter, Mail


class Outbox(Protocol):
    """Where a use-case drops a letter."""

    def post(self, letter: Letter) -> None:
        """Hands the letter over and returns before it is sent: as fast for ``LetterKind.NONE`` as for any other.

        Raises PortError when it could not be handed over.
        """


class Mailer(Protocol):
    """What sends mails."""

    def send(self, mail: Mail) -> None:
        """Sends it. Raises PortError when it was not taken."""
