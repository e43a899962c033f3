"""Price-time matching: takers against the synthetic book and other users' orders, resting orders against the market."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.executing import execute
from infra.local.exchange.engine.fills import Fill
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_states import cancel, finish, reserve
from infra.local.exchange.engine.symbol_market import SymbolMarket, Tick
from infra.local.exchange.engine.world import World

TOUCH_SHARE = Decimal("0.5")


@dataclass(slots=True)
class Traded:
    """One order's fills of one pass."""

    account: Account
    order: Order
    fills: list[Fill] = field(default_factory=list)


def crosses(world: World, order: Order) -> bool:
    """Whether a limit order would take liquidity at once."""
    market = world.markets[order.symbol]
    rival = world.books[order.symbol].best("Sell" if order.side == "Buy" else "Buy")
    if order.side == "Buy":
        return order.price >= market.ask or (rival is not None and order.price >= rival.price)
    return order.price <= market.bid or (rival is not None and order.price <= rival.price)


def fillable(world: World, order: Order, limit: Decimal) -> bool:
    """Whether the whole order could be taken within ``limit`` now (fill-or-kill)."""
    buying = order.side == "Buy"
    needed = order.leaves
    for rival in world.books[order.symbol].orders("Sell" if buying else "Buy"):
        if (rival.price <= limit) if buying else (rival.price >= limit):
            needed -= rival.leaves
    for price, quantity in world.markets[order.symbol].levels(order.side):
        if needed <= 0 or ((price > limit) if buying else (price < limit)):
            break
        needed -= quantity
    return needed <= 0


def take(world: World, account: Account, order: Order, limit: Decimal) -> list[Traded]:
    """Matches an incoming order down to ``limit``. The first result is the taker's; makers follow."""
    market = world.markets[order.symbol]
    book = world.books[order.symbol]
    buying = order.side == "Buy"
    opposite = "Sell" if buying else "Buy"
    mine = Traded(account, order)
    others: dict[str, Traded] = {}
    levels = market.levels(order.side)
    level = next(levels, None)
    while order.leaves > 0 and order.is_open:
        rival = book.best(opposite)
        if rival is not None and not _first(rival, level, buying=buying):
            rival = None
        if rival is not None:
            if (rival.price > limit) if buying else (rival.price < limit):
                break
            if rival.uid == account.uid and order.smp_type != "None":
                if _prevented(world, account, order, rival):
                    break
                continue
            _match_rival(world, mine, rival, others)
            continue
        if level is None or ((level[0] > limit) if buying else (level[0] < limit)):
            break
        quantity = min(order.leaves, level[1])
        mine.fills.append(execute(world, account, order, quantity, level[0], maker=False))
        market.eaten[level[0]] = market.eaten.get(level[0], ZERO) + quantity
        level = (level[0], level[1] - quantity) if quantity < level[1] else next(levels, None)
    return [mine, *others.values()]


def _first(rival: Order, level: tuple[Decimal, Decimal] | None, *, buying: bool) -> bool:
    if level is None:
        return True
    if rival.price == level[0]:
        return rival.queue_ahead <= 0
    return rival.price < level[0] if buying else rival.price > level[0]


def _prevented(world: World, account: Account, order: Order, rival: Order) -> bool:
    """Self-match prevention by the incoming order's tag; tells whether the incoming order is gone."""
    if order.smp_type in ("CancelMaker", "CancelBoth"):
        cancel(world, account, rival, "CancelBySmp", "EC_BySelfMatch")
    if order.smp_type in ("CancelTaker", "CancelBoth"):
        finish(world, account, order, "Cancelled", cancel_type="CancelBySmp", reason="EC_BySelfMatch")
        return True
    return False


def _match_rival(world: World, mine: Traded, rival: Order, others: dict[str, Traded]) -> None:
    owner = world.accounts[rival.uid]
    quantity = min(mine.order.leaves, rival.leaves)
    mine.fills.append(execute(world, mine.account, mine.order, quantity, rival.price, maker=False))
    traded = others.setdefault(rival.order_id, Traded(owner, rival))
    traded.fills.append(execute(world, owner, rival, quantity, rival.price, maker=True))
    settle_resting(world, owner, rival)


def settle_resting(world: World, account: Account, order: Order) -> None:
    """After a maker fill: Filled, or PartiallyFilled with its margin recomputed."""
    if order.leaves:
        order.status = "PartiallyFilled"
        reserve(world, account, order)
    else:
        finish(world, account, order, "Filled")


def fill_resting(world: World, market: SymbolMarket, tick: Tick) -> Iterator[Traded]:
    """Fills the orders that the market's new price reaches: passed ones wholly, those at the price after the queue."""
    book = world.books[market.symbol]
    if not len(book):
        return
    step = market.listing.instrument.qty_step
    for side in ("Buy", "Sell"):
        budget = None if tick.volume is None else tick.volume * TOUCH_SHARE
        for order in book.reached(side, tick.last):
            if not order.is_open:
                continue
            quantity = order.leaves
            if order.price == tick.last and budget is not None:
                waited = min(order.queue_ahead, budget)
                order.queue_ahead -= waited
                budget -= waited
                quantity = min(quantity, (budget / step).to_integral_value(rounding=ROUND_FLOOR) * step)
                budget -= quantity
            if quantity <= 0:
                continue
            account = world.accounts[order.uid]
            traded = Traded(account, order, [execute(world, account, order, quantity, order.price, maker=True)])
            settle_resting(world, account, order)
            yield traded
