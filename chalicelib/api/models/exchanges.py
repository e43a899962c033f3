"""Exchange connections. No view has a field for a key or a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.api.models.base import Id, RequestModel, Timestamp, View, iso_or_none
from chalicelib.domain.timestamps import iso
from chalicelib.domain.workspace.connection import Credentials

if TYPE_CHECKING:
    from chalicelib.domain.workspace.connection import Connection
    from chalicelib.domain.workspace.exchange_key import KeyInfo, KeyNote

ConnectionName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S", examples=["My demo account"])]
_KEY_PATTERN = r"^[A-Za-z0-9_-]{1,256}$"
_KEY = re.compile(_KEY_PATTERN)


def _key_text(value: SecretStr) -> SecretStr:
    """What a key may look like; the message does not repeat it."""
    if not _KEY.fullmatch(value.get_secret_value()):
        raise PydanticCustomError("string_pattern_mismatch", "1 to 256 letters, digits, hyphens or underscores")
    return value


KeyText = Annotated[
    SecretStr,
    AfterValidator(_key_text),
    WithJsonSchema({"type": "string", "format": "password", "writeOnly": True, "pattern": _KEY_PATTERN}),
]
"""A key or a secret: pydantic shows neither in a repr, a dump or an error."""


class CreateConnectionBody(RequestModel):
    """A new connection. Make the key without the right to withdraw."""

    exchange: Literal["bybit"]
    env: Literal["demo", "testnet", "real"] = "demo"
    name: ConnectionName
    api_key: KeyText
    secret: KeyText

    def credentials(self) -> Credentials:
        """Both halves, in the type that hides and forgets them."""
        return Credentials(self.api_key.get_secret_value(), self.secret.get_secret_value())


class ChangeConnectionBody(RequestModel):
    """What to change. A key and its secret change together; the new key is tested before it takes the old one's place,
    and must be of the same account."""

    name: ConnectionName | None = None
    api_key: KeyText | None = None
    secret: KeyText | None = None

    @model_validator(mode="after")
    def _key_and_secret_together(self) -> ChangeConnectionBody:
        if (self.api_key is None) != (self.secret is None):
            raise ValueError("apiKey and secret change together")
        return self

    def credentials(self) -> Credentials | None:
        """Both halves, when they are to change."""
        if self.api_key is None or self.secret is None:
            return None
        return Credentials(self.api_key.get_secret_value(), self.secret.get_secret_value())


class KeyNoteView(View):
    """A sentence about a key: ``key`` is its line in the dictionaries, filled by ``params``."""

    key: str = Field(examples=["exchange.key_expires"])
    detail: str
    params: dict[str, str]
    level: Literal["warning", "error"]

    @classmethod
    def of(cls, note: KeyNote) -> KeyNoteView:
        """The view of a note."""
        return cls(key=note.code, detail=note.detail, params=dict(note.params), level=note.level.value)


class KeyPermissionsView(View):
    """What the exchange says of the key. ``withdraw``: whether it may move money out of the account."""

    read_only: bool
    trade: bool
    withdraw: bool
    ip_bound: bool
    expires_at: Timestamp | None
    margin_mode: str
    scopes: list[str] = Field(examples=[["ContractTrade.Order", "ContractTrade.Position"]])

    @classmethod
    def of(cls, key: KeyInfo) -> KeyPermissionsView:
        """The view of a key."""
        return cls(
            read_only=key.read_only,
            trade=key.can_trade,
            withdraw=key.can_withdraw,
            ip_bound=key.ip_bound,
            expires_at=iso_or_none(key.expires_ms),
            margin_mode=key.margin_mode,
            scopes=list(key.scopes),
        )


class ConnectionView(View):
    """A connection. ``account`` is the exchange's id of the account; ``fault`` says why the last test failed, and only
    closing is possible then; ``warnings`` are what to put right about a key that works."""

    id: Id
    exchange: str
    env: str
    name: str
    masked_key: str
    account: str
    status: Literal["CONNECTED", "FAILED"]
    fault: KeyNoteView | None
    warnings: list[KeyNoteView]
    permissions: KeyPermissionsView | None
    last_checked_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, connection: Connection, warnings: tuple[KeyNote, ...]) -> ConnectionView:
        """The view of a connection."""
        key, fault = connection.key, connection.fault
        return cls(
            id=connection.connection_id,
            exchange=connection.exchange,
            env=connection.env,
            name=connection.name,
            masked_key=connection.masked_key,
            account=connection.account,
            status=connection.status.value,
            fault=None if fault is None else KeyNoteView.of(fault),
            warnings=[KeyNoteView.of(note) for note in warnings],
            permissions=None if key is None else KeyPermissionsView.of(key),
            last_checked_at=iso_or_none(connection.last_checked_ms),
            created_at=iso(connection.created_ms),
            updated_at=iso(connection.updated_ms),
        )


class ConnectionList(View):
    """All connections of the workspace, newest first."""

    items: list[ConnectionView]
    next_cursor: str | None
