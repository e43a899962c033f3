"""What a strategy would say of the bars just gone: the same plan that backtests and live runs ask, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import MissingReference, UnknownSymbol
from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.strategy.decision import Decision, decide_on_close
from chalicelib.domain.strategy.normalise import hash_of
from chalicelib.domain.strategy.parse import build_spec, normalise
from chalicelib.domain.strategy.plan import Plan, Signals, compile_plan
from chalicelib.lab_ports import DatasetRepository, LabStore
from chalicelib.ports import MarketData, NotFound
from chalicelib.services.lab.store_candles import CandleArchive


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """The signals over the newest bars (``bars`` and ``signals`` have one length) and the decision on the last one."""

    plan: Plan
    strategy_hash: str
    bars: Bars
    signals: Signals
    decision: Decision


@dataclass(frozen=True, slots=True)
class PreviewStrategy:
    """The use-case."""

    market: MarketData
    datasets: DatasetRepository
    store: LabStore

    def __call__(self, actor: Actor, spec: dict[str, Any], count: int, datasets: Mapping[Interval, str]) -> Preview:
        """The last ``count`` bars of the datasets, or of the exchange when none are given.

        Raises InvalidDocument, MissingReference, UnknownSymbol, ExchangeUnavailable.
        """
        try:
            document = normalise(spec)
        except InvalidDocument as invalid:
            raise InvalidDocument(
                [replace(found, pointer=f"/spec{found.pointer}") for found in invalid.findings]
            ) from invalid
        plan = compile_plan(build_spec(document))
        if datasets:
            bars = {interval: self._stored(actor, interval, datasets) for interval in plan.timeframes}
        else:
            bars = self._fresh(plan, count)
        primary = bars[plan.spec.timeframe]
        if not len(primary):
            detail = "there are no closed candles to look at"
            raise InvalidDocument([Finding("", detail, "lab.no_candles", {})])
        signals, shown = plan.evaluate(bars), max(len(primary) - count, 0)
        return Preview(
            plan,
            hash_of(document),
            primary.slice(shown, len(primary)),
            _from(signals, shown),
            decide_on_close(plan, bars),
        )

    def _fresh(self, plan: Plan, count: int) -> dict[Interval, Bars]:
        symbol, primary = plan.spec.market.symbol, plan.spec.timeframe
        bars = {}
        for interval in plan.timeframes:
            shown = -(-count * primary.milliseconds // interval.milliseconds)
            try:
                candles = self.market.candles(symbol, interval, plan.required_bars[interval] + shown + 1)
            except NotFound as missing:
                raise UnknownSymbol(symbol, "/spec/market/symbol") from missing
            bars[interval] = Bars.from_candles(candles)
        return bars

    def _stored(self, actor: Actor, interval: Interval, datasets: Mapping[Interval, str]) -> Bars:
        pointer = f"/datasets/{interval}"
        if interval not in datasets:
            detail = f"the strategy reads {interval} candles"
            raise InvalidDocument([Finding(pointer, detail, "lab.timeframe_missing", {"interval": interval.value})])
        try:
            dataset = self.datasets.get(actor.workspace_id, datasets[interval])
        except NotFound as missing:
            detail = "there is no such dataset in this workspace"
            raise MissingReference("lab.dataset_missing", detail, pointer) from missing
        if not dataset.status.usable or dataset.interval is not interval:
            detail = f"the dataset is {dataset.status} and has {dataset.interval} candles"
            raise InvalidDocument([Finding(pointer, detail, "lab.dataset_unusable", {"status": dataset.status.value})])
        return CandleArchive(self.store).bars(dataset)


def _from(signals: Signals, begin: int) -> Signals:
    return replace(
        signals,
        long=signals.long[begin:],
        short=signals.short[begin:],
        exit_long=signals.exit_long[begin:],
        exit_short=signals.exit_short[begin:],
        levels={key: series[begin:] for key, series in signals.levels.items()},
    )
