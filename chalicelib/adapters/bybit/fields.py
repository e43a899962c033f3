"""Reading single fields of the exchange's records, with its habits and without its traps.

Numbers come as strings. "No value" is written as "", "0", "0.00", null or a missing key, differently for the same field
on different endpoints, so the caller says by the reader that it picks what a zero means.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

Row = Mapping[str, Any]


class MalformedPayload(ValueError):
    """A record lacks a field that must be there, or carries what cannot be read. Nothing is known from it."""


def text(row: Row, key: str) -> str:
    """A string; "" when missing or null."""
    value = row.get(key)
    return "" if value is None else str(value)


def required_text(row: Row, key: str) -> str:
    """A string that must not be empty."""
    value = text(row, key)
    if not value:
        raise MalformedPayload(f"{key} is missing")
    return value


def decimal(row: Row, key: str) -> Decimal:
    """A number that must be there: a quantity or a fee whose absence is not zero."""
    value = decimal_or_none(row, key)
    if value is None:
        raise MalformedPayload(f"{key} is missing")
    return value


def decimal_or_none(row: Row, key: str) -> Decimal | None:
    """A number, None when "", null or missing; a zero is a zero."""
    raw = row.get(key)
    if raw is None or raw == "":
        return None
    # A JSON float would already have lost digits; integers and strings are exact.
    if isinstance(raw, bool | float):
        raise MalformedPayload(f"{key} is not an exact number")
    try:
        value = Decimal(str(raw))
    except InvalidOperation as error:
        raise MalformedPayload(f"{key} is not a number") from error
    if not value.is_finite():
        raise MalformedPayload(f"{key} is not finite")
    return value


def opt_decimal(row: Row, key: str) -> Decimal | None:
    """A price that may be unset: all five spellings of "no value", zero among them, are None."""
    return decimal_or_none(row, key) or None


def integer(row: Row, key: str) -> int:
    """An integer that must be there: a time in milliseconds, an index."""
    value = integer_or_none(row, key)
    if value is None:
        raise MalformedPayload(f"{key} is missing")
    return value


def integer_or_none(row: Row, key: str) -> int | None:
    """An integer written as a number or a string; None when "", null or missing."""
    raw = row.get(key)
    if raw is None or raw == "":
        return None
    try:
        return int(raw)
    except (TypeError, ValueError) as error:
        raise MalformedPayload(f"{key} is not an integer") from error


def boolean(row: Row, key: str) -> bool:
    """A flag; missing is False."""
    return row.get(key) is True


def rows(result: Row, key: str = "list") -> list[Row]:
    """The records of a list answer; a missing or null list is malformed, never "none"."""
    value = result.get(key)
    if not isinstance(value, list):
        raise MalformedPayload(f"{key} is not a list")
    return value
