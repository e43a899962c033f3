"""Liquidation and auto-deleveraging (spec section 9, liquidation sequence).

Orders go first; then the position is reduced in the market, risk tier by risk tier, as long as a lower tier's smaller
maintenance margin may save it; what is left in the lowest tier and still due is taken over at its bankruptcy price.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.activation import settle
from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.executing import execute
from infra.local.exchange.engine.margin import bankruptcy_price, liquidation_price, totals
from infra.local.exchange.engine.matching import Traded, take
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_states import cancel, finish, register, tell_position
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.world import ForcedTrade, World

ISOLATED = "ISOLATED_MARGIN"


def watch_liquidations(world: World, market: SymbolMarket) -> None:
    """Liquidates what the mark price no longer carries: by position in isolated margin, by account in cross."""
    for uid, idx in sorted(world.holders[market.symbol]):
        account = world.accounts[uid]
        position = account.position(market.symbol, idx)
        if position.size and _is_due(world, account, position, market):
            liquidate(world, account, position)


def _is_due(world: World, account: Account, position: Position, market: SymbolMarket) -> bool:
    if account.margin_mode == ISOLATED:
        price = liquidation_price(account, position, market)
        if price is None:
            return False
        return market.mark <= price if position.side == "Buy" else market.mark >= price
    if position.unrealised(market.mark) >= 0:
        return False  # what brings an account down is on the symbols that lose, and those are watched too
    _, maintenance, unrealised = totals(world, account)
    return account.wallet + unrealised <= maintenance


def liquidate(world: World, account: Account, position: Position, *, forced: bool = False) -> None:
    """Liquidates the position; ``forced`` does it although its margin would carry it (a fault of a scenario)."""
    _cancel_orders(world, account, position)
    position.status = "Liq"
    tell_position(world, account, position)
    market = world.markets[position.symbol]
    while (qty := _above_lower_tier(position, market)) and _is_due(world, account, position, market):
        if not _reduce(world, account, position, qty, market):
            break
        if not position.size:
            return
    if not forced and not _is_due(world, account, position, market):
        position.status = "Normal"
        tell_position(world, account, position)
        return
    price = _takeover_price(world, account, position, market)
    _note(world, position, position.size, price)
    close_by_exchange(world, account, position, position.size, price, "CreateByTakeOver_PassThrough", "BustTrade")


def _cancel_orders(world: World, account: Account, position: Position) -> None:
    """The symbol's own orders to prepare for it; in cross those of all other symbols free their margin as well."""
    for order in list(account.open_orders.values()):
        if order.symbol == position.symbol:
            cancel(world, account, order, "CancelByPrepareLiq", "EC_NoError")
        elif account.margin_mode != ISOLATED and not order.is_protective:
            cancel(world, account, order, "CancelAllBeforeLiq", "EC_NoError")


def _above_lower_tier(position: Position, market: SymbolMarket) -> Decimal:
    """What must be sold for the position to fall into the next lower risk tier; zero in the lowest."""
    lower = [tier.limit for tier in market.listing.tiers if tier.limit < position.entry_value]
    if not lower:
        return ZERO
    step = market.listing.instrument.qty_step
    kept = (lower[-1] / position.avg_price / step).to_integral_value(rounding=ROUND_FLOOR) * step
    return position.size - kept


def _reduce(world: World, account: Account, position: Position, qty: Decimal, market: SymbolMarket) -> bool:
    """Sells ``qty`` into the book, never beyond the bankruptcy price; tells whether anything was sold."""
    limit = _takeover_price(world, account, position, market)
    order = _order(world, account, position, qty, limit, "CreateByLiq")
    trades = take(world, account, order, limit)
    finish(world, account, order, "Cancelled" if order.leaves else "Filled")
    sold = order.cum_qty
    if sold:
        _note(world, position, sold, order.cum_value / sold)
    settle(world, trades)
    return bool(sold)


def _takeover_price(world: World, account: Account, position: Position, market: SymbolMarket) -> Decimal:
    """Isolated: where the position's margin is gone. Cross: where the account's is, the closing fee paid."""
    instrument = market.listing.instrument
    if account.margin_mode == ISOLATED:
        price = bankruptcy_price(position, account.leverage(position.symbol, position.side))
        price = instrument.floor_price(price) if position.side == "Buy" else instrument.ceil_price(price)
    else:
        taker = world.fee_rate(account, position.symbol, maker=False)
        equity = account.wallet + totals(world, account)[2]
        value = position.sign * position.size * market.mark
        price = (value - equity) / (position.size * (position.sign - taker))
        price = instrument.ceil_price(price) if position.side == "Buy" else instrument.floor_price(price)
    return max(instrument.min_price, min(instrument.max_price, price))


def _note(world: World, position: Position, qty: Decimal, price: Decimal) -> None:
    """For the public stream of liquidations."""
    if len(world.forced) < world.settings.max_active:
        world.forced.append(ForcedTrade(position.symbol, position.side, qty, price, world.now_ms))


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
    order = _order(world, account, position, qty, price, create_type)
    fill = execute(world, account, order, qty, price, maker=False, exec_type=exec_type)
    finish(world, account, order, "Filled")
    settle(world, [Traded(account, order, [fill])])
    return order


def _order(world: World, account: Account, position: Position, qty: Decimal, price: Decimal, create_type: str) -> Order:
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
    return order
