"""The way the price takes inside one bar: open, one extreme, the other extreme, close."""

from __future__ import annotations

from itertools import pairwise

from infra.local.exchange.market.bars import Bar


def path(bar: Bar, steps: int, salt: int) -> list[int]:
    """``steps`` (at least 4) prices in ticks, the first the open, the last the close, both extremes among them.

    A rising bar usually visits its low first, as markets do; ``salt`` turns that round for one bar in four.
    """
    low_first = (bar.close >= bar.open) != (salt * 2_654_435_761 >> 5 & 3 == 0)
    turns = (bar.low, bar.high) if low_first else (bar.high, bar.low)
    last = steps - 1
    knots = [(0, bar.open), (max(1, last // 3), turns[0]), (max(2, 2 * last // 3), turns[1]), (last, bar.close)]
    prices: list[int] = []
    for (first, start), (end, goal) in pairwise(knots):
        prices.extend(start + (goal - start) * (k - first) // (end - first) for k in range(first, end))
    return [*prices, bar.close]
