"""The position endpoints that change something: trading-stop, leverage, mode, margin (spec section 5.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import ZERO, plain, read_decimal, read_price
from infra.local.exchange.engine.margin import available_balance, tier_of
from infra.local.exchange.engine.order_rules import TRIGGERS, check_price, check_stop_side, require_linear
from infra.local.exchange.engine.order_states import reserve, tell_position, tell_wallet
from infra.local.exchange.engine.order_validation import position_idx
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.protection import add_partial_pair, set_full, set_trailing, stops_of
from infra.local.exchange.engine.refusal import Refusal, Reply, bad_request
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.world import World


def trading_stop(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Sets TP, SL and trailing stop of a position. 34040 when nothing changes."""
    require_linear(params)
    market = world.market(params)
    mode = params.get("tpslMode")
    if mode not in ("Full", "Partial"):
        raise bad_request("params error: tpslMode invalid")
    if params.get("positionIdx") is None:
        raise bad_request("params error: positionIdx invalid")
    position = account.position(market.symbol, position_idx(account, market.symbol, params, None))
    if not position.size:
        raise bad_request("can not set tp/sl/ts for zero position")
    _check_sides(params, market, position)
    if mode == "Partial":
        _add_partial(world, account, params, market, position)
        changed = True
    else:
        changed = _set_full(world, account, params, position)
    if not changed:
        raise Refusal(34040, "not modified")
    position.updated_ms = world.now_ms
    position.seq = world.next_seq()
    tell_position(world, account, position)
    return Reply()


def _trigger_by(params: dict[str, Any], name: str) -> str:
    value = params.get(name) or "LastPrice"
    if value not in TRIGGERS:
        raise bad_request(f"params error: {name} invalid")
    return str(value)


def _check_sides(params: dict[str, Any], market: SymbolMarket, position: Position) -> None:
    for key, name, by in (("takeProfit", "TakeProfit", "tpTriggerBy"), ("stopLoss", "StopLoss", "slTriggerBy")):
        level = read_price(params, key)
        if level is not None:
            trigger_by = _trigger_by(params, by)
            check_stop_side(market, name, level, position.side, market.reference(trigger_by), trigger_by)


def _set_full(world: World, account: Account, params: dict[str, Any], position: Position) -> bool:
    if "Limit" in (params.get("tpOrderType"), params.get("slOrderType")):
        raise bad_request("Full tp/sl only supports market orders")
    changed = False
    for key, kind, by in (("takeProfit", "TakeProfit", "tpTriggerBy"), ("stopLoss", "StopLoss", "slTriggerBy")):
        if params.get(key) not in (None, ""):
            changed |= set_full(world, account, position, kind, read_price(params, key), _trigger_by(params, by))
    if params.get("trailingStop") not in (None, ""):
        distance = read_decimal(params, "trailingStop") or ZERO
        active = read_price(params, "activePrice")
        market = world.markets[position.symbol]
        if distance < 0 or distance % market.listing.instrument.tick_size:
            raise bad_request("params error: trailingStop invalid")
        if active is not None:
            check_stop_side(market, "TakeProfit", active, position.side, market.last, "LastPrice")
        changed |= set_trailing(world, account, position, distance, active)
    return changed


def _add_partial(
    world: World, account: Account, params: dict[str, Any], market: SymbolMarket, position: Position
) -> None:
    take_profit, stop_loss = read_price(params, "takeProfit"), read_price(params, "stopLoss")
    size = read_decimal(params, "tpSize") or read_decimal(params, "slSize")
    if size is None or (take_profit is None and stop_loss is None):
        raise bad_request("params error: tpSize or slSize is required")
    if size > position.size or size % market.listing.instrument.qty_step:
        raise bad_request("tpSize or slSize invalid")
    if None not in (take_profit, stop_loss) and read_decimal(params, "tpSize") != read_decimal(params, "slSize"):
        raise bad_request("tpSize must equal slSize")
    present = [stop for stop in stops_of(world, account, market.symbol, position.idx) if stop.tpsl_mode == "Partial"]
    wanted = (take_profit is not None) + (stop_loss is not None)
    if len(present) + wanted > world.settings.max_partial_tpsl:
        raise Refusal(110061, "Number of TP/SL orders exceeds the maximum limit")

    def part(level: Decimal | None, by: str, kind: str, limit: str) -> tuple[Decimal, str, Decimal | None] | None:
        if level is None:
            return None
        price = read_price(params, limit) if params.get(kind) == "Limit" else None
        if params.get(kind) == "Limit" and price is None:
            raise bad_request(f"params error: {limit} invalid")
        return level, _trigger_by(params, by), None if price is None else check_price(market, price)

    add_partial_pair(
        world,
        account,
        position,
        size,
        part(take_profit, "tpTriggerBy", "tpOrderType", "tpLimitPrice"),
        part(stop_loss, "slTriggerBy", "slOrderType", "slLimitPrice"),
    )


