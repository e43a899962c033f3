"""How one position ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitReason(IntEnum):
    """Why a position was closed, in the order of priority at one moment (decision 17); the last three have none."""

    STOP_LOSS = 0
    TRAILING_STOP = 1
    INDICATOR = 2
    TAKE_PROFIT = 3
    TIME = 4
    OPPOSITE = 5
    LIQUIDATION = 6
    LOSS_LIMIT = 7

    @property
    def label(self) -> str:
        """The reason as reports spell it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a position opened or closed: at which decision bar, at what price (slippage in), how much (base coin).

    ``at_open`` is whether it happened at the bar's open.
    """

    bar: int
    price: float
    qty: float
    at_open: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of a candidate when it is taken.

    ``bar`` is the decision bar (or fill point, ``at_open``) where the position ended; signals from that bar on count
    again. ``closed`` is False when the data ends first. ``reversed_by`` is the candidate that an opposite signal opens
    at once, -1 if none. ``entries`` and ``exits`` are given when not simply the candidate's entry and one exit.
    ``filled`` is False when the entry order was never reached; ``bar`` is then the last one on which it rested.
    """

    bar: int
    price: float
    reason: ExitReason
    at_open: bool
    closed: bool
    reversed_by: int = -1
    entries: tuple[Leg, ...] = ()
    exits: tuple[Leg, ...] = ()
    maker_entry: bool = False
    filled: bool = True
