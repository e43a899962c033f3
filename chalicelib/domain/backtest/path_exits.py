"""Outcomes of positions whose path matters: ladders, trailing and break-even stops, limit entries.

One position at a time, in windows of bars. The rules: stops move when a decision bar closes and count from the next
one on (as the live bot moves them); on one bar the stop comes before any target; a bar that opens beyond a level fills
at its open; a resting limit order fills only when the price trades through it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from chalicelib.domain.backtest.candidates import NEVER, level_rounding
from chalicelib.domain.backtest.outcome import ExitReason, Leg, Outcome
from chalicelib.domain.backtest.scene import Scene
from chalicelib.domain.backtest.settings import FillAt
from chalicelib.domain.backtest.static_exits import tighter_stop
from chalicelib.domain.market.bars import Bools, Floats
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.levels import Target
from chalicelib.domain.strategy.plan import Signals
from chalicelib.domain.strategy.steps import step_quantities

_FIRST_WINDOW = 32
_LARGEST_WINDOW = 1024


@dataclass(frozen=True, slots=True)
class Opening:
    """A filled entry at track bar ``track_bar`` of decision bar ``bar``; ``inside`` the bar, or at its open."""

    bar: int
    track_bar: int
    price: float
    inside: bool
    maker: bool


@dataclass(frozen=True, slots=True)
class Forced:
    """The first exit decided at a close: its fill point and its reason."""

    point: int
    reason: ExitReason
    reversing: bool


class ForcedExits:
    """Finds, for a position opened at a decision bar, the first exit decided at a close."""

    def __init__(self, scene: Scene, signals: Signals) -> None:
        self._spec = scene.spec
        self._entries = {1: np.flatnonzero(signals.long).tolist(), -1: np.flatnonzero(signals.short).tolist()}
        self._exits = {1: np.flatnonzero(signals.exit_long).tolist(), -1: np.flatnonzero(signals.exit_short).tolist()}

    def first(self, sign: int, bar: int) -> Forced:
        """The first forced exit of a position that is open from decision bar ``bar`` on."""
        follows = self._spec.entry.on_opposite is not sp.OnOpposite.IGNORE
        opposite = _after(self._entries[-sign], bar) if follows else NEVER
        indicator = _after(self._exits[sign], bar)
        time = NEVER if self._spec.exit.max_bars is None else bar + self._spec.exit.max_bars
        point = min(opposite, indicator, time)
        if indicator == point:
            reason = ExitReason.INDICATOR
        else:
            reason = ExitReason.OPPOSITE if opposite == point else ExitReason.TIME
        reverses = self._spec.entry.on_opposite is sp.OnOpposite.REVERSE
        return Forced(point, reason, reverses and opposite == point)


def _after(marks: list[int], bar: int) -> int:
    place = bisect_right(marks, bar - 1)
    return marks[place] + 1 if place < len(marks) else NEVER


class PathExits:
    """The outcomes of a scene's candidates, computed when asked for."""

    def __init__(self, scene: Scene, signals: Signals) -> None:
        self._scene = scene
        self._forced = ForcedExits(scene, signals)
        self._stops = tighter_stop(scene.candidates)
        self._slip = scene.settings.slippage_bps / 10_000

    def outcome(self, candidate: int, qty: float, /) -> Outcome:
        """The outcome of one candidate taken with ``qty``."""
        opening = open_position(self._scene, candidate)
        if opening is None:
            spec = self._scene.spec
            last = int(self._scene.candidates.entry[candidate]) + spec.entry.order.timeout_bars - 1
            return Outcome(last, 0.0, ExitReason.TIME, at_open=False, closed=False, filled=False)
        return _Walk(self._scene, candidate, qty, opening, self._forced, float(self._stops[candidate])).run()


def open_position(scene: Scene, candidate: int) -> Opening | None:
    """How the entry of ``candidate`` fills; None when a limit order is not reached in time."""
    candidates, track = scene.candidates, scene.track
    entry, price = int(candidates.entry[candidate]), float(candidates.price[candidate])
    first = int(track.start[entry])
    if scene.spec.entry.order.type is sp.OrderType.MARKET:
        return Opening(entry, first, price, inside=False, maker=False)
    sign = int(candidates.sign[candidate])
    arrival = float(track.fill_price[entry])
    if sign * (price - arrival) >= 0:
        slipped = arrival * (1 + sign * scene.settings.slippage_bps / 10_000)
        return Opening(entry, first, sign * min(sign * price, sign * slipped), inside=False, maker=False)
    last = int(track.start[min(entry + scene.spec.entry.order.timeout_bars, track.count)])
    through = track.lows[first:last] < price if sign > 0 else track.highs[first:last] > price
    if not through.any():
        return None
    at = first + int(through.argmax())
    return Opening(int(track.owner[at]), at, price, inside=True, maker=True)


