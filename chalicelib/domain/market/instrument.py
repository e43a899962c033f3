"""An instrument's trading rules: steps, minimums and their rounding (spec: bybit_v5.md section 8, decision 15)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from chalicelib.domain.errors import Finding, InvalidOrder


@dataclass(frozen=True, slots=True)
class Instrument:
    """A linear perpetual. Prices are in quote currency, quantities in base coin, ``min_notional`` in quote currency."""

    symbol: str
    base_coin: str
    quote_coin: str
    tick_size: Decimal
    qty_step: Decimal
    min_order_qty: Decimal
    max_order_qty: Decimal
    max_market_order_qty: Decimal
    min_notional: Decimal
    min_price: Decimal
    max_price: Decimal
    max_leverage: Decimal
    funding_interval_minutes: int = 480
    status: str = "Trading"

    def floor_qty(self, qty: Decimal) -> Decimal:
        """The largest quantity on the step that is not above ``qty``: entries are never rounded up (decision 15)."""
        return _round(qty, self.qty_step, ROUND_FLOOR)

    def takes(self, qty: Decimal, price: Decimal) -> bool:
        """Whether ``qty`` at ``price`` is not below the smallest order, in quantity and in notional."""
        return qty > 0 and qty >= self.min_order_qty and qty * price >= self.min_notional

    def round_price(self, price: Decimal) -> Decimal:
        """The price on the tick nearest to ``price``."""
        return _round(price, self.tick_size, ROUND_HALF_EVEN)

    def floor_price(self, price: Decimal) -> Decimal:
        """The highest price on the tick that is not above ``price``."""
        return _round(price, self.tick_size, ROUND_FLOOR)

    def ceil_price(self, price: Decimal) -> Decimal:
        """The lowest price on the tick that is not below ``price``."""
        return _round(price, self.tick_size, ROUND_CEILING)

    def check_price(self, price: Decimal, pointer: str) -> list[Finding]:
        """What is wrong with ``price``, pointing at ``pointer``; empty when it can be sent as it is."""
        if price % self.tick_size:
            return [
                Finding(
                    pointer,
                    f"{price} is not on the tick {self.tick_size}; nearest is {self.round_price(price)}",
                    "order.price_off_tick",
                    {"tick": str(self.tick_size), "nearest": str(self.round_price(price))},
                )
            ]
        if not self.min_price <= price <= self.max_price:
            return [
                Finding(
                    pointer,
                    f"{price} is outside {self.min_price} to {self.max_price}",
                    "order.price_out_of_range",
                    {"min": str(self.min_price), "max": str(self.max_price)},
                )
            ]
        return []

    def check_qty(self, qty: Decimal, reference_price: Decimal, *, market: bool, pointer: str) -> list[Finding]:
        """What is wrong with an opening order of ``qty`` at about ``reference_price``; empty when it can be sent."""
        maximum = self.max_market_order_qty if market else self.max_order_qty
        if qty % self.qty_step:
            return [
                Finding(
                    pointer,
                    f"{qty} is not a multiple of the step {self.qty_step}; nearest below is {self.floor_qty(qty)}",
                    "order.qty_off_step",
                    {"step": str(self.qty_step), "nearest": str(self.floor_qty(qty))},
                )
            ]
        if not self.min_order_qty <= qty <= maximum:
            return [
                Finding(
                    pointer,
                    f"{qty} is outside {self.min_order_qty} to {maximum}",
                    "order.qty_out_of_range",
                    {"min": str(self.min_order_qty), "max": str(maximum)},
                )
            ]
        if qty * reference_price < self.min_notional:
            return [
                Finding(
                    pointer,
                    f"{qty} at {reference_price} is worth less than {self.min_notional} {self.quote_coin}",
                    "order.below_min_notional",
                    {"min": str(self.min_notional), "coin": self.quote_coin},
                )
            ]
        return []

    def require_tradable(self, pointer: str) -> None:
        """Raises InvalidOrder unless the instrument is open for trading."""
        if self.status != "Trading":
            detail = f"{self.symbol} is {self.status}, not Trading"
            raise InvalidOrder([Finding(pointer, detail, "order.symbol_closed", {"status": self.status})])


def _round(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (value / step).to_integral_value(rounding=rounding) * step
