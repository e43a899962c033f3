"""The premium of a perpetual over its index, and the funding rate and price band that follow from it (spec 8 and 9).

Funding rate = P + clamp(I - P, -0.05 %, +0.05 %) within the listing's cap, P = the average premium index of the funding
interval, I = 0.01 % for each eight hours. The band's P is the average of (bid + ask) / 2 - mark over 30 seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal

from infra.local.exchange.engine.decimal_text import EIGHT_PLACES, ZERO

DAMPER = Decimal("0.0005")
INTEREST_OF_8_HOURS = Decimal("0.0001")
BAND_SECONDS = 30


def funding_rate(premium: Decimal, interval_minutes: int, cap: Decimal) -> Decimal:
    """The rate of an interval whose average premium index is ``premium`` (a fraction), to eight places."""
    interest = INTEREST_OF_8_HOURS * interval_minutes / 480
    damped = premium + max(-DAMPER, min(DAMPER, interest - premium))
    return max(-cap, min(cap, damped)).quantize(EIGHT_PLACES)


@dataclass(slots=True)
class Premium:
    """What is averaged: the premium index over the funding interval, the quoted premium over half a minute."""

    total: Decimal = ZERO
    samples: int = 0
    seen: bool = False
    quoted: deque[tuple[int, Decimal]] = field(default_factory=deque)

    def sample(self, now_ms: int, mid: Decimal, mark: Decimal, index: Decimal) -> None:
        """Takes the present prices in. A market without an index of its own has no premium to speak of."""
        second = now_ms // 1000
        if not self.quoted or self.quoted[-1][0] != second:
            self.quoted.append((second, mid - mark))
            while self.quoted[0][0] <= second - BAND_SECONDS:
                self.quoted.popleft()
        if index != mark:
            self.seen = True
        self.total += (mid - index) / index
        self.samples += 1

    @property
    def average(self) -> Decimal:
        """The average premium index since the interval began."""
        return self.total / self.samples if self.samples else ZERO

    @property
    def average_quoted(self) -> Decimal:
        """The average of the quoted premium over the last half minute."""
        return sum((value for _, value in self.quoted), ZERO) / len(self.quoted) if self.quoted else ZERO

    def begin_interval(self) -> None:
        """Forgets the funding interval that has ended."""
        self.total, self.samples = ZERO, 0
