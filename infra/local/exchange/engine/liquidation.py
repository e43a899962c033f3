"""Liquidation and auto-deleveraging (spec section 9, liquidation sequence)."""

from __future__ import annotations

from decimal import Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.activation import settle
from infra.local.exchange.engine.executing import execute
from infra.local.exchange.engine.margin import bankruptcy_price, liquidation_price, totals
from infra.local.exchange.engine.matching import Traded
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_states import cancel, finish, register, tell_position
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.world import World


def watch_liquidations(world: World, market: SymbolMarket) -> None:
    """Liquidates what the mark price no longer carries: by position in isolated margin, by account in cross."""
    for uid, idx in sorted(world.holders[market.symbol]):
        account = world.accounts[uid]
        position = account.position(market.symbol, idx)
        if position.size and _is_due(world, account, position, market):
            liquidate(world, account, position)


def _is_due(world: World, account: Account, position: Position, market: SymbolMarket) -> bool:
    if account.margin_mode == "ISOLATED_MARGIN":
        price = liquidation_price(account, position, market)
        if price is None:
            return False
        return market.mark <= price if position.side == "Buy" else market.mark >= price
    if position.unrealised(market.mark) >= 0:
        return False  # what brings an account down is on the symbols that lose, and those are watched too
    _, maintenance, unrealised = totals(world, account)
    return account.wallet + unrealised <= maintenance


def liquidate(world: World, account: Account, position: Position) -> None:
    """Orders go, the position is taken over at its bankruptcy price."""
    for order in list(account.open_orders.values()):
        if order.symbol == position.symbol:
            cancel(world, account, order, "CancelByPrepareLiq", "EC_NoError")
    position.status = "Liq"
    tell_position(world, account, position)
    instrument = world.markets[position.symbol].listing.instrument
    price = bankruptcy_price(position, account.leverage(position.symbol, position.side))
    price = instrument.floor_price(price) if position.side == "Buy" else instrument.ceil_price(price)
    if account.margin_mode != "ISOLATED_MARGIN":
        price = world.markets[position.symbol].mark
    close_by_exchange(world, account, position, position.size, price, "CreateByTakeOver_PassThrough", "BustTrade")


def deleverage(world: World, account: Account, position: Position, qty: Decimal, price: Decimal) -> None:
    """Auto-deleveraging of ``qty`` at ``price``: resting orders go, no fee, no client id."""
    for order in list(account.open_orders.values()):
        if order.symbol == position.symbol and not order.is_protective:
            cancel(world, account, order, "CancelAllBeforeAdl", "EC_NoError")
    position.status = "Adl"
    close_by_exchange(world, account, position, min(qty, position.size), price, "CreateByAdl_PassThrough", "AdlTrade")
    position.status = "Normal"


def close_by_exchange(
    world: World, account: Account, position: Position, qty: Decimal, price: Decimal, create_type: str, exec_type: str
) -> Order:
    """An order nobody sent: it closes ``qty`` at ``price``. Used for takeover, ADL and a user's hand on the site."""
    order = Order(
        order_id=world.new_id(),
        link_id="",
        uid=account.uid,
        symbol=position.symbol,
        side="Sell" if position.side == "Buy" else "Buy",
        order_type="Market",
        qty=qty,
        price=price,
        time_in_force="IOC",
        position_idx=position.idx,
        created_ms=world.now_ms,
        updated_ms=world.now_ms,
        seq=world.next_seq(),
        reduce_only=True,
        create_type=create_type,
        last_on_created=world.markets[position.symbol].last,
    )
    register(world, account, order)
    fill = execute(world, account, order, qty, price, maker=False, exec_type=exec_type)
    finish(world, account, order, "Filled")
    settle(world, [Traded(account, order, [fill])])
    return order
