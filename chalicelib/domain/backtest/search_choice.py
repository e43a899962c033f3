"""Which points of a sweep are computed: all of them, or those that a search tries. Light: the API imports it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.backtest.parameters import Document, Parameter, space_size

MAX_TRIALS = 500
MAX_SPACE = 1_000_000_000
MAX_SEED = 2**32 - 1


class SearchMethod(StrEnum):
    """How the points of a sweep are chosen."""

    GRID = "grid"
    TPE = "tpe"


@dataclass(frozen=True, slots=True)
class Search:
    """A grid runs every point; TPE ``trials`` different ones, always the same for one ``seed``."""

    method: SearchMethod = SearchMethod.GRID
    trials: int = 0
    seed: int = 0


WHOLE_GRID = Search()


def trials_of(document: Document, parameters: Sequence[Parameter], search: Search) -> int:
    """How many different points the search tries at most. Raises InvalidDocument for a space it cannot search."""
    return min(search.trials, space_size(document, parameters, MAX_SPACE))
