"""Where first passages come from: walked for this run alone, or remembered across the runs of a sweep."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from chalicelib.domain.backtest.candidates import Candidates
from chalicelib.domain.backtest.passage import Passages, first_passages
from chalicelib.domain.backtest.track import Track
from chalicelib.domain.market.bars import Floats, Ints


class PassageSource(Protocol):
    """Gives the passages of candidates over track bars from their entry up to ``end``."""

    def __call__(self, candidates: Candidates, stop: Floats, target: Floats, end: Ints) -> Passages:
        """The passages; see ``first_passages``."""


class FreshPassages:
    """Walks every candidate, no further than it has to."""

    def __init__(self, track: Track) -> None:
        self._track = track

    def __call__(self, candidates: Candidates, stop: Floats, target: Floats, end: Ints) -> Passages:
        """The passages; see ``first_passages``."""
        begin = self._track.start[candidates.entry]
        return first_passages(self._track, begin, end, candidates.sign, stop, target)


class RememberedPassages:
    """Remembers, for each entry bar and side, the passage without an end.

    Only for runs that differ in their signals alone: a position's levels must depend on its entry bar and side.
    """

    def __init__(self, track: Track) -> None:
        self._track = track
        self._end = int(track.start[-1])
        shape = (2, track.count + 1)
        self._bar = np.full(shape, -1)
        self._stopped = np.zeros(shape, np.bool_)

    def __call__(self, candidates: Candidates, stop: Floats, target: Floats, end: Ints) -> Passages:
        """The passages; see ``first_passages``."""
        side = (candidates.sign > 0).astype(np.int64)
        new = np.flatnonzero(self._bar[side, candidates.entry] < 0)
        if len(new):
            begin = self._track.start[candidates.entry[new]]
            ends = np.full(len(new), self._end)
            walked = first_passages(self._track, begin, ends, candidates.sign[new], stop[new], target[new])
            place = (side[new], candidates.entry[new])
            self._bar[place], self._stopped[place] = walked.bar, walked.stopped
        bar, stopped = self._bar[side, candidates.entry], self._stopped[side, candidates.entry]
        ended = bar < end
        return Passages(np.where(ended, bar, end), ended & stopped, ended & ~stopped)
