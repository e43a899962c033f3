"""How much a backtest's entry buys, and what stops it from buying: the live rules on the backtest's equity."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from chalicelib.domain.backtest.settings import Settings
from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.bars import Bars, Bools, Floats
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.dca import base_order_qty
from chalicelib.domain.strategy.findings import finding
from chalicelib.domain.strategy.sizing import position_size

_DAY_MS = 86_400_000


def entry_qty(spec: sp.StrategySpec, settings: Settings, equity: float, side: Side, price: float, stop: float) -> float:
    """The quantity of an entry at ``price``, by ``fixed_qty`` or by the live bot's own functions.

    Raises InvalidOrder when the entry is refused: below the minimum, nothing to risk.
    """
    instrument = settings.instrument
    if settings.fixed_qty is not None:
        qty = Decimal(repr(settings.fixed_qty))
        if instrument is not None:
            qty = instrument.floor_qty(qty)
            if qty < instrument.min_order_qty or qty * Decimal(repr(price)) < instrument.min_notional:
                raise InvalidOrder([finding("/risk", "size_below_minimum", qty=qty, minimum=instrument.min_order_qty)])
        return float(qty)
    money, at, stop_at = Decimal(repr(equity)), Decimal(repr(price)), Decimal(repr(stop))
    if spec.dca is not None:
        return float(base_order_qty(spec, money, at, side, instrument))
    return float(position_size(money, at, stop_at, spec.risk, instrument))


class LossLimits:
    """maxLossPerRunUsd and dailyLossLimitUsd (UTC day), on realised plus unrealised results (decision 14)."""

    def __init__(self, risk: sp.Risk) -> None:
        self._run_limit = float(risk.max_loss_per_run_usd)
        self._day_limit = None if risk.daily_loss_limit_usd is None else float(risk.daily_loss_limit_usd)
        self._realised = 0.0
        self._day = -1
        self._realised_today = 0.0

    @property
    def room(self) -> float:
        """What may still be lost before the nearer limit is reached; never less careful than the limits are."""
        run = self._run_limit + self._realised
        if self._day_limit is None:
            return run
        return min(run, self._day_limit + min(self._realised_today, 0.0))

    def book(self, pnl: float, time_ms: int) -> str | None:
        """Books a closed trade; the name of the limit that is reached, None while none is."""
        day = time_ms // _DAY_MS
        if day != self._day:
            self._day, self._realised_today = day, 0.0
        self._realised += pnl
        self._realised_today += pnl
        if self._realised <= -self._run_limit:
            return "maxLossPerRunUsd"
        if self._day_limit is not None and self._realised_today <= -self._day_limit:
            return "dailyLossLimitUsd"
        return None

    def first_breach(self, bars: Bars, begin: int, end: int, unrealised: Floats) -> tuple[int, str] | None:
        """The first bar from ``begin`` to before ``end`` at whose close a limit is reached, and its name.

        ``unrealised`` are the open position's net results at those closes.
        """
        run = self._realised + unrealised <= -self._run_limit
        day: Bools = np.zeros(end - begin, np.bool_)
        if self._day_limit is not None:
            days = bars.open_time_ms[begin:end] // _DAY_MS
            day = np.where(days == self._day, self._realised_today, 0.0) + unrealised <= -self._day_limit
        breached = np.flatnonzero(run | day)
        if not len(breached):
            return None
        place = int(breached[0])
        return begin + place, "maxLossPerRunUsd" if run[place] else "dailyLossLimitUsd"
