"""One settlement of funding: when it was, and what longs paid to shorts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class FundingRate:
    """``rate`` is a fraction of the position's value at the mark price; positive: longs pay. Milliseconds UTC."""

    time_ms: int
    rate: Decimal
