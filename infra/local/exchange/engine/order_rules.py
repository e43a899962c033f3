"""The rules that any price or quantity sent to the exchange must obey, at creation and at every amendment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import ZERO, plain
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.refusal import Refusal, bad_request
from infra.local.exchange.engine.symbol_market import SymbolMarket

TRIGGERS = ("LastPrice", "MarkPrice", "IndexPrice")


def require_linear(params: dict[str, Any]) -> None:
    """Raises Refusal 10001 unless category is linear, the only one simulated."""
    if params.get("category") != "linear":
        raise bad_request("params error: category invalid")


def check_quantity(market: SymbolMarket, qty: Decimal, order_type: str) -> Decimal:
    """``qty`` when it obeys the instrument, truncated to the step when the market is told to be silent about it."""
    instrument = market.listing.instrument
    if qty % instrument.qty_step:
        if not market.truncate_qty:
            raise bad_request("Qty invalid")
        qty = instrument.floor_qty(qty)
    maximum = instrument.max_market_order_qty if order_type == "Market" else instrument.max_order_qty
    if qty < instrument.min_order_qty:
        raise bad_request("The number of contracts exceeds minimum limit allowed")
    if qty > maximum:
        scaled = f"order_qty:{plain(qty * 10**8)} > max_qty:{plain(maximum * 10**8)}"
        raise bad_request(f"The number of contracts exceeds maximum limit allowed: too large, {scaled}")
    return qty


def check_price(market: SymbolMarket, price: Decimal) -> Decimal:
    """``price`` when it is on the tick and inside the instrument's range."""
    instrument = market.listing.instrument
    if price % instrument.tick_size or not instrument.min_price <= price <= instrument.max_price:
        raise bad_request("Price invalid")
    return price


def banded_price(account: Account, market: SymbolMarket, side: str, price: Decimal) -> Decimal:
    """``price``, silently moved to the edge of the price band or (modifyEnable false) refused with 110003."""
    highest, lowest = market.price_limits()
    allowed = min(price, highest) if side == "Buy" else max(price, lowest)
    if allowed != price and not account.modify_prices:
        raise Refusal(110003, "Order price exceeds the allowable range.")
    return allowed


def check_direction(market: SymbolMarket, order: Order) -> None:
    """Raises Refusal 110092/110093 when the trigger lies on the wrong side of the market."""
    reference = market.reference(order.trigger_by)
    trigger = order.trigger_price or ZERO
    scaled = f"trigger_price[{plain(trigger * 10**4)}]", f"current[{plain(reference * 10**4)}]??{order.trigger_by}"
    if order.trigger_direction == 1 and trigger <= reference:
        raise Refusal(110092, f"expect Rising, but {scaled[0]} <= {scaled[1]}")
    if order.trigger_direction == 2 and trigger >= reference:
        raise Refusal(110093, f"expect Falling, but {scaled[0]} >= {scaled[1]}")


def check_tpsl_sides(market: SymbolMarket, order: Order) -> None:
    """A limit order's TP/SL is held against its own price, a market order's against the market."""
    for name, level, by in (
        ("TakeProfit", order.take_profit, order.tp_trigger_by),
        ("StopLoss", order.stop_loss, order.sl_trigger_by),
    ):
        if level is not None:
            base = order.price if order.order_type == "Limit" else market.reference(by)
            check_stop_side(market, name, level, order.side, base, by)


def check_stop_side(market: SymbolMarket, name: str, level: Decimal, side: str, base: Decimal, by: str) -> None:
    """Raises Refusal 10001 with the exchange's text when a TP or SL lies on the wrong side of ``base``."""
    check_price(market, level)
    higher = (name == "TakeProfit") == (side == "Buy")
    if (level > base) if higher else (level < base):
        return
    word = "higher" if higher else "lower"
    scaled = plain(level * 10**4), plain(base * 10**4)
    text = f"{name}:{scaled[0]} set for {side} position should {word} than base_price:{scaled[1]}??{by}"
    raise bad_request(text)
