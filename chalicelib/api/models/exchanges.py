"""Exchange connections. No view has a field for a key or a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from chalicelib.api.models.base import Id, RequestModel, Timestamp, View, iso_or_none
from chalicelib.domain.timestamps import iso

if TYPE_CHECKING:
    from chalicelib.domain.workspace.connection import Connection


ConnectionName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S", examples=["My demo account"])]
ApiKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,256}$")]
ApiSecret = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,256}$")]


class CreateConnectionBody(RequestModel):
    """A new connection. Make the key without the right to withdraw."""

    exchange: Literal["bybit"]
    env: Literal["demo", "testnet", "real"] = "demo"
    name: ConnectionName
    api_key: ApiKey = Field(repr=False)
    secret: ApiSecret = Field(repr=False)


class ChangeConnectionBody(RequestModel):
    """What to change. A key and its secret change together, and the connection counts as never tested then."""

    name: ConnectionName | None = None
    api_key: ApiKey | None = Field(default=None, repr=False)
    secret: ApiSecret | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _key_and_secret_together(self) -> ChangeConnectionBody:
        if (self.api_key is None) != (self.secret is None):
            raise ValueError("apiKey and secret change together")
        return self


class ConnectionView(View):
    """A connection."""

    id: Id
    exchange: str
    env: str
    name: str
    masked_key: str
    status: str
    detail: str
    permissions: dict[str, Any] | None
    last_checked_at: Timestamp | None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, connection: Connection) -> ConnectionView:
        """The view of a connection."""
        return cls(
            id=connection.connection_id,
            exchange=connection.exchange,
            env=connection.env,
            name=connection.name,
            masked_key=connection.masked_key,
            status=connection.status.value,
            detail=connection.detail,
            permissions=connection.permissions,
            last_checked_at=iso_or_none(connection.last_checked_ms),
            created_at=iso(connection.created_ms),
            updated_at=iso(connection.updated_ms),
        )


class ConnectionList(View):
    """All connections of the workspace, newest first."""

    items: list[ConnectionView]
    next_cursor: str | None