class _Walk:
    """One position from its opening to its end."""

    def __init__(
        self, scene: Scene, candidate: int, qty: float, opening: Opening, forced: ForcedExits, stop: float
    ) -> None:
        self._scene = scene
        self._opening = opening
        self._sign = int(scene.candidates.sign[candidate])
        self._plain_stop = float(scene.candidates.stop[candidate])
        self._stop = stop
        self._atr = {key: float(series[candidate]) for key, series in scene.candidates.inputs.items()}
        self._slip = scene.settings.slippage_bps / 10_000
        self._forced = forced.first(self._sign, opening.bar)
        self._qty = qty
        shares = [step.share_pct for step in scene.spec.exit.take_profit]
        steps = zip(scene.candidates.targets[:, candidate].tolist(), shares, strict=True)
        nearest_first = sorted(steps, key=lambda step: self._sign * step[0])
        self._targets = [price for price, _ in nearest_first]
        self._parts = _step_quantities(scene, qty, nearest_first) if len(nearest_first) > 1 else [qty]
        self._exits: list[Leg] = []
        self._best = opening.price

    def run(self) -> Outcome:
        track = self._scene.track
        at = self._opening.track_bar
        end = int(track.start[min(self._forced.point, track.count)])
        width = _FIRST_WINDOW
        while at < end:
            # Windows end where a decision bar ends, so that a stop is known for the whole of a bar.
            last_bar = min(int(track.owner[at]) + width, track.count)
            width = min(2 * width, _LARGEST_WINDOW)
            stop_at = min(end, int(track.start[last_bar]))
            outcome = self._window(at, stop_at)
            if outcome is not None:
                return outcome
            at = stop_at
        return self._leave()

    def _window(self, begin: int, end: int) -> Outcome | None:
        track, sign = self._scene.track, self._sign
        opens = track.opens[begin:end].copy()
        if begin == self._opening.track_bar and self._opening.inside:
            opens[0] = self._opening.price
        against, favour = track.lows[begin:end], track.highs[begin:end]
        if sign < 0:
            against, favour = favour, against
        stops = self._stops(begin, end, favour)
        stopped = sign * against <= sign * stops
        stop_place = int(stopped.argmax()) if stopped.any() else end - begin
        outcome = self._reach_targets(begin, favour, opens, stop_place)
        if outcome is not None:
            return outcome
        if stop_place < end - begin:
            level = float(stops[stop_place])
            price = sign * min(sign * level, sign * float(opens[stop_place]))
            return self._close(begin + stop_place, price, self._stop_reason(level))
        self._best = sign * max(sign * self._best, float((sign * favour).max()))
        return None

    def _stops(self, begin: int, end: int, favour: Floats) -> Floats:
        """The stop on each track bar: moved by the best price up to the decision bar before."""
        scene, sign = self._scene, self._sign
        rule, trail = scene.spec.exit.break_even, scene.spec.exit.trailing_stop
        stops = np.full(end - begin, self._stop)
        if rule is None and trail is None:
            return stops
        track, entry = scene.track, self._opening.price
        best = np.maximum.accumulate(np.concatenate(([sign * self._best], sign * favour))) * sign
        before = best[np.maximum(track.start[track.owner[begin:end]] - begin, 0)]
        gain = sign * (before - entry)
        moved: list[Floats] = [sign * stops]
        if rule is not None:
            level = self._round(np.full(len(stops), entry * (1 + sign * float(rule.offset_pct) / 100)))
            moved.append(np.where(gain >= entry * float(rule.activation_pct) / 100, sign * level, -np.inf))
        match trail:
            case sp.TrailingPct(activation_pct=activation, callback_pct=callback):
                level = self._round(before * (1 - sign * float(callback) / 100))
                moved.append(np.where(gain >= entry * float(activation) / 100, sign * level, -np.inf))
            case sp.TrailingAtr(activation_atr=activation, callback_atr=callback, atr_length=length):
                atr = self._atr[f"atr:{length}"]
                level = self._round(before - sign * float(callback) * atr)
                moved.append(np.where(gain >= float(activation) * atr, sign * level, -np.inf))
        tightest: Floats = sign * np.maximum.reduce(moved)
        return tightest

    def _round(self, prices: Floats) -> Floats:
        upwards: Bools = np.full(len(prices), self._sign > 0)
        return level_rounding(prices, upwards, self._scene.settings.instrument)

    def _reach_targets(self, begin: int, favour: Floats, opens: Floats, stop_place: int) -> Outcome | None:
        track, sign = self._scene.track, self._sign
        reachable = sign * favour[:stop_place]
        if begin == self._opening.track_bar and self._opening.inside and len(reachable):
            reachable = reachable.copy()
            reachable[0] = -np.inf  # the high may have come before the fill
        if self._beaten_by_indicator():
            last = int(track.start[self._forced.point - 1]) - begin
            reachable = reachable[: max(last, 0)]
        while self._targets and len(reachable):
            reached = reachable >= sign * self._targets[0]
            if not reached.any():
                break
            place = int(reached.argmax())
            price = sign * max(sign * self._targets.pop(0), sign * float(opens[place]))
            if not self._targets:
                return self._close(begin + place, price, ExitReason.TAKE_PROFIT)
            part = self._parts.pop(0)
            if part > 0:
                self._exits.append(Leg(int(track.owner[begin + place]), self._slipped(price), part, at_open=False))
        return None

    def _beaten_by_indicator(self) -> bool:
        """At one close the indicator exit comes before the target (decision 17)."""
        is_close = self._scene.settings.fill_at is FillAt.CLOSE
        fills = self._forced.point <= self._scene.track.last_fill
        return is_close and fills and self._forced.reason is ExitReason.INDICATOR

    def _stop_reason(self, level: float) -> ExitReason:
        if level != self._stop:
            return ExitReason.TRAILING_STOP
        return ExitReason.STOP_LOSS if self._stop == self._plain_stop else ExitReason.LIQUIDATION

    def _leave(self) -> Outcome:
        track, point = self._scene.track, self._forced.point
        if point > track.last_fill:
            return self._outcome(track.count, self._opening.price, ExitReason.TIME, at_open=False, closed=False)
        price, reason = float(track.fill_price[point]), self._forced.reason
        if self._sign * price <= self._sign * self._stop:
            reason = self._stop_reason(self._stop)
        elif self._sign * price >= self._sign * self._targets[-1] and reason is not ExitReason.INDICATOR:
            reason = ExitReason.TAKE_PROFIT
        reversed_by = -1
        if self._forced.reversing:
            entry = self._scene.candidates.entry
            place = int(np.searchsorted(entry, point))
            reversed_by = place if place < len(entry) and entry[place] == point else -1
        return self._outcome(point, price, reason, at_open=True, closed=True, reversed_by=reversed_by)

    def _close(self, track_bar: int, price: float, reason: ExitReason) -> Outcome:
        return self._outcome(int(self._scene.track.owner[track_bar]), price, reason, at_open=False, closed=True)

    def _outcome(
        self, bar: int, raw: float, reason: ExitReason, *, at_open: bool, closed: bool, reversed_by: int = -1
    ) -> Outcome:
        opening, price = self._opening, self._slipped(raw)
        exits: tuple[Leg, ...] = ()
        if self._exits:
            rest = self._qty - sum(leg.qty for leg in self._exits)
            exits = (*self._exits, Leg(bar, price, rest, at_open))
        entry = Leg(opening.bar, opening.price, self._qty, at_open=not opening.inside)
        return Outcome(bar, price, reason, at_open, closed, reversed_by, (entry,), exits, opening.maker)

    def _slipped(self, price: float) -> float:
        return price * (1 - self._sign * self._slip)


def _step_quantities(scene: Scene, qty: float, steps: list[tuple[float, Decimal]]) -> list[float]:
    """What each ladder step, given as price and share, closes: the live bot's own function."""
    targets = [Target(Decimal(repr(price)), share) for price, share in steps]
    return [float(part) for part in step_quantities(Decimal(repr(qty)), targets, scene.settings.instrument)]
