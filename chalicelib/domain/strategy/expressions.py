"""Conditions and operands as values: hashable, so that an equal subtree is computed once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.market.interval import Interval


class PriceField(StrEnum):
    """What a price operand or an indicator's source reads from a bar."""

    OPEN = "open"
    HIGH = "high"
    LOW = "low"
    CLOSE = "close"
    HL2 = "hl2"
    HLC3 = "hlc3"
    OHLC4 = "ohlc4"
    VOLUME = "volume"


Params = tuple[tuple[str, int | float | str], ...]


@dataclass(frozen=True, slots=True)
class Price:
    """A bar's price, ``offset`` bars ago on its own timeframe."""

    field: PriceField
    timeframe: Interval
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Indicator:
    """One output of an indicator, ``offset`` bars ago on its own timeframe. ``params`` are sorted by name."""

    name: str
    params: Params
    output: str
    timeframe: Interval
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: float


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``op`` is one of + - * / abs min max. Division by zero is undefined."""

    op: str
    args: tuple[Operand, ...]


Operand = Price | Indicator | Constant | Arithmetic


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right`` with op one of > >= < <= ==."""

    op: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Cross:
    """``a`` crosses ``b``: before a <= b and now a > b when ``up``, mirrored when not (FR-DSL-8)."""

    a: Operand
    b: Operand
    up: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every condition is."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one condition is."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when the condition is false; undefined (so false) when the condition is undefined."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class ConfirmBars:
    """True when the condition was true on this bar and the ``n - 1`` before it."""

    n: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Session:
    """True when the bar closes inside the session, UTC.

    ``days`` are 0 = Monday … 6 = Sunday; minutes count from midnight; ``to_minute`` is excluded. A session with
    ``to_minute <= from_minute`` runs over midnight and belongs to the day on which it starts.
    """

    days: frozenset[int]
    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class External:
    """True when an outside signal for this side arrived (decision 8b)."""


Condition = Compare | Cross | AllOf | AnyOf | Not | ConfirmBars | Session | External
Node = Condition | Operand


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below ``node``."""
    match node:
        case Compare(left=left, right=right):
            return (left, right)
        case Cross(a=a, b=b):
            return (a, b)
        case AllOf(conditions=conditions) | AnyOf(conditions=conditions):
            return conditions
        case Not(condition=condition) | ConfirmBars(condition=condition):
            return (condition,)
        case Arithmetic(args=args):
            return args
        case _:
            return ()
