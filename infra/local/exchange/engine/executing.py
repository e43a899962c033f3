"""A trade happens: fee, position, wallet, ledger, closed PnL and execution, all exact."""

from __future__ import annotations

from decimal import Decimal

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import ZERO, plain
from infra.local.exchange.engine.fills import ClosedPnl, Fill
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.position import Closing, Position
from infra.local.exchange.engine.world import World


def execute(
    world: World,
    account: Account,
    order: Order,
    qty: Decimal,
    price: Decimal,
    *,
    maker: bool,
    exec_type: str = "Trade",
) -> Fill:
    """Fills ``qty`` of ``order`` at ``price``. A fill beyond the position closes it and opens the other side."""
    market = world.markets[order.symbol]
    rate = ZERO if exec_type == "AdlTrade" else world.fee_rate(account, order.symbol, maker=maker)
    value = qty * price
    fee = value * rate
    position = account.position(order.symbol, order.position_idx)
    seq = world.next_seq()
    closing: Closing | None = None
    opened = qty
    opening_fee = fee
    if position.size and position.side != order.side:
        closed = min(qty, position.size)
        closing_fee = fee if closed == qty else closed * price * rate
        opening_fee = fee - closing_fee
        opened = qty - closed
        closing = position.reduce(closed, price, closing_fee)
        if not position.size:
            position.clear()
            world.holders[order.symbol].discard((account.uid, position.idx))
        _record_closing(world, account, order, closing, exec_type)
    if opened:
        if not position.size:
            position.open_ms = world.now_ms
            world.holders[order.symbol].add((account.uid, position.idx))
        position.increase(order.side, opened, price, opening_fee)
    pnl = closing.pnl if closing else ZERO
    account.wallet += pnl - fee
    account.cum_realised += pnl - fee
    _stamp(world, position, seq)
    order.cum_qty += qty
    order.cum_value += value
    order.cum_fee += fee
    order.updated_ms = world.now_ms
    if closing:
        order.closed_pnl += closing.net
    fill = Fill(
        exec_id=world.new_id(),
        symbol=order.symbol,
        order_id=order.order_id,
        link_id=order.link_id,
        side=order.side,
        order_price=order.price,
        order_qty=order.qty,
        leaves=order.leaves,
        order_type=order.order_type,
        stop_type=order.stop_type,
        create_type=order.create_type,
        price=price,
        qty=qty,
        value=value,
        exec_type=exec_type,
        time_ms=world.now_ms,
        fee=fee,
        fee_rate=rate,
        is_maker=maker,
        mark=market.mark,
        index=market.index,
        closed=closing.qty if closing else ZERO,
        pnl=pnl,
        seq=seq,
    )
    account.fills.append(fill)
    kind = {"AdlTrade": "ADL", "BustTrade": "LIQUIDATION"}.get(exec_type, "TRADE")
    write_ledger(world, account, fill, kind, cash_flow=pnl, funding=ZERO, size=position.sign * position.size)
    return fill


def _stamp(world: World, position: Position, seq: int) -> None:
    position.seq = seq
    position.updated_ms = world.now_ms
    if not position.created_ms:
        position.created_ms = world.now_ms


def _record_closing(world: World, account: Account, order: Order, closing: Closing, exec_type: str) -> None:
    row = account.closed_pnl[-1] if account.closed_pnl else None
    if row is None or row.order_id != order.order_id:
        row = next((known for known in reversed(account.closed_pnl[-20:]) if known.order_id == order.order_id), None)
    if row is None:
        row = ClosedPnl(
            symbol=order.symbol,
            order_id=order.order_id,
            side=order.side,
            qty=order.qty,
            order_price=order.price,
            order_type=order.order_type,
            exec_type=exec_type,
            leverage=account.leverage(order.symbol, "Sell" if order.side == "Buy" else "Buy"),
            created_ms=world.now_ms,
            updated_ms=world.now_ms,
        )
        account.closed_pnl.append(row)
    row.updated_ms = world.now_ms
    row.closed += closing.qty
    row.entry_value += closing.entry_value
    row.exit_value += closing.exit_value
    row.open_fee += closing.open_fee
    row.close_fee += closing.close_fee
    row.net += closing.net
    row.fill_count += 1


def write_ledger(
    world: World, account: Account, fill: Fill, kind: str, *, cash_flow: Decimal, funding: Decimal, size: Decimal
) -> None:
    """Appends a row of the transaction log: change = cashFlow + funding - fee (spec section 5.5)."""
    fee = ZERO if kind == "SETTLEMENT" else fill.fee
    change = cash_flow + funding - fee
    account.ledger.append(
        {
            "id": f"{account.uid}_{fill.symbol}_{fill.seq}",
            "symbol": fill.symbol,
            "category": "linear",
            "type": kind,
            "transSubType": "",
            "side": fill.side,
            "qty": plain(fill.qty),
            "size": plain(size),
            "tradePrice": plain(fill.price),
            "feeRate": plain(fill.fee_rate),
            "funding": plain(funding) if kind == "SETTLEMENT" else "",
            "fee": plain(fee),
            "cashFlow": plain(cash_flow),
            "change": plain(change),
            "cashBalance": plain(account.wallet),
            "bonusChange": "",
            "currency": "USDT",
            "transactionTime": str(fill.time_ms),
            "orderId": fill.order_id,
            "orderLinkId": fill.link_id,
            "tradeId": fill.exec_id,
        }
    )
