"""The public records: instruments, candles, tickers."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from chalicelib.adapters.bybit.fields import MalformedPayload, Row, decimal, integer_or_none, required_text, text
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.funding_rate import FundingRate
from chalicelib.domain.market.instrument import Instrument
from chalicelib.ports import Ticker

# Before 2024 records gave the funding interval in hours; the field is in minutes now, and never below 60.
_SMALLEST_MINUTES = 60


def tradable(row: Row) -> bool:
    """Whether it is a USDT perpetual that is open for trading."""
    return (
        text(row, "status") == "Trading"
        and text(row, "contractType") == "LinearPerpetual"
        and text(row, "settleCoin") == "USDT"
        and row.get("isPreListing") is not True
    )


def instrument(row: Row) -> Instrument:
    """An instrument of market/instruments-info (linear)."""
    lot, price, leverage = _part(row, "lotSizeFilter"), _part(row, "priceFilter"), _part(row, "leverageFilter")
    maximum = decimal(lot, "maxOrderQty")
    interval = integer_or_none(row, "fundingInterval") or 480
    return Instrument(
        symbol=required_text(row, "symbol"),
        base_coin=required_text(row, "baseCoin"),
        quote_coin=required_text(row, "quoteCoin"),
        tick_size=decimal(price, "tickSize"),
        qty_step=decimal(lot, "qtyStep"),
        min_order_qty=decimal(lot, "minOrderQty"),
        max_order_qty=maximum,
        max_market_order_qty=decimal(lot, "maxMktOrderQty") if lot.get("maxMktOrderQty") else maximum,
        min_notional=decimal(lot, "minNotionalValue"),
        min_price=decimal(price, "minPrice"),
        max_price=decimal(price, "maxPrice"),
        max_leverage=decimal(leverage, "maxLeverage"),
        funding_interval_minutes=interval if interval >= _SMALLEST_MINUTES else interval * 60,
        status=required_text(row, "status"),
    )


def candle(row: Sequence[Any]) -> Candle:
    """A candle of market/kline: ``[start, open, high, low, close, volume, turnover]``. Refuses an impossible one."""
    try:
        start, (opened, high, low, close, volume) = int(row[0]), (Decimal(str(part)) for part in row[1:6])
    except (IndexError, ValueError, InvalidOperation) as error:
        raise MalformedPayload("a candle is not seven numbers") from error
    if not (low <= min(opened, close) and max(opened, close) <= high and volume >= 0):
        raise MalformedPayload("a candle's prices contradict each other")
    return Candle(open_time_ms=start, open=opened, high=high, low=low, close=close, volume=volume)


def funding_rate(row: Row) -> FundingRate:
    """A settlement of market/funding/history."""
    try:
        time_ms = int(required_text(row, "fundingRateTimestamp"))
    except ValueError as error:
        raise MalformedPayload("fundingRateTimestamp is no number") from error
    return FundingRate(time_ms, decimal(row, "fundingRate"))


def ticker(row: Row) -> Ticker:
    """A ticker of market/tickers (linear)."""
    return Ticker(
        symbol=required_text(row, "symbol"),
        last_price=decimal(row, "lastPrice"),
        mark_price=decimal(row, "markPrice"),
        bid_price=decimal(row, "bid1Price"),
        ask_price=decimal(row, "ask1Price"),
        prev_price_24h=decimal(row, "prevPrice24h"),
        change_24h=decimal(row, "price24hPcnt"),
        high_24h=decimal(row, "highPrice24h"),
        low_24h=decimal(row, "lowPrice24h"),
        volume_24h=decimal(row, "volume24h"),
        turnover_24h=decimal(row, "turnover24h"),
    )


def _part(row: Row, key: str) -> Row:
    value = row.get(key)
    if not isinstance(value, dict):
        raise MalformedPayload(f"{key} is missing")
    return value
