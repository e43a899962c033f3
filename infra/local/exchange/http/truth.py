"""Everything the exchange knows of an account, in the wire's own records: what tests hold a client against."""

from __future__ import annotations

from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.account_records import closed_pnl_row, position_row, wallet_row
from infra.local.exchange.engine.order_records import fill_row, order_row
from infra.local.exchange.engine.world import World


def account_truth(world: World, account: Account) -> dict[str, Any]:
    """Orders, executions, closed PnL and ledger oldest first; positions with a size; the wallet."""

    def scale(symbol: str) -> int:
        return world.markets[symbol].listing.price_scale

    return {
        "uid": account.uid,
        "api_key": account.api_key,
        "deposited": f"{account.deposited:f}",
        "wallet": wallet_row(world, account),
        "wallet_balance": f"{account.wallet:f}",
        "orders": [order_row(order, world.markets[order.symbol]) for order in account.orders.values()],
        "open_orders": [order_row(order, world.markets[order.symbol]) for order in account.open_orders.values()],
        "executions": [fill_row(fill, scale(fill.symbol)) for fill in account.fills],
        "positions": [
            position_row(world, account, position) for position in account.positions.values() if position.size
        ],
        "closed_pnl": [closed_pnl_row(row, scale(row.symbol)) for row in account.closed_pnl],
        "ledger": account.ledger,
        "leverages": {symbol: [f"{side:f}" for side in pair] for symbol, pair in account.leverages.items()},
        "margin_mode": account.margin_mode,
        "hedge": account.hedge_symbols,
    }
