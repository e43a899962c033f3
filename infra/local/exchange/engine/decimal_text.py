"""Numbers as the exchange writes them: strings in plain notation, and Decimals read back from them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from infra.local.exchange.engine.refusal import bad_request

ZERO = Decimal(0)
EIGHT_PLACES = Decimal("0.00000001")


def plain(value: Decimal) -> str:
    """``value`` without exponent and without trailing zeros."""
    if not value:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_decimal(params: dict[str, Any], name: str) -> Decimal | None:
    """The number under ``name``, None when absent or empty. Raises Refusal 10001 when it is not a number string."""
    raw = params.get(name)
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool | float | list | dict):
        raise bad_request(f"params error: {name} invalid")
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        raise bad_request(f"params error: {name} invalid") from None
    if not value.is_finite():
        raise bad_request(f"params error: {name} invalid")
    return value


def read_price(params: dict[str, Any], name: str) -> Decimal | None:
    """Like ``read_decimal``, but "0" also means none: the exchange's way to remove a price."""
    value = read_decimal(params, name)
    return value or None
