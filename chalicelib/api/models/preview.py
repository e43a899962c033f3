"""Previews of strategies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from chalicelib.api.models.base import Id, RequestModel, View
from chalicelib.api.models.datasets import IntervalName

if TYPE_CHECKING:
    from chalicelib.services.lab.preview import Preview


class PreviewBody(RequestModel):
    """A document and how many of the newest bars to look at: the exchange's, or those of one dataset an interval."""

    spec: dict[str, Any]
    bars: int = Field(default=300, ge=1, le=1000)
    datasets: dict[IntervalName, Id] = Field(default={}, max_length=4)


class PreviewBar(View):
    """A bar and what the strategy says at its close."""

    open_time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    signal: str | None = Field(description="Buy, Sell or null")
    exit_long: bool
    exit_short: bool


class PreviewView(View):
    """What the strategy says of the newest bars; ``decision`` has the reasons of the last one."""

    hash: str
    symbol: str
    timeframe: str
    required_bars: dict[str, int]
    items: list[PreviewBar]
    decision: dict[str, Any]

    @classmethod
    def of(cls, preview: Preview) -> PreviewView:
        """The view of a preview."""
        bars, signals, spec = preview.bars, preview.signals, preview.plan.spec
        columns = zip(
            bars.open_time_ms.tolist(),
            bars.open.tolist(),
            bars.high.tolist(),
            bars.low.tolist(),
            bars.close.tolist(),
            bars.volume.tolist(),
            signals.long.tolist(),
            signals.short.tolist(),
            signals.exit_long.tolist(),
            signals.exit_short.tolist(),
            strict=True,
        )
        items = [
            PreviewBar(
                open_time=time,
                open=opened,
                high=high,
                low=low,
                close=close,
                volume=volume,
                signal="Buy" if long else "Sell" if short else None,
                exit_long=exit_long,
                exit_short=exit_short,
            )
            for time, opened, high, low, close, volume, long, short, exit_long, exit_short in columns
        ]
        return cls(
            hash=preview.strategy_hash,
            symbol=spec.market.symbol,
            timeframe=spec.timeframe,
            required_bars={interval.value: count for interval, count in preview.plan.required_bars.items()},
            items=items,
            decision=preview.decision.as_json(),
        )
