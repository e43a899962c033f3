"""Conditions over bars, as arrays. Three-valued: what is undefined is neither true nor false (decision 21).

A higher timeframe's bar is usable on a primary bar when it had closed by that bar's open:
primary.open >= higher.open + higher length (FR-L-25). The rule looks at opening times alone, so that a live Tick, which
may get the higher bar a moment later than the primary one, decides exactly as a backtest does. A higher bar that is
missing leaves its values undefined instead of lending those of an older one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chalicelib.domain.errors import UnknownFact
from chalicelib.domain.market.bars import Bars, Bools, Floats, Ints
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy import expressions as ex
from chalicelib.domain.strategy.indicators.compute import compute
from chalicelib.domain.strategy.indicators.sources import source

_DAY_MS = 86_400_000
_MINUTE_MS = 60_000


class Evaluation:
    """One look at one set of bars; equal subtrees are computed once.

    Raises UnknownFact when the bars of a timeframe are asked for that were not given.
    """

    def __init__(self, primary: Interval, bars: Mapping[Interval, Bars], external: Bools | None = None) -> None:
        self._primary = primary
        self._bars = bars
        self._external = external
        self._count = len(self._of(primary))
        self._indicators: dict[tuple[str, ex.Params, Interval], dict[str, Floats]] = {}
        self._operands: dict[ex.Operand, Floats] = {}
        self._true: dict[ex.Condition, Bools] = {}
        self._alignments: dict[Interval, tuple[Ints, Bools]] = {}

    @property
    def remembered(self) -> int:
        """How many series and conditions are kept."""
        return len(self._operands) + len(self._true)

    def with_external(self, external: Bools | None) -> Evaluation:
        """The same look with other outside signals; what does not depend on them is shared."""
        if external is None and self._external is None:
            return self
        other = Evaluation(self._primary, self._bars, external)
        other._indicators, other._operands, other._alignments = self._indicators, self._operands, self._alignments
        return other

    def true(self, condition: ex.Condition) -> Bools:
        """Where ``condition`` is true: a read-only array as long as the primary bars."""
        if condition not in self._true:
            self._true[condition] = np.broadcast_to(self._compute_true(condition), self._count)
        return self._true[condition]

    def false(self, condition: ex.Condition) -> Bools:
        """Where ``condition`` is known to be false."""
        match condition:
            case ex.Compare(left=left, right=right):
                return _known((self.value(left), self.value(right))) & ~self.true(condition)
            case ex.Cross(a=a, b=b):
                series = (self.value(a), self.value(b), self._before(a), self._before(b))
                return _known(series) & ~self.true(condition)
            case ex.AllOf(conditions=conditions):
                return _any([self.false(inner) for inner in conditions])
            case ex.AnyOf(conditions=conditions):
                return _all([self.false(inner) for inner in conditions])
            case ex.Not(condition=inner):
                return self.true(inner)
            case ex.ConfirmBars(n=n, condition=inner):
                return _in_last(self.false(inner), n) > 0
            case ex.Session() | ex.External():
                return ~self.true(condition)

    def value(self, operand: ex.Operand) -> Floats:
        """The operand on every primary bar, NaN where undefined: a read-only array as long as the primary bars."""
        if operand not in self._operands:
            self._operands[operand] = np.broadcast_to(self._compute_value(operand), self._count)
        return self._operands[operand]

    def _compute_true(self, condition: ex.Condition) -> Bools:
        match condition:
            case ex.Compare(op=op, left=left, right=right):
                return _compare(op, self.value(left), self.value(right))
            case ex.Cross(a=a, b=b, up=up):
                now_a, now_b, was_a, was_b = self.value(a), self.value(b), self._before(a), self._before(b)
                return (was_a <= was_b) & (now_a > now_b) if up else (was_a >= was_b) & (now_a < now_b)
            case ex.AllOf(conditions=conditions):
                return _all([self.true(inner) for inner in conditions])
            case ex.AnyOf(conditions=conditions):
                return _any([self.true(inner) for inner in conditions])
            case ex.Not(condition=inner):
                return self.false(inner)
            case ex.ConfirmBars(n=n, condition=inner):
                return np.equal(_in_last(self.true(inner), n), n)
            case ex.Session():
                return self._in_session(condition)
            case ex.External():
                return np.zeros(self._count, np.bool_) if self._external is None else self._external

    def _before(self, operand: ex.Operand) -> Floats:
        return _shift(self.value(operand), 1)

    def _compute_value(self, operand: ex.Operand) -> Floats:
        match operand:
            case ex.Constant(value=value):
                return np.array(value)
            case ex.Price(field=field, timeframe=timeframe, offset=offset):
                return self._aligned(source(self._of(timeframe), field), timeframe, offset)
            case ex.Indicator(name=name, params=params, output=output, timeframe=timeframe, offset=offset):
                key = (name, params, timeframe)
                if key not in self._indicators:
                    self._indicators[key] = compute(name, params, self._of(timeframe))
                return self._aligned(self._indicators[key][output], timeframe, offset)
            case ex.Arithmetic(op=op, args=args):
                return _arithmetic(op, [self.value(inner) for inner in args])

    def _aligned(self, series: Floats, timeframe: Interval, offset: int) -> Floats:
        shifted = _shift(series, offset)
        if timeframe is self._primary:
            return shifted
        index, known = self._alignment(timeframe)
        values = np.full(self._count, np.nan)
        values[known] = shifted[index[known]]
        return values

    def _alignment(self, timeframe: Interval) -> tuple[Ints, Bools]:
        if timeframe not in self._alignments:
            opens = self._of(self._primary).open_time_ms
            closes = self._of(timeframe).open_time_ms + timeframe.milliseconds
            index = np.searchsorted(closes, opens, side="right") - 1
            known = index >= 0
            known[known] = opens[known] < closes[index[known]] + timeframe.milliseconds
            self._alignments[timeframe] = (index, known)
        return self._alignments[timeframe]

    def _in_session(self, session: ex.Session) -> Bools:
        closes = self._of(self._primary).open_time_ms + self._primary.milliseconds
        minute = closes % _DAY_MS // _MINUTE_MS
        weekday = (closes // _DAY_MS + 3) % 7  # 1970-01-01 was a Thursday
        today = np.isin(weekday, list(session.days))
        if session.from_minute < session.to_minute:
            return today & (minute >= session.from_minute) & (minute < session.to_minute)
        yesterday = np.isin((weekday - 1) % 7, list(session.days))
        return (today & (minute >= session.from_minute)) | (yesterday & (minute < session.to_minute))

    def _of(self, timeframe: Interval) -> Bars:
        if timeframe not in self._bars:
            raise UnknownFact(f"no {timeframe} bars were given")
        return self._bars[timeframe]


def _shift(series: Floats, by: int) -> Floats:
    if not by:
        return series
    shifted = np.full(len(series), np.nan)
    shifted[by:] = series[:-by]
    return shifted


def _all(conditions: Sequence[Bools]) -> Bools:
    result: Bools = np.logical_and.reduce(conditions)
    return result


def _any(conditions: Sequence[Bools]) -> Bools:
    result: Bools = np.logical_or.reduce(conditions)
    return result


def _known(series: Sequence[Floats]) -> Bools:
    return ~_any([np.isnan(one) for one in series])


def _compare(op: str, left: Floats, right: Floats) -> Bools:
    match op:
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case _:
            return np.equal(left, right)


def _in_last(condition: Bools, n: int) -> Ints:
    """How often ``condition`` held on the last ``n`` bars; bars before the first count as not."""
    total = np.cumsum(condition, dtype=np.int64)
    total[n:] -= total[:-n].copy()
    return total


def _arithmetic(op: str, values: list[Floats]) -> Floats:
    with np.errstate(all="ignore"):
        match op:
            case "+":
                result = np.add.reduce(values)
            case "*":
                result = np.multiply.reduce(values)
            case "-":
                result = values[0] - values[1]
            case "/":
                result = values[0] / values[1]
            case "abs":
                result = np.abs(values[0])
            case "min":
                result = np.minimum.reduce(values)
            case _:
                result = np.maximum.reduce(values)
    return np.where(np.isfinite(result), result, np.nan)
