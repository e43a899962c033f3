"""Becoming a user, and coming back without a password."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.api.models.base import RequestModel
from chalicelib.domain.accounts.password_rule import LEAST_CHARACTERS, MOST_CHARACTERS

EmailText = Annotated[
    str,
    Field(min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$", examples=["demo@example.com"]),
]
"""An address, as far as one can tell without writing to it."""

NewPassword = Annotated[str, Field(min_length=LEAST_CHARACTERS, max_length=MOST_CHARACTERS)]
"""A password to set."""

LinkToken = Annotated[str, Field(min_length=1, max_length=128)]
"""The token of a link that came by mail."""

Locale = Literal["en", "ru"]
Name = Annotated[str, Field(max_length=80)]


class RegisterBody(RequestModel):
    """Who registers. ``invitation`` is the token of the invitation's link."""

    email: EmailText
    password: NewPassword = Field(repr=False)
    name: Name = ""
    locale: Locale = "en"
    invitation: LinkToken | None = Field(default=None, repr=False)


class LinkBody(RequestModel):
    """What the link carries after ``#token=``."""

    token: LinkToken = Field(repr=False)


class AddressBody(RequestModel):
    """Whose mailbox is to get a link."""

    email: EmailText


class ResetPasswordBody(RequestModel):
    """The link's token and the password to set."""

    token: LinkToken = Field(repr=False)
    password: NewPassword = Field(repr=False)
