"""The terminal's market: prices and candles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from chalicelib.api.models.base import (
    DecimalText,
    RequestModel,
    Symbol,
    View,
)

if TYPE_CHECKING:
    from chalicelib.domain.market.candle import Candle
    from chalicelib.ports import Ticker


class SymbolQuery(RequestModel):
    """Which instrument."""

    symbol: Symbol


class CandlesQuery(RequestModel):
    """Which candles."""

    symbol: Symbol
    interval: Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d"] = "15m"
    limit: int = Field(default=200, ge=1, le=1000)


class TickerView(View):
    """Current prices; ``price24hPcnt`` is a fraction."""

    symbol: str
    last_price: DecimalText
    mark_price: DecimalText
    bid_price: DecimalText
    ask_price: DecimalText
    prev_price24h: DecimalText = Field(alias="prevPrice24h")
    price24h_pcnt: DecimalText = Field(alias="price24hPcnt")
    high_price24h: DecimalText = Field(alias="highPrice24h")
    low_price24h: DecimalText = Field(alias="lowPrice24h")
    volume24h: DecimalText = Field(alias="volume24h")
    turnover24h: DecimalText = Field(alias="turnover24h")

    @classmethod
    def of(cls, ticker: Ticker) -> TickerView:
        """The view of a ticker."""
        return cls(
            symbol=ticker.symbol,
            last_price=ticker.last_price,
            mark_price=ticker.mark_price,
            bid_price=ticker.bid_price,
            ask_price=ticker.ask_price,
            prev_price24h=ticker.prev_price_24h,
            price24h_pcnt=ticker.change_24h,
            high_price24h=ticker.high_24h,
            low_price24h=ticker.low_24h,
            volume24h=ticker.volume_24h,
            turnover24h=ticker.turnover_24h,
        )


class CandleView(View):
    """One candle; ``openTime`` in milliseconds UTC."""

    open_time: int
    open: DecimalText
    high: DecimalText
    low: DecimalText
    close: DecimalText
    volume: DecimalText

    @classmethod
    def of(cls, candle: Candle) -> CandleView:
        """The view of a candle."""
        return cls(
            open_time=candle.open_time_ms,
            open=candle.open,
            high=candle.high,
            low=candle.low,
            close=candle.close,
            volume=candle.volume,
        )


class CandlesView(View):
    """Closed candles, oldest first; ``forming`` is the one that is not closed yet, when it is known."""

    symbol: str
    interval: str
    items: list[CandleView]
    forming: CandleView | None
