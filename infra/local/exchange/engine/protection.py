"""TP, SL and trailing stops as the exchange keeps them: conditional reduce-only orders that belong to a position."""

from __future__ import annotations

from decimal import Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.order_states import cancel, register, reserve, tell_order, touch
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.world import World

_CREATE_TYPES = {
    "TakeProfit": "CreateByTakeProfit",
    "StopLoss": "CreateByStopLoss",
    "PartialTakeProfit": "CreateByPartialTakeProfit",
    "PartialStopLoss": "CreateByPartialStopLoss",
    "TrailingStop": "CreateByTrailingStop",
}


def stops_of(world: World, account: Account, symbol: str, idx: int) -> list[Order]:
    """The untriggered TP, SL and trailing orders of one position."""
    return [
        order
        for order in world.conditionals[symbol].values()
        if order.uid == account.uid and order.position_idx == idx and order.is_protective
    ]


def full_stop(world: World, account: Account, position: Position, kind: str) -> Order | None:
    """The position's Full order of ``kind`` (TakeProfit, StopLoss, TrailingStop)."""
    for order in stops_of(world, account, position.symbol, position.idx):
        if order.stop_type == kind:
            return order
    return None


def make_stop(
    world: World,
    account: Account,
    position: Position,
    kind: str,
    trigger: Decimal | None,
    trigger_by: str,
    *,
    qty: Decimal,
    parent: str = "",
    limit: Decimal | None = None,
) -> Order:
    """Adds one protective order and tells of it."""
    market = world.markets[position.symbol]
    rises = ("TakeProfit" in kind) == (position.side == "Buy")
    order = Order(
        order_id=world.new_id(),
        link_id="",
        uid=account.uid,
        symbol=position.symbol,
        side="Sell" if position.side == "Buy" else "Buy",
        order_type="Market" if limit is None else "Limit",
        qty=qty,
        price=limit or ZERO,
        time_in_force="IOC" if limit is None else "GTC",
        position_idx=position.idx,
        created_ms=world.now_ms,
        updated_ms=world.now_ms,
        seq=world.next_seq(),
        status="Untriggered",
        reduce_only=True,
        close_on_trigger=True,
        create_type=_CREATE_TYPES[kind],
        stop_type=kind,
        trigger_price=trigger,
        trigger_direction=0 if kind == "TrailingStop" else 1 if rises else 2,
        trigger_by=trigger_by,
        tpsl_mode="Partial" if kind.startswith("Partial") else "Full",
        parent_link_id=parent,
        last_on_created=market.last,
    )
    register(world, account, order)
    tell_order(world, account, order)
    return order


def set_full(
    world: World,
    account: Account,
    position: Position,
    kind: str,
    price: Decimal | None,
    trigger_by: str,
    parent: str = "",
) -> bool:
    """Makes the position's Full TP or SL be ``price`` (None removes it). Returns whether anything changed."""
    taking = kind == "TakeProfit"
    before = (position.take_profit, position.tp_trigger_by) if taking else (position.stop_loss, position.sl_trigger_by)
    existing = full_stop(world, account, position, kind)
    if price is None:
        if existing is not None:
            cancel(world, account, existing)
    elif before == (price, trigger_by) and existing is not None:
        return False
    elif existing is None:
        make_stop(world, account, position, kind, price, trigger_by, qty=position.size, parent=parent)
    else:
        existing.trigger_price, existing.trigger_by = price, trigger_by
        existing.sibling_id = ""
        touch(world, existing)
        tell_order(world, account, existing)
    if taking:
        position.take_profit, position.tp_trigger_by = price, trigger_by
    else:
        position.stop_loss, position.sl_trigger_by = price, trigger_by
    return price is not None or before[0] is not None


def set_trailing(
    world: World, account: Account, position: Position, distance: Decimal, active_price: Decimal | None
) -> bool:
    """Sets, changes or (distance 0) removes the trailing stop. Returns whether anything changed."""
    if (position.trailing, position.active_price) == (distance, active_price):
        return False
    existing = full_stop(world, account, position, "TrailingStop")
    had = position.trailing
    position.trailing, position.active_price = distance, active_price
    if not distance:
        position.active_price = None
        if existing is not None:
            cancel(world, account, existing)
        return bool(had)
    market = world.markets[position.symbol]
    order = existing or make_stop(
        world, account, position, "TrailingStop", active_price, "LastPrice", qty=position.size
    )
    order.distance, order.trigger_price = distance, active_price
    order.activated = active_price is None
    order.extreme = market.last
    touch(world, order)
    if existing is not None:
        tell_order(world, account, order)
    return True


def add_partial_pair(
    world: World,
    account: Account,
    position: Position,
    qty: Decimal,
    take_profit: tuple[Decimal, str, Decimal | None] | None,
    stop_loss: tuple[Decimal, str, Decimal | None] | None,
    parent: str = "",
) -> None:
    """Adds a Partial TP and/or SL for ``qty``, each given as (trigger, trigger_by, limit price); a pair is OCO."""
    made = [
        make_stop(world, account, position, kind, part[0], part[1], qty=qty, parent=parent, limit=part[2])
        for kind, part in (("PartialTakeProfit", take_profit), ("PartialStopLoss", stop_loss))
        if part is not None
    ]
    if len(made) == 2:
        made[0].sibling_id, made[1].sibling_id = made[1].order_id, made[0].order_id


def attach(world: World, account: Account, order: Order, position: Position, filled: Decimal) -> None:
    """Applies the TP/SL that ``order`` carries, after ``filled`` of it opened or added to ``position``."""
    if order.tpsl_mode == "Partial":
        take_profit = (
            None if order.take_profit is None else (order.take_profit, order.tp_trigger_by, order.tp_limit_price)
        )
        stop_loss = None if order.stop_loss is None else (order.stop_loss, order.sl_trigger_by, order.sl_limit_price)
        add_partial_pair(world, account, position, filled, take_profit, stop_loss, order.link_id)
        return
    if order.take_profit is not None:
        set_full(world, account, position, "TakeProfit", order.take_profit, order.tp_trigger_by, order.link_id)
    if order.stop_loss is not None:
        set_full(world, account, position, "StopLoss", order.stop_loss, order.sl_trigger_by, order.link_id)


def follow_position(world: World, account: Account, position: Position, *, shrank: bool) -> None:
    """After the position changed: stops of another side or of a flat position go, Full ones take its size, resting
    reduce-only orders are cut or cancelled."""
    for stop in stops_of(world, account, position.symbol, position.idx):
        if not position.size or stop.side == position.side:
            cancel(world, account, stop, "CancelByTpSlTsClear")
        elif stop.tpsl_mode == "Full" and stop.qty != position.size:
            stop.qty = position.size
            touch(world, stop)
            tell_order(world, account, stop)
    if not shrank:
        return
    for order in list(account.open_orders.values()):
        if order.symbol != position.symbol or order.position_idx != position.idx:
            continue
        if order.status not in ("New", "PartiallyFilled"):
            continue
        if not order.reduce_only:
            reserve(world, account, order)  # what stood against the position may now open one
        elif not position.size or order.side == position.side:
            cancel(world, account, order, "CancelByReduceOnly", "EC_NoError")
        elif order.leaves > position.size:
            order.qty = order.cum_qty + position.size
            touch(world, order)
            tell_order(world, account, order)
