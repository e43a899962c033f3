"""The parameters of a sweep: places in a strategy document and the values they take."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from chalicelib.domain.backtest.findings import finding
from chalicelib.domain.errors import Finding, InvalidDocument

MAX_PARAMETERS = 3
Document = dict[str, Any]
Point = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """``pointer`` (RFC 6901) names the number in the document; it takes start, start + step … up to ``stop``.

    ``also`` are further places that always get the same value.
    """

    pointer: str
    start: Decimal
    stop: Decimal
    step: Decimal
    also: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many values there are: floor((stop - start) / step) + 1."""
        return int((self.stop - self.start) / self.step) + 1

    def value(self, index: int) -> int | float:
        """The value number ``index`` from 0; a whole one as an integer."""
        value = self.start + self.step * index
        return int(value) if value == value.to_integral_value() else float(value)

    def values(self) -> list[int | float]:
        """All values in their order."""
        return [self.value(index) for index in range(self.count)]


def grid(document: Document, parameters: Sequence[Parameter], limit: int) -> list[Point]:
    """All combinations in lexicographic order, the first parameter slowest.

    Raises InvalidDocument for no or too many parameters, repeated or unknown places, empty ranges, and more than
    ``limit`` combinations.
    """
    space_size(document, parameters, limit)
    return list(product(*(parameter.values() for parameter in parameters)))


def space_size(document: Document, parameters: Sequence[Parameter], limit: int) -> int:
    """How many combinations there are, without making them. Raises InvalidDocument as ``grid`` does."""
    found = list(_problems(document, parameters, limit))
    if found:
        raise InvalidDocument(found)
    return math.prod(parameter.count for parameter in parameters)


def with_values(document: Document, parameters: Sequence[Parameter], point: Point) -> Document:
    """A copy of ``document`` with the parameters set to ``point``."""
    changed = copy.deepcopy(document)
    for parameter, value in zip(parameters, point, strict=True):
        for pointer in (parameter.pointer, *parameter.also):
            holder, key = _place(changed, pointer)
            holder[key] = value
    return changed


def _problems(document: Document, parameters: Sequence[Parameter], limit: int) -> Iterator[Finding]:
    if not 1 <= len(parameters) <= MAX_PARAMETERS:
        yield finding("/parameters", "sweep", "parameter_count", limit=MAX_PARAMETERS)
    places = [place for parameter in parameters for place in (parameter.pointer, *parameter.also)]
    if len(set(places)) < len(places):
        yield finding("/parameters", "sweep", "parameter_repeated")
    combinations = 1
    for index, parameter in enumerate(parameters):
        if parameter.step <= 0 or parameter.stop < parameter.start:
            yield finding(f"/parameters/{index}", "sweep", "parameter_range")
            continue
        combinations *= parameter.count
        for pointer in (parameter.pointer, *parameter.also):
            try:
                holder, key = _place(document, pointer)
                value = holder[key]
            except (KeyError, IndexError, TypeError, ValueError):
                value = None
            if isinstance(value, bool) or not isinstance(value, int | float):
                yield finding(f"/parameters/{index}/pointer", "sweep", "parameter_unknown", place=pointer)
    if combinations > limit:
        yield finding("/parameters", "sweep", "parameter_combinations", count=combinations, limit=limit)


def _place(document: Any, pointer: str) -> tuple[Any, Any]:
    if not pointer.startswith("/"):
        raise ValueError(pointer)
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    holder = document
    for part in parts[:-1]:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    last: Any = int(parts[-1]) if isinstance(holder, list) else parts[-1]
    return holder, last
