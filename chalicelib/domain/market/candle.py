"""One closed candle."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Candle:
    """Prices in quote currency, ``volume`` in base coin, ``open_time_ms`` in milliseconds UTC (the bar's open)."""

    open_time_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
