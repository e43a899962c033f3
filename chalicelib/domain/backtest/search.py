"""A sweep by search: points proposed one by one from what the ones before gave, for spaces too large for a grid.

A point is named by the numbers of its values, from 0, in the order of the parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.domain.backtest.parameters import Document, Parameter, with_values
from chalicelib.domain.backtest.sweep import RankBy, SweepRow, SweepRunner, named

# A sampler that has settled on one spot proposes little else; waiting for more would not end.
_MOST_REPEATS = 100
Place = tuple[int, ...]


class PointSearch(Protocol):
    """Proposes points and learns from their scores. Every ``ask`` is followed by one ``tell``."""

    def ask(self) -> Place:
        """The next point to try; it may be one that was tried before."""

    def tell(self, score: float | None) -> None:
        """What the point asked for last gave, higher is better, infinities allowed; None when it was a repeat."""


class StartSearch(Protocol):
    """Begins a search."""

    def __call__(self, sizes: Sequence[int], seed: int) -> PointSearch:
        """A search over points of ``sizes[i]`` values of parameter i, deterministic for ``seed``."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows in the order in which their points were tried; ``cancelled`` when somebody stopped it."""

    rows: tuple[SweepRow, ...]
    cancelled: bool


def search_rows(
    document: Document,
    parameters: Sequence[Parameter],
    trials: int,
    points: PointSearch,
    rank_by: RankBy,
    runner: SweepRunner,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> Found:
    """Tries up to ``trials`` different points, each once; fewer when nothing new is proposed any more.

    ``progress`` is told (done, trials) after each; ``cancelled`` is asked before each.
    """
    rows: list[SweepRow] = []
    tried: set[Place] = set()
    while len(rows) < trials:
        if cancelled():
            return Found(tuple(rows), cancelled=True)
        place = _new_place(points, tried)
        if place is None:
            progress(trials, trials)
            break
        tried.add(place)
        point = tuple(parameter.value(index) for parameter, index in zip(parameters, place, strict=True))
        row = runner.row(len(rows), named(parameters, point), with_values(document, parameters, point))
        points.tell(row.rank(rank_by))
        rows.append(row)
        progress(len(rows), trials)
    return Found(tuple(rows), cancelled=False)


def _new_place(points: PointSearch, tried: set[Place]) -> Place | None:
    """The next point that was not tried yet, None when only repeats are proposed."""
    for _ in range(_MOST_REPEATS):
        place = points.ask()
        if place not in tried:
            return place
        points.tell(None)
    return None
