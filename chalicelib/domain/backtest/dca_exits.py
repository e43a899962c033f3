"""Outcomes of DCA positions: safety orders average the entry, and the levels move with the average (FR-L-30).

Pessimistic inside a bar: safety orders fill first, then the stop of the new average, and on a bar with a safety order
the target does not count, since its high may have come before. Safety orders rest as limit orders at their prices.
"""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from chalicelib.domain.backtest.candidates import level_rounding
from chalicelib.domain.backtest.outcome import ExitReason, Leg, Outcome
from chalicelib.domain.backtest.path_exits import ForcedExits
from chalicelib.domain.backtest.scene import Scene
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.dca import resting_orders
from chalicelib.domain.strategy.plan import Signals

_WINDOW = 256


class DcaExits:
    """The outcomes of a DCA strategy's candidates, computed when asked for."""

    def __init__(self, scene: Scene, signals: Signals) -> None:
        self._scene = scene
        self._forced = ForcedExits(scene, signals)

    def outcome(self, candidate: int, qty: float, /) -> Outcome:
        """The outcome of one candidate whose first order buys ``qty``."""
        return _Averaging(self._scene, candidate, qty, self._forced).run()


class _Averaging:
    def __init__(self, scene: Scene, candidate: int, qty: float, forced: ForcedExits) -> None:
        candidates = scene.candidates
        self._scene = scene
        self._sign = int(candidates.sign[candidate])
        self._slip = scene.settings.slippage_bps / 10_000
        bar, price = int(candidates.entry[candidate]), float(candidates.price[candidate])
        self._entries = [Leg(bar, price, qty, at_open=True)]
        # A fixed quantity switches sizing and its limits off.
        limit = None if scene.settings.fixed_qty is not None else scene.spec.risk.max_position_size_usd
        first, base = Decimal(repr(price)), Decimal(repr(qty))
        resting = resting_orders(scene.spec, self._side, first, base, scene.settings.instrument, limit)
        self._waiting = [(float(order.price), float(order.qty)) for order in resting]
        self._forced = forced.first(self._sign, bar)
        self._stop, self._target = self._levels()

    @property
    def _side(self) -> Side:
        return Side.BUY if self._sign > 0 else Side.SELL

    def run(self) -> Outcome:
        track, sign = self._scene.track, self._sign
        at = int(track.start[self._entries[0].bar])
        end = int(track.start[min(self._forced.point, track.count)])
        while at < end:
            stop_at = min(at + _WINDOW, end)
            against, favour = track.lows[at:stop_at], track.highs[at:stop_at]
            if sign < 0:
                against, favour = favour, against
            trigger = self._waiting[0][0] if self._waiting else self._stop
            nearest = max(sign * trigger, sign * self._stop)
            hit = (sign * against <= nearest) | (sign * favour >= sign * self._target)
            if not hit.any():
                at = stop_at
                continue
            at += int(hit.argmax())
            outcome = self._bar(at)
            if outcome is not None:
                return outcome
            at += 1
        return self._leave()

    def _bar(self, at: int) -> Outcome | None:
        """What happens inside track bar ``at``."""
        track, sign = self._scene.track, self._sign
        opened = float(track.opens[at])
        against, favour = (track.lows, track.highs) if sign > 0 else (track.highs, track.lows)
        worst = sign * float(against[at])
        averaged = False
        while self._waiting and worst <= sign * self._waiting[0][0] and sign * self._waiting[0][0] > sign * self._stop:
            price, qty = self._waiting.pop(0)
            self._entries.append(Leg(int(track.owner[at]), price * (1 + sign * self._slip), qty, at_open=False))
            self._stop, self._target = self._levels()
            averaged = True
        if worst <= sign * self._stop:
            return self._end(at, sign * min(sign * self._stop, sign * opened), ExitReason.STOP_LOSS)
        if not averaged and sign * float(favour[at]) >= sign * self._target:
            return self._end(at, sign * max(sign * self._target, sign * opened), ExitReason.TAKE_PROFIT)
        return None

    def _levels(self) -> tuple[float, float]:
        exits, sign = self._scene.spec.exit, self._sign
        held = sum(leg.qty for leg in self._entries)
        average = sum(leg.qty * leg.price for leg in self._entries) / held
        prices = [
            average * (1 - sign * _percent(exits.stop_loss)),
            average * (1 + sign * _percent(exits.take_profit[0].level)),
        ]
        upwards = np.array([sign > 0, sign < 0])
        rounded = level_rounding(np.array(prices), upwards, self._scene.settings.instrument)
        return float(rounded[0]), float(rounded[1])

    def _leave(self) -> Outcome:
        track, point = self._scene.track, self._forced.point
        if point > track.last_fill:
            return self._outcome(track.count, 0.0, ExitReason.TIME, at_open=False, closed=False)
        return self._outcome(point, float(track.fill_price[point]), self._forced.reason, at_open=True, closed=True)

    def _end(self, at: int, price: float, reason: ExitReason) -> Outcome:
        return self._outcome(int(self._scene.track.owner[at]), price, reason, at_open=False, closed=True)

    def _outcome(self, bar: int, raw: float, reason: ExitReason, *, at_open: bool, closed: bool) -> Outcome:
        price = raw * (1 - self._sign * self._slip)
        return Outcome(bar, price, reason, at_open, closed, entries=tuple(self._entries))


def _percent(level: sp.Level) -> float:
    if not isinstance(level, sp.FixedPct):
        raise ValueError("a DCA strategy has fixed_pct levels")
    return float(level.value) / 100
