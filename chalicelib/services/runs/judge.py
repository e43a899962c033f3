"""Asks the strategy what it says of the newest closed bar: the same plan that previews and backtests run."""

from __future__ import annotations

from collections import OrderedDict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chalicelib.account_ports import StrategyRepository
from chalicelib.domain.errors import UnknownFact
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.decision import Judgement
from chalicelib.domain.runtime.record import RunTerms
from chalicelib.domain.strategy.parse import parse_strategy
from chalicelib.domain.strategy.spec import StrategySpec
from chalicelib.ports import MarketData

if TYPE_CHECKING:
    from chalicelib.domain.strategy.plan import Plan

_KEPT = 64
_MOST_CANDLES = 1000


class Judge:
    """Judges bars by a run's strategy. Versions never change, so parsed ones are kept for the process's life."""

    def __init__(self, strategies: StrategyRepository, market: MarketData) -> None:
        self._strategies = strategies
        self._market = market
        self._specs: OrderedDict[tuple[str, str, int], StrategySpec] = OrderedDict()
        self._plans: OrderedDict[tuple[str, str, int], Plan] = OrderedDict()

    def spec(self, terms: RunTerms) -> StrategySpec:
        """The run's strategy. Raises NotFound, InvalidDocument."""
        key = _key(terms)
        if key not in self._specs:
            self._specs[key] = parse_strategy(self._strategies.version(*key).normalised)
            _trim(self._specs)
        return self._specs[key]

    def judge(self, terms: RunTerms) -> Judgement | None:
        """The judgement of the newest closed bar; None while the exchange has none.

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
            decision = decide_on_close(plan, {interval: Bars.from_candles(rows) for interval, rows in candles.items()})
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
        wanted = min(plan.required_bars[interval] + 1, _MOST_CANDLES)
        return self._market.candles(symbol, interval, wanted)

    def _plan(self, terms: RunTerms) -> Plan:
        from chalicelib.domain.strategy.plan import compile_plan

        key = _key(terms)
        if key not in self._plans:
            self._plans[key] = compile_plan(self.spec(terms))
            _trim(self._plans)
        return self._plans[key]


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
