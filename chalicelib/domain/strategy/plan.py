"""A strategy compiled: which bars it needs, what it says about them. One evaluator for preview, backtest and live."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from chalicelib.domain.market.bars import Bars, Bools, Floats
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy import expressions as ex
from chalicelib.domain.strategy import spec as sp
from chalicelib.domain.strategy.catalogue import DEFINITIONS, wilder_memory
from chalicelib.domain.strategy.evaluation import Evaluation
from chalicelib.domain.strategy.indicators.compute import compute
from chalicelib.domain.strategy.indicators.talib_backed import highest, lowest


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """What a strategy says at the close of each primary bar: arrays as long as the primary bars.

    ``long``/``short`` ask for an entry and are never both true (an ambiguous bar asks for nothing); ``exit_long``/
    ``exit_short`` are the indicator exits. ``levels`` has what stop and target levels are computed from, by key
    (``atr:14``, ``swing_low:10``, ``swing_high:10``), NaN where undefined.
    """

    long: Bools
    short: Bools
    exit_long: Bools
    exit_short: Bools
    levels: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled strategy.

    ``required_bars`` says how many closed bars of each timeframe the newest decision needs for the values to equal
    those of any longer history to 1e-9; ``warmup_bars`` is that of the primary timeframe. With fewer bars the plan
    still decides wherever everything is defined.
    """

    spec: sp.StrategySpec
    required_bars: Mapping[Interval, int]
    level_keys: tuple[str, ...]

    @property
    def warmup_bars(self) -> int:
        """Bars of the primary timeframe before decisions are those of any longer history."""
        return self.required_bars[self.spec.timeframe]

    @property
    def timeframes(self) -> tuple[Interval, ...]:
        """The timeframes whose bars are needed, the primary one first."""
        return tuple(self.required_bars)

    def evaluation(self, bars: Mapping[Interval, Bars]) -> Evaluation:
        """A look at ``bars`` for this plan's primary timeframe."""
        return Evaluation(self.spec.timeframe, bars)

    def evaluate(
        self,
        bars: Mapping[Interval, Bars],
        *,
        external_long: Bools | None = None,
        external_short: Bools | None = None,
        look: Evaluation | None = None,
    ) -> Signals:
        """The signals over ``bars`` (closed bars only, by timeframe). Raises UnknownFact when a timeframe is missing.

        ``external_long`` and ``external_short`` say where outside signals stand; none when absent. ``look`` reuses an
        evaluation of the same bars.
        """
        base = look or self.evaluation(bars)
        primary = bars[self.spec.timeframe]
        nothing = np.zeros(len(primary), np.bool_)
        entry, exits = self.spec.entry, self.spec.exit.indicator_exits
        long = nothing if entry.long is None else base.with_external(external_long).true(entry.long)
        short = nothing if entry.short is None else base.with_external(external_short).true(entry.short)
        both = long & short
        leave: dict[Side, Bools] = {Side.BUY: nothing, Side.SELL: nothing}
        for rule in exits:
            for side in rule.sides:
                leave[side] = leave[side] | base.true(rule.condition)
        levels = {key: _level_series(key, primary) for key in self.level_keys}
        return Signals(long & ~both, short & ~both, leave[Side.BUY], leave[Side.SELL], levels)


def compile_plan(spec: sp.StrategySpec) -> Plan:
    """The plan of a validated strategy."""
    needs = dict.fromkeys((spec.timeframe, *spec.timeframes), 1)
    for root in _roots(spec):
        for timeframe, bars in _needs(root, 0, spec.timeframe):
            needs[timeframe] = max(needs.get(timeframe, 1), bars)
    keys = tuple(sorted(set(_level_keys(spec))))
    for key in keys:
        needs[spec.timeframe] = max(needs[spec.timeframe], _level_bars(key))
    return Plan(spec, needs, keys)


def _roots(spec: sp.StrategySpec) -> Iterator[ex.Condition]:
    for condition in (spec.entry.long, spec.entry.short):
        if condition is not None:
            yield condition
    for rule in spec.exit.indicator_exits:
        yield rule.condition


def _needs(node: ex.Node, back: int, primary: Interval) -> Iterator[tuple[Interval, int]]:
    """Bars by timeframe for ``node`` read up to ``back`` primary bars ago."""
    match node:
        case ex.Price(timeframe=timeframe, offset=offset):
            yield timeframe, 1 + offset + _bars_back(back, primary, timeframe)
        case ex.Indicator(name=name, params=params, timeframe=timeframe, offset=offset):
            definition, values = DEFINITIONS[name], dict(params)
            history = definition.window(values) + definition.memory(values, timeframe)
            yield timeframe, history + offset + _bars_back(back, primary, timeframe)
        case ex.Cross():
            back += 1
        case ex.ConfirmBars(n=n):
            back += n - 1
    for inner in ex.children(node):
        yield from _needs(inner, back, primary)


def _bars_back(back: int, primary: Interval, timeframe: Interval) -> int:
    if timeframe is primary:
        return back
    # One more: the bar that closes together with the primary one is loaded but not yet usable.
    return math.ceil(back * primary.milliseconds / timeframe.milliseconds) + 1


def _level_keys(spec: sp.StrategySpec) -> Iterator[str]:
    for level in (spec.exit.stop_loss, *(step.level for step in spec.exit.take_profit)):
        match level:
            case sp.AtrMultiple(atr_length=length):
                yield f"atr:{length}"
            case sp.Swing(lookback=lookback):
                yield from (f"swing_low:{lookback}", f"swing_high:{lookback}")
    if isinstance(spec.exit.trailing_stop, sp.TrailingAtr):
        yield f"atr:{spec.exit.trailing_stop.atr_length}"


def _level_bars(key: str) -> int:
    name, length = key.split(":")
    return int(length) + 1 + wilder_memory(int(length)) if name == "atr" else int(length)


def _level_series(key: str, bars: Bars) -> Floats:
    name, length = key.split(":")
    if name == "atr":
        return compute("atr", (("length", int(length)),), bars)["value"]
    return lowest(bars.low, int(length)) if name == "swing_low" else highest(bars.high, int(length))
