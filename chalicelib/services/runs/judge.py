"""Asks the strategy what it says of the newest closed bar: the same plan that previews and backtests run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chalicelib.account_ports import StrategyRepository
from chalicelib.domain.errors import UnknownFact
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.judgement import Judgement
from chalicelib.domain.runtime.record import RunTerms
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.spec import StrategySpec
from chalicelib.ports import ExchangeUnavailable, MarketData

if TYPE_CHECKING:
    from chalicelib.domain.strategy.plan import Plan

_KEPT = 64
_KEPT_SERIES = 16
# A Tick comes at each candle's close or, at the latest, with supervision: these reach over a missed few.
_NEWEST = 5


class Judge:
    """Judges bars by a run's strategy. Versions never change, so parsed ones are kept for the process's life."""

    def __init__(self, strategies: StrategyRepository, market: MarketData) -> None:
        self._strategies = strategies
        self._market = market
        self._specs: OrderedDict[tuple[str, str, int], StrategySpec] = OrderedDict()
        self._plans: OrderedDict[tuple[str, str, int], Plan] = OrderedDict()
        self._series: OrderedDict[tuple[str, Interval], _Series] = OrderedDict()

    def spec(self, terms: RunTerms) -> StrategySpec:
        """The run's strategy. Raises NotFound, InvalidDocument."""
        key = _key(terms)
        if key not in self._specs:
            self._specs[key] = parse_strategy(self._strategies.version(*key).normalised)
            _trim(self._specs)
        return self._specs[key]

    def judge(self, terms: RunTerms, external: Side | None = None) -> Judgement | None:
        """The judgement of the newest closed bar; None while the exchange has none.

        ``external`` is the side of an outside signal that is to stand on that bar.
        Raises ExchangeUnavailable when candles cannot be read.
        """
        from chalicelib.domain.market.bars import Bars
        from chalicelib.domain.strategy.decision import decide_on_close

        plan = self._plan(terms)
        candles = {interval: self._candles(terms.symbol, interval, plan) for interval in plan.timeframes}
        newest = candles[terms.timeframe]
        if not newest:
            return None
        try:
            bars = {interval: Bars.from_candles(rows) for interval, rows in candles.items()}
            decision = decide_on_close(plan, bars, external)
        except UnknownFact:
            return None
        bar = newest[-1]
        return Judgement(
            open_time_ms=bar.open_time_ms,
            high=bar.high,
            low=bar.low,
            close=bar.close,
            signal=decision.signal,
            exit_long=decision.indicator_exit_long,
            exit_short=decision.indicator_exit_short,
            level_inputs=dict(decision.level_inputs),
            reasons=tuple(_reason(reason.as_json()) for reason in decision.reasons),
        )

    def _candles(self, symbol: str, interval: Interval, plan: Plan) -> tuple[Candle, ...]:
        """The closed candles that the plan needs. A series that is known is read on from its end, not again."""
        wanted, key = plan.required_bars[interval] + 1, (symbol, interval)
        known = self._series.get(key)
        if known is not None and known.asked >= wanted:
            newest = self._market.candles(symbol, interval, min(_NEWEST, wanted))
            candles, asked = continued(known.candles, newest, interval), known.asked
        else:
            candles, asked = None, wanted
        if candles is None:
            candles = self._market.candles(symbol, interval, asked)
            require_whole(candles[-_NEWEST:], interval)
        self._series[key] = _Series(asked, candles[-asked:])
        self._series.move_to_end(key)
        while len(self._series) > _KEPT_SERIES:
            self._series.popitem(last=False)
        return candles[-wanted:]

    def _plan(self, terms: RunTerms) -> Plan:
        from chalicelib.domain.strategy.plan import compile_plan

        key = _key(terms)
        if key not in self._plans:
            self._plans[key] = compile_plan(self.spec(terms))
            _trim(self._plans)
        return self._plans[key]


def require_whole(newest: Sequence[Candle], interval: Interval) -> None:
    """Raises ExchangeUnavailable when the newest candles have a gap: one is late, and would still change the judgement.

    A gap that lies further back will not be filled any more; it is judged across, as a backtest does.
    """
    for bar, later in pairwise(newest):
        if later.open_time_ms - bar.open_time_ms != interval.milliseconds:
            raise ExchangeUnavailable(f"the {interval} candles before {later.open_time_ms} are missing")


def continued(known: Sequence[Candle], newest: Sequence[Candle], interval: Interval) -> tuple[Candle, ...] | None:
    """``known`` with ``newest`` at its end; None when a gap lies between or they tell of one candle differently."""
    if not known or not newest:
        return None
    step, start = interval.milliseconds, newest[0].open_time_ms
    if not known[0].open_time_ms <= start <= known[-1].open_time_ms + step:
        return None
    if any(later.open_time_ms - bar.open_time_ms != step for bar, later in pairwise(newest)):
        return None
    before = [bar for bar in known if bar.open_time_ms < start]
    overlap = known[len(before) :]
    if tuple(overlap[: len(newest)]) != tuple(newest[: len(overlap)]):
        return None
    # A reading may be older than what is known: then nothing is new.
    return (*before, *newest) if len(newest) >= len(overlap) else tuple(known)


@dataclass(frozen=True, slots=True)
class _Series:
    """Closed candles, oldest first: as many as were asked for, or all that the exchange has."""

    asked: int
    candles: tuple[Candle, ...]


def _key(terms: RunTerms) -> tuple[str, str, int]:
    return terms.workspace_id, terms.strategy_id, terms.strategy_version


def _trim(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > _KEPT:
        kept.popitem(last=False)


def _reason(reason: dict[str, Any]) -> dict[str, Any]:
    """A reason for the page: where, the formula, its values as short strings, and whether it is true."""
    values = {name: _short(value) for name, value in reason["values"].items()}
    return {
        "path": reason["pointer"],
        "side": reason["side"],
        "description": reason["formula"],
        "value": ", ".join(f"{name} = {value}" for name, value in values.items()),
        "truth": reason["truth"],
    }


def _short(value: float | None) -> str:
    return "—" if value is None else format(Decimal(repr(value)).normalize().__round__(6).normalize(), "f")
