"""What the strategy says at the close of a bar."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from chalicelib.domain.market.side import Side


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the strategy says of the newest closed bar.

    ``level_inputs`` are the readings that its levels need (ATR, swing extremes).
    """

    open_time_ms: int
    high: Decimal
    low: Decimal
    close: Decimal
    signal: Side | None
    exit_long: bool
    exit_short: bool
    level_inputs: dict[str, Decimal] = field(default_factory=dict)
    reasons: tuple[dict[str, Any], ...] = ()
