"""Outcomes of many candidates at once, for strategies whose stop and target do not move.

A market entry with one stop and one target needs nothing but first passages; everything else is in ``path_exits``.
"""

from __future__ import annotations

import numpy as np

from chalicelib.domain.backtest.candidates import Candidates
from chalicelib.domain.backtest.outcome import ExitReason, Outcome
from chalicelib.domain.backtest.passage import Passages, passage_prices
from chalicelib.domain.backtest.passage_memo import PassageSource
from chalicelib.domain.backtest.settings import FillAt, Settings
from chalicelib.domain.backtest.track import Track
from chalicelib.domain.market.bars import Bools, Floats, Ints
from chalicelib.domain.strategy import spec as sp

_FIRST_BLOCK = 1024
_LARGEST_BLOCK = 1 << 16


def is_static(spec: sp.StrategySpec) -> bool:
    """Whether this strategy's positions have one entry, one stop and one target, all fixed at the entry."""
    one_way_out = len(spec.exit.take_profit) == 1 and spec.exit.trailing_stop is None and spec.exit.break_even is None
    return one_way_out and spec.dca is None and spec.entry.order.type is sp.OrderType.MARKET


class StaticExits:
    """The outcomes of ``candidates``, computed in blocks as a walk through them reaches them.

    The walk only goes forward. Where it uses most candidates the blocks grow; where one position passes over many
    candidates they shrink, so that little is computed for nothing.
    """

    def __init__(
        self,
        spec: sp.StrategySpec,
        candidates: Candidates,
        track: Track,
        settings: Settings,
        passages: PassageSource,
    ) -> None:
        count = len(candidates)
        self._spec, self._candidates, self._track, self._settings = spec, candidates, track, settings
        self._passages = passages
        self._size = _FIRST_BLOCK
        self._begin = self._end = 0
        self.bar = np.zeros(count, np.int64)
        self.price = np.full(count, np.nan)
        self.closed = np.zeros(count, np.bool_)
        self.at_open = np.zeros(count, np.bool_)
        self.reason = np.zeros(count, np.int64)
        self.reversed_by = np.full(count, -1)

    def outcome(self, candidate: int, _qty: float, /) -> Outcome:
        """The outcome of one candidate; candidates must be asked for in rising order."""
        self.reach(candidate)
        return Outcome(
            bar=int(self.bar[candidate]),
            price=float(self.price[candidate]),
            reason=ExitReason(int(self.reason[candidate])),
            at_open=bool(self.at_open[candidate]),
            closed=bool(self.closed[candidate]),
            reversed_by=int(self.reversed_by[candidate]),
        )

    def following(self, candidate: int) -> tuple[int, list[int]]:
        """The block that ``candidate`` is in: where it begins, and for each row of it the next candidate of a walk.

        Next is what reverses the position, or the first signal not before its end; a candidate with a level on the
        wrong side is passed over; after a position that never ends comes none (the number of candidates).
        """
        self.reach(candidate)
        block = slice(self._begin, self._end)
        after = np.searchsorted(self._candidates.signal, self.bar[block])
        after = np.where(self.reversed_by[block] >= 0, self.reversed_by[block], after)
        after = np.where(self.closed[block], after, len(self._candidates))
        after = np.where(self._candidates.valid[block], after, np.arange(self._begin, self._end) + 1)
        return self._begin, after.tolist()

    def reach(self, candidate: int) -> None:
        """Computes the block that begins with ``candidate``, unless it is in the one at hand."""
        if candidate < self._end:
            return
        passed_over = candidate - self._end
        if self._end:
            self._size = max(self._size // 8, 4) if passed_over > self._size else min(self._size * 4, _LARGEST_BLOCK)
        self._begin, self._end = candidate, min(candidate + self._size, len(self._candidates))
        self._compute(slice(self._begin, self._end))

    def _compute(self, block: slice) -> None:
        candidates, track = self._candidates.rows(block), self._track
        sign, forced, stop = candidates.sign, forced_exits(candidates), tighter_stop(candidates)
        walked = self._passages(candidates, stop, candidates.targets[0], track.start[np.minimum(forced, track.count)])
        ended = walked.stopped | walked.reached
        if self._settings.fill_at is FillAt.CLOSE:
            ended &= ~_beaten_by_indicator(walked, candidates, forced, track)
        fillable = ~ended & (forced <= track.last_fill)
        owner = track.owner[np.minimum(walked.bar, len(track.owner) - 1)]
        at = np.minimum(forced, track.last_fill)
        raw = np.where(ended, passage_prices(track, walked, sign, stop, candidates.targets[0]), track.fill_price[at])
        liquidated = walked.stopped & (stop != candidates.stop)
        by_stop = np.where(liquidated, ExitReason.LIQUIDATION, ExitReason.STOP_LOSS)
        inside = np.where(walked.reached, ExitReason.TAKE_PROFIT, by_stop)
        self.bar[block] = np.where(ended, owner, np.minimum(forced, track.count))
        self.price[block] = raw * (1 - sign * (self._settings.slippage_bps / 10_000))
        self.closed[block] = ended | fillable
        self.at_open[block] = ~ended
        self.reason[block] = np.where(ended, inside, forced_reasons(candidates, forced, track, stop))
        if self._spec.entry.on_opposite is sp.OnOpposite.REVERSE:
            self.reversed_by[block] = reversals(self._candidates.entry, candidates.opposite, forced, fillable)


def tighter_stop(candidates: Candidates) -> Floats:
    """The stop, or the liquidation price where the position would not live to see the stop."""
    stop, liquidation = candidates.stop, candidates.liquidation
    return np.where(candidates.sign > 0, np.maximum(stop, liquidation), np.minimum(stop, liquidation))


def forced_exits(candidates: Candidates) -> Ints:
    """The fill point of the first exit that is decided at a bar's close."""
    forced: Ints = np.minimum(np.minimum(candidates.opposite, candidates.indicator), candidates.time)
    return forced


def forced_reasons(candidates: Candidates, forced: Ints, track: Track, stop: Floats) -> Ints:
    """Why a position leaves at the fill point ``forced``: at one moment the higher priority names it."""
    price = track.fill_price[np.minimum(forced, track.last_fill)]
    gapped = np.where(candidates.sign > 0, price <= stop, price >= stop)
    beyond = np.where(candidates.sign > 0, price >= candidates.targets[0], price <= candidates.targets[0])
    signalled = np.where(candidates.opposite == forced, ExitReason.OPPOSITE, ExitReason.TIME)
    below_indicator = np.where(beyond, ExitReason.TAKE_PROFIT, signalled)
    by_priority = np.where(candidates.indicator == forced, ExitReason.INDICATOR, below_indicator)
    reasons: Ints = np.where(gapped, ExitReason.STOP_LOSS, by_priority)
    return reasons


def reversals(entries: Ints, opposite: Ints, forced: Ints, fillable: Bools) -> Ints:
    """The candidate (of all ``entries``) that the opposite signal at the forced exit opens at once, -1 for none."""
    place = np.searchsorted(entries, forced)
    known = np.minimum(place, len(entries) - 1)
    opens = fillable & (opposite == forced) & (entries[known] == forced)
    return np.where(opens, known, -1)


def _beaten_by_indicator(walked: Passages, candidates: Candidates, forced: Ints, track: Track) -> Bools:
    """At one close the indicator exit comes before the target (decision 17)."""
    owner = track.owner[np.minimum(walked.bar, len(track.owner) - 1)]
    beaten: Bools = walked.reached & (candidates.indicator == forced) & (owner == forced - 1)
    return beaten
