"""The side of an order or position, as the exchange spells it."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """``Buy`` opens or adds to a long, ``Sell`` a short."""

    BUY = "Buy"
    SELL = "Sell"

    @property
    def sign(self) -> int:
        """+1 for a long, -1 for a short: the s of every cost formula (FR-L-13)."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> Side:
        """The side that closes this one."""
        return Side.SELL if self is Side.BUY else Side.BUY
