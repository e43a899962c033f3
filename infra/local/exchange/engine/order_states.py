"""The small moves every other module is made of: an order ends, rests, changes; the user's streams hear of it."""

from __future__ import annotations

from decimal import Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.account_records import position_message, wallet_message
from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.margin import order_margin
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_records import order_message
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.world import World


def tell_order(world: World, account: Account, order: Order) -> None:
    """Sends the order as it is now."""
    account.events.put("order", world.now_ms, [order_message(order, world.markets[order.symbol])])


def tell_position(world: World, account: Account, position: Position) -> None:
    """Sends the position as it is now."""
    account.events.put("position", world.now_ms, [position_message(world, account, position)])


def tell_wallet(world: World, account: Account) -> None:
    """Sends the wallet as it is now."""
    account.events.put("wallet", world.now_ms, [wallet_message(world, account)])


def position_noise(world: World, account: Account, order: Order) -> None:
    """Every order action is followed by a position message, changed or not (S-10)."""
    tell_position(world, account, account.position(order.symbol, order.position_idx))


def register(world: World, account: Account, order: Order) -> None:
    """Makes an accepted order known, open, and findable by its ids."""
    account.orders[order.order_id] = order
    account.open_orders[order.order_id] = order
    if order.link_id:
        account.order_of_link[order.link_id] = order.order_id
    if order.status == "Untriggered":
        world.conditionals[order.symbol][order.order_id] = order


def touch(world: World, order: Order) -> None:
    """Marks the order as changed now."""
    order.updated_ms = world.now_ms


def exposure_qty(account: Account, order: Order) -> Decimal:
    """How much of what is left of ``order`` could open something: the rest closes the position it stands against."""
    if order.reduce_only:
        return ZERO
    position = account.position(order.symbol, order.position_idx)
    if position.size and position.side != order.side:
        return max(ZERO, order.leaves - position.size)
    return order.leaves


def reserve(world: World, account: Account, order: Order) -> None:
    """Recomputes the margin a resting order reserves."""
    taker = world.fee_rate(account, order.symbol, maker=False)
    needed = ZERO
    if order.status in ("New", "PartiallyFilled"):
        quantity = exposure_qty(account, order)
        needed = order_margin(account, order.symbol, order.side, quantity, order.price, taker) if quantity else ZERO
    account.order_margin += needed - order.margin
    order.margin = needed


def rest(world: World, account: Account, order: Order) -> None:
    """Puts what is left of a limit order into the book, behind the synthetic queue at its price."""
    order.status = "PartiallyFilled" if order.cum_qty else "New"
    market = world.markets[order.symbol]
    order.queue_ahead = market.size_at(order.price) * world.settings.queue_factor
    world.books[order.symbol].add(order)
    reserve(world, account, order)


def finish(
    world: World,
    account: Account,
    order: Order,
    status: str,
    *,
    cancel_type: str = "UNKNOWN",
    reason: str = "EC_NoError",
) -> None:
    """Ends the order: out of the book and of the triggers, its margin released. The caller tells the streams."""
    if order.status in ("New", "PartiallyFilled"):
        world.books[order.symbol].remove(order)
    world.conditionals[order.symbol].pop(order.order_id, None)
    order.status = status
    order.cancel_type = cancel_type
    order.reject_reason = reason
    touch(world, order)
    reserve(world, account, order)
    account.open_orders.pop(order.order_id, None)


def cancel(
    world: World, account: Account, order: Order, cancel_type: str = "CancelByUser", reason: str = "EC_PerCancelRequest"
) -> None:
    """Cancels an open order and tells; a conditional that never triggered is Deactivated."""
    status = "Deactivated" if order.status == "Untriggered" and not order.is_protective else "Cancelled"
    if order.is_protective:
        reason = "EC_NoError" if cancel_type != "CancelByUser" else reason
    finish(world, account, order, status, cancel_type=cancel_type, reason=reason)
    tell_order(world, account, order)
