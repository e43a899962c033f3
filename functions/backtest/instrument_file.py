"""An instrument's rules from a JSON file: the exchange's own instruments-info row, or the same fields flat."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import orjson

from chalicelib.domain.market.instrument import Instrument

_NESTED = ("priceFilter", "lotSizeFilter", "leverageFilter")


class InstrumentFileError(Exception):
    """The file cannot be used; the message says why in one line."""


def read_instrument(path: Path) -> Instrument:
    """The instrument of ``path``; ``tickSize``, ``qtyStep`` and ``minOrderQty`` must be there.

    Raises InstrumentFileError.
    """
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise InstrumentFileError(f"{path}: {error}") from error
    if not isinstance(document, dict):
        raise InstrumentFileError(f"{path}: must be a JSON object")
    fields: dict[str, Any] = dict(document)
    for name in _NESTED:
        if isinstance(inner := document.get(name), dict):
            fields |= inner
    try:
        return _instrument(fields)
    except (KeyError, InvalidOperation) as error:
        raise InstrumentFileError(f"{path}: a rule is missing or not a number: {error}") from error


def _instrument(fields: dict[str, Any]) -> Instrument:
    def number(name: str, otherwise: str | None = None) -> Decimal:
        value = fields[name] if otherwise is None else fields.get(name) or otherwise
        return Decimal(str(value))

    largest = str(fields.get("maxOrderQty") or "1000000000")
    return Instrument(
        symbol=str(fields.get("symbol", "")),
        base_coin=str(fields.get("baseCoin", "")),
        quote_coin=str(fields.get("quoteCoin", "USDT")),
        tick_size=number("tickSize"),
        qty_step=number("qtyStep"),
        min_order_qty=number("minOrderQty"),
        max_order_qty=Decimal(largest),
        max_market_order_qty=number("maxMktOrderQty", largest),
        min_notional=number("minNotionalValue", "0"),
        min_price=number("minPrice", "0"),
        max_price=number("maxPrice", "1000000000"),
        max_leverage=number("maxLeverage", "100"),
    )
