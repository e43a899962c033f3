"""What all models of the API share: camelCase outside, unknown fields refused, decimals and times as strings."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from chalicelib.domain.timestamps import iso

DECIMAL_PATTERN = r"^-?[0-9]{1,20}(\.[0-9]{1,18})?$"
_DECIMAL = re.compile(DECIMAL_PATTERN)


class RequestModel(BaseModel):
    """A request's body or query. Models are built at first use: a cold start pays for those it needs."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, defer_build=True, hide_input_in_errors=True
    )


class View(BaseModel):
    """A part of an answer. Made by our code alone, so it is built by field name."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, defer_build=True)


def _decimal_from_text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _DECIMAL.match(value):
        raise PydanticCustomError("decimal_text", "must be a decimal number written as a string")
    return Decimal(value)


DecimalText = Annotated[
    Decimal,
    BeforeValidator(_decimal_from_text),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": DECIMAL_PATTERN, "examples": ["0.001"]}),
]
"""A decimal that travels as a string, so that no digit is lost."""


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("not_positive", "must be greater than zero")
    return value


PositiveDecimalText = Annotated[
    Decimal,
    BeforeValidator(lambda value: _positive(_decimal_from_text(value))),
    PlainSerializer(lambda value: format(value, "f"), return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,20}(\.[0-9]{1,18})?$", "examples": ["0.001"]}),
]
"""A ``DecimalText`` above zero."""

Timestamp = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""ISO-8601 UTC with milliseconds and Z."""

Id = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$", examples=["01JD2N8Z5T3QK5W9XH6V0A1B2C"])]
"""An identity of ours."""

Symbol = Annotated[str, Field(pattern=r"^[0-9A-Z-]{1,30}$", examples=["BTCUSDT"])]
"""An instrument's name."""


def iso_or_none(time_ms: int | None) -> str | None:
    """The same; None and 0 mean that it has not happened."""
    return iso(time_ms) if time_ms else None


class NoBody(RequestModel):
    """A request without content; an empty object is fine."""


class NoQuery(RequestModel):
    """A request without query parameters."""


class PageQuery(RequestModel):
    """Which page of a list."""

    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=200)
