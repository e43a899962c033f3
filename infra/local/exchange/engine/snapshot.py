"""The exchange's state as JSON-ready data, and back: what survives a restart."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeVar, get_type_hints

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.exchange import Exchange
from infra.local.exchange.engine.fills import ClosedPnl, Fill
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.position import Position

_PLAIN_ACCOUNT = (
    "uid", "api_key", "secret", "environment", "read_only", "permissions", "ips", "created_ms", "margin_mode",
    "margin_mode_ms", "modify_prices", "hedge_default", "hedge_symbols", "ledger", "realtime_from_ms", "last_apply_ms",
    "order_of_link", "dcp_window_s",
)  # fmt: skip
_DECIMAL_ACCOUNT = ("wallet", "deposited", "cum_realised")

Record = TypeVar("Record", Order, Fill, ClosedPnl, Position)


def _dump(record: Order | Fill | ClosedPnl | Position) -> dict[str, Any]:
    values = {item.name: getattr(record, item.name) for item in fields(record)}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _load(kind: type[Record], data: dict[str, Any]) -> Record:
    hints = get_type_hints(kind)
    decimals = (Decimal, Decimal | None)
    values: dict[str, Any] = {
        name: Decimal(value) if hints[name] in decimals and value is not None else value for name, value in data.items()
    }
    return kind(**values)


def _pairs(table: dict[str, tuple[Decimal, Decimal]]) -> dict[str, list[str]]:
    return {symbol: [str(pair[0]), str(pair[1])] for symbol, pair in table.items()}


def dump_exchange(exchange: Exchange) -> dict[str, Any]:
    """Everything but the market's position, which the feed keeps. Events under way are lost, as in a real restart."""
    world = exchange.world
    return {
        "cross_seq": world.cross_seq,
        "market_ms": world.market_ms,
        "markets": {
            symbol: {
                "last": str(market.last),
                "funding_rate": str(market.funding_rate),
                "next": market.next_funding_ms,
                "settled": [[time_ms, str(rate)] for time_ms, rate in market.settled],
            }
            for symbol, market in world.markets.items()
        },
        "accounts": [_dump_account(account) for account in world.accounts.values()],
    }


def _dump_account(account: Account) -> dict[str, Any]:
    data: dict[str, Any] = {name: getattr(account, name) for name in _PLAIN_ACCOUNT}
    data |= {name: str(getattr(account, name)) for name in _DECIMAL_ACCOUNT}
    data["leverages"], data["fee_rates"] = _pairs(account.leverages), _pairs(account.fee_rates)
    data["positions"] = [_dump(position) for position in account.positions.values()]
    data["orders"] = [_dump(order) for order in account.orders.values()]
    data["fills"] = [_dump(fill) for fill in account.fills]
    data["closed_pnl"] = [_dump(row) for row in account.closed_pnl]
    return data


def load_exchange(exchange: Exchange, data: dict[str, Any]) -> None:
    """Restores accounts and markets into a fresh exchange that lists the same symbols (others are dropped)."""
    world = exchange.world
    world.cross_seq = data["cross_seq"]
    world.market_ms = data["market_ms"]
    world.random.seed(f"{world.random.random()}:{world.cross_seq}")
    for symbol, saved in data["markets"].items():
        market = world.markets.get(symbol)
        if market is not None:
            market.funding_rate = Decimal(saved["funding_rate"])
            market.next_funding_ms = saved["next"]
            market.settled = [(time_ms, Decimal(rate)) for time_ms, rate in saved.get("settled", [])]
    for saved in data["accounts"]:
        _load_account(exchange, saved)


def _load_account(exchange: Exchange, data: dict[str, Any]) -> None:
    world = exchange.world
    account = exchange.add_account(data["uid"], api_key=data["api_key"], secret=data["secret"])
    for name in _PLAIN_ACCOUNT:
        setattr(account, name, data.get(name, getattr(account, name)))
    for name in _DECIMAL_ACCOUNT:
        setattr(account, name, Decimal(data[name]))
    for name in ("leverages", "fee_rates"):
        pairs = {symbol: (Decimal(pair[0]), Decimal(pair[1])) for symbol, pair in data[name].items()}
        setattr(account, name, pairs)
    for saved in data["positions"]:
        position = _load(Position, saved)
        if position.symbol in world.markets:
            account.positions[position.symbol, position.idx] = position
            if position.size:
                world.holders[position.symbol].add((account.uid, position.idx))
    account.fills = [_load(Fill, saved) for saved in data["fills"] if saved["symbol"] in world.markets]
    account.closed_pnl = [_load(ClosedPnl, saved) for saved in data["closed_pnl"] if saved["symbol"] in world.markets]
    for saved in data["orders"]:
        _load_order(exchange, account, _load(Order, saved))


def _load_order(exchange: Exchange, account: Account, order: Order) -> None:
    world = exchange.world
    if order.symbol not in world.markets:
        return
    account.orders[order.order_id] = order
    if not order.is_open:
        return
    account.open_orders[order.order_id] = order
    account.order_margin += order.margin
    if order.status == "Untriggered":
        world.conditionals[order.symbol][order.order_id] = order
    else:
        world.books[order.symbol].add(order)