def set_leverage(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Sets both sides' leverage; equal unless hedge mode with isolated margin. 110043 when unchanged."""
    require_linear(params)
    market = world.market(params)
    buy, sell = read_decimal(params, "buyLeverage"), read_decimal(params, "sellLeverage")
    if buy is None or sell is None:
        raise bad_request("params error: leverage invalid")
    may_differ = account.is_hedged(market.symbol) and account.margin_mode == "ISOLATED_MARGIN"
    if buy != sell and not may_differ:
        raise bad_request("buy leverage must equal sell leverage")
    maximum = market.listing.instrument.max_leverage
    for value in (buy, sell):
        if not 1 <= value <= maximum or value % Decimal("0.01"):
            raise Refusal(110013, "cannot set leverage due to risk limit")
    if (buy, sell) == (account.leverage(market.symbol, "Buy"), account.leverage(market.symbol, "Sell")):
        raise Refusal(110043, "leverage not modified")
    for position in account.positions.values():
        if position.symbol == market.symbol and position.size:
            wanted = buy if position.side == "Buy" else sell
            if tier_of(market.listing, position.entry_value).max_leverage < wanted:
                raise Refusal(110013, "cannot set leverage due to risk limit")
    account.leverages[market.symbol] = (buy, sell)
    for order in account.open_orders.values():
        if order.symbol == market.symbol:
            reserve(world, account, order)
    for idx in (1, 2) if account.is_hedged(market.symbol) else (0,):
        tell_position(world, account, account.position(market.symbol, idx))
    return Reply()


def switch_mode(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """One-way (0) or hedge (3), by symbol or by coin. Refused with a position or orders."""
    require_linear(params)
    if str(params.get("mode")) not in ("0", "3"):
        raise bad_request("params error: mode invalid")
    hedge = str(params["mode"]) == "3"
    if not params.get("symbol"):
        if params.get("coin") != "USDT":
            raise bad_request("params error: symbol or coin is required")
        account.hedge_default = hedge
        for symbol in world.markets:
            if not _in_use(account, symbol):
                account.hedge_symbols.pop(symbol, None)
        return Reply()
    symbol = world.market(params).symbol
    if account.is_hedged(symbol) == hedge:
        raise Refusal(110025, "Position mode is not modified")
    if any(position.size for position in account.positions.values() if position.symbol == symbol):
        raise Refusal(110024, "You have an existing position, so the position mode cannot be switched")
    if _in_use(account, symbol):
        raise Refusal(110028, "You have existing open orders, so the position mode cannot be switched")
    account.hedge_symbols[symbol] = hedge
    return Reply()


def _in_use(account: Account, symbol: str) -> bool:
    return any(p.size for p in account.positions.values() if p.symbol == symbol) or any(
        order.symbol == symbol for order in account.open_orders.values()
    )


def add_margin(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Adds to or takes from an isolated position's margin."""
    require_linear(params)
    market = world.market(params)
    amount = read_decimal(params, "margin")
    position = account.position(market.symbol, position_idx(account, market.symbol, params, None))
    if amount is None or not position.size:
        raise bad_request("params error: margin invalid")
    if amount > available_balance(world, account) or position.extra_margin + amount < 0:
        raise Refusal(110007, "ab not enough for new order")
    position.extra_margin += amount
    tell_position(world, account, position)
    tell_wallet(world, account)
    return Reply(result={"category": "linear", "symbol": market.symbol, "margin": plain(position.extra_margin)})


def confirm_pending_mmr(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Confirms a new maintenance margin rate; there is never one pending here."""
    require_linear(params)
    world.market(params)
    return Reply()


def set_auto_add_margin(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Switches automatic margin replenishment (recorded only)."""
    require_linear(params)
    market = world.market(params)
    if str(params.get("autoAddMargin")) not in ("0", "1"):
        raise bad_request("params error: autoAddMargin invalid")
    idx = position_idx(account, market.symbol, params, None)
    account.position(market.symbol, idx).auto_add_margin = int(params["autoAddMargin"])
    return Reply()
