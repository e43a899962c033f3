"""Messages of the streams as messages for runs. Raises MalformedPayload for one that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.adapters.bybit.facts import execution_fact, order_fact, position_fact
from chalicelib.adapters.bybit.fields import MalformedPayload, integer, rows, text
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.messages import ExecutionUpdate, OrderUpdate, PositionUpdate

PRIVATE_TOPICS = ("execution", "order", "position", "wallet")


@dataclass(frozen=True, slots=True)
class ClosedCandle:
    """A candle that the exchange confirmed."""

    symbol: str
    interval: Interval
    open_time_ms: int


def candle_topic(symbol: str, interval: Interval) -> str:
    """The topic of a symbol's candles."""
    return f"kline.{interval.bybit}.{symbol}"


def private_messages(message: dict[str, Any]) -> tuple[OrderUpdate | ExecutionUpdate | PositionUpdate, ...]:
    """The updates of linear instruments in a private message. The wallet and unknown topics carry none for runs."""
    topic = text(message, "topic").removesuffix(".linear")
    if topic == "order":
        return tuple(OrderUpdate(order_fact(row)) for row in _linear(message))
    if topic == "execution":
        return tuple(ExecutionUpdate(execution_fact(row)) for row in _linear(message))
    if topic == "position":
        return tuple(PositionUpdate(position_fact(row)) for row in _linear(message))
    return ()


def closed_candles(message: dict[str, Any]) -> tuple[ClosedCandle, ...]:
    """The confirmed candles of a ``kline`` message; forming ones are nobody's business (C-30)."""
    parts = text(message, "topic").split(".", 2)
    if len(parts) != 3 or parts[0] != "kline":
        return ()
    try:
        interval = Interval.from_bybit(parts[1])
    except KeyError as error:
        raise MalformedPayload(f"no interval is spelled {parts[1]}") from error
    return tuple(
        ClosedCandle(parts[2], interval, integer(row, "start"))
        for row in rows(message, "data")
        if row.get("confirm") is True
    )


def _linear(message: dict[str, Any]) -> list[Any]:
    return [row for row in rows(message, "data") if row.get("category", "linear") == "linear"]
