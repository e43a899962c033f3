"""What a strategy decides at the close of the newest bar, and why: the Tick's question to the evaluator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from chalicelib.domain.errors import UnknownFact
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.strategy import expressions as ex
from chalicelib.domain.strategy.evaluation import Evaluation
from chalicelib.domain.strategy.plan import Plan
from chalicelib.domain.strategy.wording import formula


@dataclass(frozen=True, slots=True)
class Reason:
    """One top-level condition: where it stands, its formula, its truth (None = undefined) and its operands' values."""

    side: Side
    pointer: str
    formula: str
    truth: bool | None
    values: Mapping[str, float | None]

    def as_json(self) -> dict[str, Any]:
        """The reason as plain JSON."""
        return {
            "side": self.side.value,
            "pointer": self.pointer,
            "formula": self.formula,
            "truth": self.truth,
            "values": dict(self.values),
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision at the close of one bar.

    ``signal`` is the side to enter, if any. ``level_inputs`` go to ``levels`` when it is acted on. ``close`` is the
    bar's close, from which a limit entry is offset.
    """

    bar_open_time_ms: int
    close: Decimal
    signal: Side | None
    indicator_exit_long: bool
    indicator_exit_short: bool
    reasons: tuple[Reason, ...]
    level_inputs: Mapping[str, Decimal]

    def indicator_exit(self, side: Side) -> bool:
        """Whether a position of ``side`` shall be left."""
        return self.indicator_exit_long if side is Side.BUY else self.indicator_exit_short

    def as_json(self) -> dict[str, Any]:
        """The decision as plain JSON, for the run's events and for "why am I not trading"."""
        return {
            "barOpenTimeMs": self.bar_open_time_ms,
            "close": str(self.close),
            "signal": self.signal.value if self.signal else None,
            "indicatorExitLong": self.indicator_exit_long,
            "indicatorExitShort": self.indicator_exit_short,
            "reasons": [reason.as_json() for reason in self.reasons],
            "levelInputs": {key: str(value) for key, value in self.level_inputs.items()},
        }


def decide_on_close(plan: Plan, bars: Mapping[Interval, Bars], external: Side | None = None) -> Decision:
    """The decision for the newest closed bar of the primary timeframe.

    ``bars`` hold closed bars only, by timeframe; ``plan.required_bars`` says how many. ``external`` is an outside
    signal that arrived since the bar before. Raises UnknownFact when a timeframe is missing or has no bar.
    """
    primary = plan.spec.timeframe
    if primary not in bars or not len(bars[primary]):
        raise UnknownFact(f"no {primary} bars were given")
    count = len(bars[primary])
    marks = {side: np.zeros(count, np.bool_) for side in Side}
    if external is not None:
        marks[external][-1] = True
    look = plan.evaluation(bars)
    signals = plan.evaluate(bars, external_long=marks[Side.BUY], external_short=marks[Side.SELL], look=look)
    reasons = [
        reason
        for side, condition in ((Side.BUY, plan.spec.entry.long), (Side.SELL, plan.spec.entry.short))
        if condition is not None
        for reason in _reasons(look.with_external(marks[side]), side, condition, primary)
    ]
    return Decision(
        bar_open_time_ms=int(bars[primary].open_time_ms[-1]),
        close=Decimal(str(bars[primary].close[-1])),
        signal=Side.BUY if signals.long[-1] else Side.SELL if signals.short[-1] else None,
        indicator_exit_long=bool(signals.exit_long[-1]),
        indicator_exit_short=bool(signals.exit_short[-1]),
        reasons=tuple(reasons),
        level_inputs={
            key: Decimal(repr(float(series[-1]))) for key, series in signals.levels.items() if math.isfinite(series[-1])
        },
    )


def _reasons(look: Evaluation, side: Side, root: ex.Condition, primary: Interval) -> Iterator[Reason]:
    pointer = f"/entry/{'long' if side is Side.BUY else 'short'}"
    parts = [(pointer, root)]
    if isinstance(root, ex.AllOf):
        parts = [(f"{pointer}/conditions/{index}", inner) for index, inner in enumerate(root.conditions)]
    for place, condition in parts:
        truth = True if look.true(condition)[-1] else False if look.false(condition)[-1] else None
        yield Reason(side, place, formula(condition, primary), truth, dict(_values(look, condition, primary)))


def _values(look: Evaluation, node: ex.Node, primary: Interval) -> Iterator[tuple[str, float | None]]:
    for inner in ex.children(node):
        if isinstance(inner, ex.Price | ex.Indicator | ex.Arithmetic):
            value = float(look.value(inner)[-1])
            yield formula(inner, primary), value if math.isfinite(value) else None
        elif not isinstance(inner, ex.Constant):
            yield from _values(look, inner, primary)
