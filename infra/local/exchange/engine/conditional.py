"""Triggers: plain conditional orders, TP, SL and trailing stops, watched at every price."""

from __future__ import annotations

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.activation import activate, market_limit
from infra.local.exchange.engine.margin import available_balance, order_margin
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_states import cancel, exposure_qty, finish, position_noise, tell_order, touch
from infra.local.exchange.engine.protection import stops_of
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.world import World


def watch(world: World, market: SymbolMarket) -> None:
    """Triggers every order of the symbol whose price has been reached, oldest first."""
    waiting = world.conditionals[market.symbol]
    if not waiting:
        return
    for order in list(waiting.values()):
        if order.status == "Untriggered" and _reached(world, market, order):
            trigger(world, world.accounts[order.uid], order)


def _reached(world: World, market: SymbolMarket, order: Order) -> bool:
    if order.stop_type == "TrailingStop":
        return _trail(world, market, order)
    if order.trigger_price is None:
        return False
    reference = market.reference(order.trigger_by)
    return reference >= order.trigger_price if order.trigger_direction == 1 else reference <= order.trigger_price


def _trail(world: World, market: SymbolMarket, order: Order) -> bool:
    """Ratchets the trailing stop along the best last price since its activation and tells whether it is hit."""
    closes_long = order.side == "Sell"
    last = market.last
    if not order.activated:
        active = order.trigger_price
        if active is None or (last < active if closes_long else last > active):
            return False
        order.activated = True
        order.extreme = active
    order.extreme = max(order.extreme, last) if closes_long else min(order.extreme, last)
    return last <= order.extreme - order.distance if closes_long else last >= order.extreme + order.distance


def trigger(world: World, account: Account, order: Order) -> None:
    """Turns a conditional into an active order: its pair goes, margin is checked, the market is met."""
    world.conditionals[order.symbol].pop(order.order_id, None)
    order.status = "Triggered"
    touch(world, order)
    tell_order(world, account, order)
    if order.is_protective:
        _release_pair(world, account, order)
    elif not order.reduce_only and not _affordable(world, account, order):
        finish(world, account, order, "Cancelled", cancel_type="UNKNOWN", reason="EC_NoEnoughQtyToFill")
        tell_order(world, account, order)
        position_noise(world, account, order)
        return
    activate(world, account, order)


def _release_pair(world: World, account: Account, order: Order) -> None:
    """One of an OCO pair triggered: the other is cancelled; the position forgets what it no longer has."""
    position = account.position(order.symbol, order.position_idx)
    taking = "TakeProfit" in order.stop_type
    cancel_type = "CancelByOCOSlCanceledByTpTriggered" if taking else "CancelByOCOTpCanceledBySlTriggered"
    if order.stop_type in ("TakeProfit", "StopLoss"):
        position.take_profit = position.stop_loss = None
    elif order.stop_type == "TrailingStop":
        position.trailing, position.active_price = order.distance * 0, None
        return
    full = order.tpsl_mode == "Full"
    for other in stops_of(world, account, order.symbol, order.position_idx):
        paired = other.stop_type in ("TakeProfit", "StopLoss") if full else other.order_id == order.sibling_id
        if paired:
            cancel(world, account, other, cancel_type)


def _affordable(world: World, account: Account, order: Order) -> bool:
    price = order.price if order.order_type == "Limit" else market_limit(world, order)
    taker = world.fee_rate(account, order.symbol, maker=False)
    quantity = exposure_qty(account, order)
    needed = order_margin(account, order.symbol, order.side, quantity, price, taker)
    return needed <= available_balance(world, account)
