"""Monte Carlo on the order of trades: what drawdowns the same trades could have had in another order.

The orders come from a counter-based generator (splitmix64: S. Vigna, 2015), so that a seed gives the same figures on
every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from chalicelib.domain.market.bars import Floats, Ints

MAX_RUNS = 10_000
_CELLS = 1 << 20


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """Largest drawdowns, in money, over all shuffled orders: percentiles, and the share of orders that ruin.

    ``observed`` is that of the real order; ``ruin`` the share of orders in which equity touched zero.
    """

    runs: int
    seed: int
    observed: float
    percentiles: dict[str, float]
    ruin: float


def shuffle_trades(pnl: Floats, starting_equity: float, *, runs: int = 1000, seed: int = 1) -> MonteCarlo | None:
    """Shuffles the net results ``runs`` times; None without trades. Raises ValueError for runs out of bounds."""
    if not 1 <= runs <= MAX_RUNS:
        raise ValueError(f"runs must be 1 to {MAX_RUNS}")
    if not len(pnl):
        return None
    falls, lows = np.empty(runs), np.empty(runs)
    block = max(1, _CELLS // len(pnl))
    for first in range(0, runs, block):
        last = min(runs, first + block)
        orders = _orders(seed, first, last, len(pnl))
        falls[first:last], lows[first:last] = _falls(pnl[orders], starting_equity)
    observed, _ = _falls(pnl[None, :], starting_equity)
    marks = {f"p{percent}": float(np.percentile(falls, percent)) for percent in (5, 25, 50, 75, 95, 99)}
    return MonteCarlo(runs, seed, float(observed[0]), marks, float((lows <= 0).mean()))


def _falls(pnl: Floats, starting_equity: float) -> tuple[Floats, Floats]:
    equity = starting_equity + np.cumsum(pnl, axis=1)
    start = np.full((len(pnl), 1), starting_equity)
    peaks = np.maximum.accumulate(np.concatenate((start, equity), axis=1), axis=1)[:, 1:]
    return (peaks - equity).max(axis=1), equity.min(axis=1)


def _orders(seed: int, first: int, last: int, count: int) -> Ints:
    """A uniformly random order for each run: the order of the trades' random keys."""
    counter = np.arange(first * count, last * count, dtype=np.uint64).reshape(last - first, count)
    with np.errstate(over="ignore"):
        keys = _splitmix64(counter + np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15))
    return np.argsort(keys, axis=1, kind="stable")


def _splitmix64(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    value = (value + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))
