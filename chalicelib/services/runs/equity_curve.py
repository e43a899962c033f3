"""An equity curve of any length in a number of points that can be stored, sent and drawn."""

from __future__ import annotations

from decimal import Decimal

Point = tuple[int, Decimal]
"""Milliseconds UTC, and what the run had earned then in quote currency."""


def thinned(curve: tuple[Point, ...], most: int) -> tuple[Point, ...]:
    """The curve in at most ``most`` of its own points (four or more), as it is when it has no more than that.

    Kept are the first, the last, and of each of equally long stretches the lowest and the highest, so those of the
    whole curve too.
    """
    if len(curve) <= most:
        return curve
    stretches = (most - 2) // 2
    inner = range(1, len(curve) - 1)
    kept = {0, len(curve) - 1}
    for number in range(stretches):
        stretch = inner[number * len(inner) // stretches : (number + 1) * len(inner) // stretches]
        kept |= {min(stretch, key=lambda at: curve[at][1]), max(stretch, key=lambda at: curve[at][1])}
    return tuple(curve[at] for at in sorted(kept))
