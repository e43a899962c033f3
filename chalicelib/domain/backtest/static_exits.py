"""Outcomes of all candidates at once, for strategies whose stop and target do not move.

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


def is_static(spec: sp.StrategySpec) -> bool:
    """Whether this strategy's positions have one entry, one stop and one target, all fixed at the entry."""
    one_way_out = len(spec.exit.take_profit) == 1 and spec.exit.trailing_stop is None and spec.exit.break_even is None
    return one_way_out and spec.dca is None and spec.entry.order.type is sp.OrderType.MARKET


class StaticExits:
    """The outcomes of ``candidates``; reading one is a list look-up."""

    def __init__(
        self,
        spec: sp.StrategySpec,
        candidates: Candidates,
        track: Track,
        settings: Settings,
        passages: PassageSource,
    ) -> None:
        slip = settings.slippage_bps / 10_000
        sign, forced = candidates.sign, forced_exits(candidates)
        stop = tighter_stop(candidates)
        end = track.start[np.minimum(forced, track.count)]
        walked = passages(candidates, stop, candidates.targets[0], end)
        ended = walked.stopped | walked.reached
        if settings.fill_at is FillAt.CLOSE:
            ended &= ~_beaten_by_indicator(walked, candidates, forced, track)
        fillable = ~ended & (forced <= track.last_fill)
        owner = track.owner[np.minimum(walked.bar, len(track.owner) - 1)]
        at = np.minimum(forced, track.last_fill)
        self.bar = np.where(ended, owner, np.minimum(forced, track.count))
        raw = np.where(ended, passage_prices(track, walked, sign, stop, candidates.targets[0]), track.fill_price[at])
        self.price: Floats = raw * (1 - sign * slip)
        self.closed: Bools = ended | fillable
        self.at_open: Bools = ~ended
        liquidated = walked.stopped & (stop != candidates.stop)
        self.reason = np.where(
            ended,
            np.where(
                walked.reached,
                ExitReason.TAKE_PROFIT,
                np.where(liquidated, ExitReason.LIQUIDATION, ExitReason.STOP_LOSS),
            ),
            forced_reasons(candidates, forced, track, stop),
        )
        self.reversed_by = reversals(spec, candidates, forced, fillable)

    def outcome(self, candidate: int, _qty: float, /) -> Outcome:
        """The outcome of one candidate."""
        return Outcome(
            bar=int(self.bar[candidate]),
            price=float(self.price[candidate]),
            reason=ExitReason(int(self.reason[candidate])),
            at_open=bool(self.at_open[candidate]),
            closed=bool(self.closed[candidate]),
            reversed_by=int(self.reversed_by[candidate]),
        )


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


def reversals(spec: sp.StrategySpec, candidates: Candidates, forced: Ints, fillable: Bools) -> Ints:
    """The candidate that the opposite signal at the forced exit opens at once, -1 where there is none."""
    if spec.entry.on_opposite is not sp.OnOpposite.REVERSE:
        return np.full(len(candidates), -1)
    place = np.searchsorted(candidates.entry, forced)
    inside = np.minimum(place, max(len(candidates) - 1, 0))
    opens = fillable & (candidates.opposite == forced) & (place < len(candidates))
    opens &= candidates.entry[inside] == forced
    return np.where(opens, inside, -1)


def _beaten_by_indicator(walked: Passages, candidates: Candidates, forced: Ints, track: Track) -> Bools:
    """At one close the indicator exit comes before the target (decision 17)."""
    owner = track.owner[np.minimum(walked.bar, len(track.owner) - 1)]
    beaten: Bools = walked.reached & (candidates.indicator == forced) & (owner == forced - 1)
    return beaten
