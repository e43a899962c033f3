"""The outer wall: any Python object is turned into a bounded, plain JSON value or into findings.

Everything behind it may assume JSON types, finite numbers and bounded size, so that neither the schema validator's
recursion nor its running time can be provoked from outside.
"""

from __future__ import annotations

import math
from decimal import Decimal

from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.domain.strategy.findings import finding, pointer_of

MAX_VALUES = 4000
MAX_LEVELS = 40
MAX_TEXT = 2000
_MAX_NUMBER = 1e15

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def plain_json(document: object) -> Json:
    """A copy of ``document`` made of JSON types only, whole floats as integers (1.0 and 1 are one number).

    Raises InvalidDocument for anything that is not JSON, too large or nested too deeply.
    """
    return _Copy().value(document, [])


class _Copy:
    def __init__(self) -> None:
        self._values = 0

    def value(self, value: object, path: list[str | int]) -> Json:
        self._values += 1
        if self._values > MAX_VALUES:
            raise InvalidDocument([finding("", "too_large", limit=MAX_VALUES)])
        if len(path) > MAX_LEVELS:
            raise InvalidDocument([finding(pointer_of(path), "too_deep", limit=MAX_LEVELS)])
        match value:
            case None | bool():
                return value
            case str():
                return _text(value, path)
            case int() | float() | Decimal():
                return _number(value, path)
            case list() | tuple():
                return [self.value(item, [*path, index]) for index, item in enumerate(value)]
            case dict():
                named = ((_name(key, path), item) for key, item in value.items())
                return {name: self.value(item, [*path, name]) for name, item in named}
            case _:
                raise InvalidDocument([_not_json(path, type(value).__name__)])


def _name(key: object, path: list[str | int]) -> str:
    if not isinstance(key, str):
        raise InvalidDocument([_not_json(path, "a key that is not text")])
    return _text(key, path)


def _text(value: str, path: list[str | int]) -> str:
    if len(value) > MAX_TEXT:
        raise InvalidDocument([finding(pointer_of(path), "bad_length", limits=f"0–{MAX_TEXT}")])
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidDocument([_not_json(path, "text with a broken character")]) from None
    return str(value)


def _number(value: int | float | Decimal, path: list[str | int]) -> int | float:
    finite = value.is_finite() if isinstance(value, Decimal) else isinstance(value, int) or math.isfinite(value)
    if not finite:
        raise InvalidDocument([_not_json(path, "a number that is not finite")])
    if not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        raise InvalidDocument([finding(pointer_of(path), "too_large_number", limit="1e15")])
    whole = int(value)
    return whole if whole == value else float(value)


def _not_json(path: list[str | int], what: str) -> Finding:
    return finding(pointer_of(path), "not_json", what=what)
