"""Letters: what is to be told to whom, before it is put into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class LetterKind(StrEnum):
    """What a letter is about. ``NONE`` is written to nobody: it lets a request for an unknown address cost the same."""

    NONE = "none"
    VERIFY_EMAIL = "verify_email"
    ADDRESS_TAKEN = "address_taken"
    WELCOME = "welcome"
    RESET_PASSWORD = "reset_password"  # noqa: S105  # a kind, not a password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  # a kind, not a password
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    RECOVERY_CODES_NEW = "recovery_codes_new"
    RECOVERY_CODE_USED = "recovery_code_used"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Letter:
    """``params`` fill the text; a link among them is a secret."""

    kind: LetterKind
    to: str
    locale: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter in words, as plain text: nothing in it is ever run or loaded."""

    to: str
    subject: str
    text: str = field(repr=False)
