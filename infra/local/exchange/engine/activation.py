"""An order meets the market: on acceptance, and again when a conditional is triggered."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.matching import Traded, crosses, fillable, take
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_records import fill_message
from infra.local.exchange.engine.order_states import (
    finish,
    position_noise,
    rest,
    tell_order,
    tell_position,
    tell_wallet,
)
from infra.local.exchange.engine.protection import attach, follow_position
from infra.local.exchange.engine.world import World


def market_limit(world: World, order: Order) -> Decimal:
    """The worst price a market order accepts: the slippage band around the mark, or the order's own tolerance."""
    market = world.markets[order.symbol]
    instrument = market.listing.instrument
    sign = 1 if order.side == "Buy" else -1
    if order.slippage_type == "TickSize":
        return (market.ask if sign > 0 else market.bid) + sign * order.slippage * instrument.tick_size
    if order.slippage_type == "Percent":
        limit = (market.ask if sign > 0 else market.bid) * (1 + sign * order.slippage / 100)
    else:
        limit = market.mark * (1 + sign * market.market_band)
    return instrument.floor_price(limit) if sign > 0 else instrument.ceil_price(limit)


def activate(world: World, account: Account, order: Order) -> None:
    """Matches the order, lets the rest rest or ends it, and tells everyone concerned."""
    order.status = "New"
    if order.reduce_only and not _trim_to_position(world, account, order):
        finish(world, account, order, "Cancelled", cancel_type="CancelByReduceOnly")
        tell_order(world, account, order)
        position_noise(world, account, order)
        return
    if order.order_type == "Market":
        order.price = market_limit(world, order)
    if order.time_in_force == "PostOnly" and crosses(world, order):
        _end_unfilled(world, account, order, "EC_PostOnlyWillTakeLiquidity", world.settings.post_only_status)
        return
    if order.time_in_force == "FOK" and not fillable(world, order, order.price):
        _end_unfilled(world, account, order, "EC_CancelForNoFullFill")
        return
    if order.order_type == "Market" or crosses(world, order):
        trades = take(world, account, order, order.price)
    else:
        trades = [Traded(account, order)]
    if order.is_open:
        if not order.leaves:
            finish(world, account, order, "Filled")
        elif order.time_in_force == "IOC":
            reason = "EC_NoImmediateQtyToFill" if order.order_type == "Limit" else "EC_ReachMarketPriceLimit"
            finish(world, account, order, "Cancelled", reason=reason)
        else:
            rest(world, account, order)
    settle(world, trades)


def _trim_to_position(world: World, account: Account, order: Order) -> bool:
    position = account.position(order.symbol, order.position_idx)
    if not position.size or position.side == order.side:
        return False
    if order.qty == 0 or order.leaves > position.size:
        order.qty = order.cum_qty + position.size
    return True


def _end_unfilled(world: World, account: Account, order: Order, reason: str, status: str = "Cancelled") -> None:
    finish(world, account, order, status, reason=reason)
    tell_order(world, account, order)
    position_noise(world, account, order)


def settle(world: World, trades: Iterable[Traded]) -> None:
    """Tells of the trades of one pass and lets stops and reduce-only orders follow the positions."""
    for traded in trades:
        account, order, fills = traded.account, traded.order, traded.fills
        tell_order(world, account, order)
        position = account.position(order.symbol, order.position_idx)
        if fills:
            scale = world.markets[order.symbol].listing.price_scale
            account.events.put("execution", world.now_ms, [fill_message(fill, scale) for fill in fills])
            opened = sum((fill.qty - fill.closed for fill in fills), ZERO)
            follow_position(world, account, position, shrank=any(fill.closed for fill in fills))
            if opened and position.size and position.side == order.side:
                attach(world, account, order, position, opened)
        tell_position(world, account, position)
        tell_wallet(world, account)
