"""What every walk of one backtest looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.domain.backtest.candidates import Candidates
from chalicelib.domain.backtest.costs import FundingTable
from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.backtest.track import Track
from chalicelib.domain.market.bars import Bars, Bools, Ints
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy import spec as sp


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One strategy's candidates on one market under one set of assumptions."""

    spec: sp.StrategySpec
    settings: Settings
    bars: Bars
    track: Track
    candidates: Candidates
    funding: FundingTable

    @property
    def interval(self) -> Interval:
        """The decision timeframe."""
        return self.spec.timeframe

    def time_of(self, bar: Ints, at_open: Bools) -> Ints:
        """When something at decision bar ``bar`` happened: its open, or its close for things inside it."""
        last = len(self.bars) - 1
        opens = self.bars.open_time_ms[np.minimum(bar, last)] + np.where(bar > last, self.interval.milliseconds, 0)
        times: Ints = opens + np.where(at_open, 0, self.interval.milliseconds)
        return times

    def moment(self, bar: int, at_open: bool) -> int:
        """``time_of`` for one bar."""
        last, length = len(self.bars) - 1, self.interval.milliseconds
        opened = int(self.bars.open_time_ms[min(bar, last)]) + (length if bar > last else 0)
        return opened if at_open else opened + length
