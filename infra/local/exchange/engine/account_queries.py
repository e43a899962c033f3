"""Positions, wallet, account settings, ledger, key information: reading, and the few account settings."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.account_records import position_row, wallet_row
from infra.local.exchange.engine.decimal_text import plain, read_decimal
from infra.local.exchange.engine.order_rules import require_linear
from infra.local.exchange.engine.order_states import tell_wallet
from infra.local.exchange.engine.refusal import Refusal, Reply, bad_request
from infra.local.exchange.engine.visibility import DAY_MS, WEEK_MS, page, window
from infra.local.exchange.engine.world import World

MARGIN_MODES = ("ISOLATED_MARGIN", "REGULAR_MARGIN", "PORTFOLIO_MARGIN")
APPLY_MAXIMUM = {"USDT": Decimal(100_000), "USDC": Decimal(100_000), "BTC": Decimal(15), "ETH": Decimal(200)}


def positions(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """By symbol: its rows even when flat (two in hedge mode). By settleCoin: only rows with a size."""
    require_linear(params)
    if params.get("symbol"):
        symbol = world.market(params).symbol
        indexes = (1, 2) if account.is_hedged(symbol) else (0,)
        rows = [account.position(symbol, idx) for idx in indexes]
    elif params.get("settleCoin"):
        rows = [row for row in account.positions.values() if row.size and params["settleCoin"] == "USDT"]
    else:
        raise bad_request("Missing some parameters that must be filled in, symbol or settleCoin")
    part, cursor = page(rows, params, lambda row: f"{row.symbol}-{row.idx}", 20, 200)
    listed = [position_row(world, account, row) for row in part]
    return Reply(result={"category": "linear", "nextPageCursor": cursor, "list": listed})


def wallet_balance(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """The unified account."""
    if params.get("accountType") != "UNIFIED":
        raise bad_request("accountType only support UNIFIED.")
    row = wallet_row(world, account)
    wanted = str(params.get("coin") or "")
    if wanted:
        row["coin"] = [coin for coin in row["coin"] if coin["coin"] in wanted.split(",")]
    return Reply(result={"list": [row]})


def account_info(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Margin mode and account kind."""
    return Reply(
        result={
            "marginMode": account.margin_mode,
            "updatedTime": str(account.margin_mode_ms or account.created_ms),
            "unifiedMarginStatus": 5,
            "dcpStatus": "OFF",
            "timeWindow": 10,
            "smpGroup": 0,
            "isMasterTrader": False,
            "spotHedgingStatus": "OFF",
        }
    )


def set_margin_mode(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Changes the account-wide margin mode; refused by demo for isolated, and while anything is open."""
    mode = params.get("setMarginMode")
    if mode not in MARGIN_MODES:
        raise bad_request("params error: setMarginMode invalid")
    if world.settings.profile == "demo" and mode == "ISOLATED_MARGIN":
        raise Refusal(110073, "Set margin mode failed")
    if mode == account.margin_mode:
        raise Refusal(110026, "Cross/isolated margin mode is not modified")
    busy = bool(account.open_orders) or any(position.size for position in account.positions.values())
    if busy:
        reason = {"reasonCode": "3400045", "reasonMsg": "There are open orders or positions"}
        return Reply(3400045, "Set margin mode failed", {"reasons": [reason]})
    account.margin_mode = str(mode)
    account.margin_mode_ms = world.now_ms
    return Reply(result={"reasons": []})


def set_limit_px_action(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Whether a price outside the band is moved (True) or refused."""
    value = params.get("modifyEnable")
    if not isinstance(value, bool):
        raise bad_request("params error: modifyEnable invalid")
    account.modify_prices = value
    return Reply()


def user_setting_config(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """The inverted reading of the above."""
    return Reply(result={"lpaSpot": False, "lpaPerp": not account.modify_prices, "deltaEnable": False})


def fee_rate(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Fee rates per symbol."""
    require_linear(params)
    symbols = [world.market(params).symbol] if params.get("symbol") else list(world.markets)
    rows = [
        {
            "symbol": symbol,
            "makerFeeRate": plain(world.fee_rate(account, symbol, maker=True)),
            "takerFeeRate": plain(world.fee_rate(account, symbol, maker=False)),
        }
        for symbol in symbols
    ]
    return Reply(result={"category": "linear", "list": rows})


def transaction_log(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """The ledger, newest first; 24 h by default."""
    start, end = window(params, world.now_ms, WEEK_MS, DAY_MS)
    kind = params.get("type")
    rows = [
        row
        for row in reversed(account.ledger)
        if start <= int(row["transactionTime"]) <= end and (not kind or row["type"] == kind)
    ]
    part, cursor = page(rows, params, lambda row: str(row["id"]), 20, 50)
    return Reply(result={"list": part, "nextPageCursor": cursor})


def query_api(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """What the key may do."""
    bound = account.ips != ["*"]
    created = datetime.fromtimestamp(account.created_ms / 1000, UTC)
    expires = datetime.fromtimestamp((world.now_ms + 90 * DAY_MS) / 1000, UTC)
    return Reply(
        result={
            "id": account.uid,
            "note": "simulator",
            "apiKey": account.api_key,
            "readOnly": int(account.read_only),
            "secret": "",
            "permissions": account.permissions,
            "ips": account.ips,
            "type": 1,
            "deadlineDay": -2 if bound else 90,
            "expiredAt": "1970-01-01T00:00:00Z" if bound else expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "createdAt": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "unified": 0,
            "uta": 1,
            "userID": int(account.uid),
            "inviterID": 0,
            "vipLevel": "No VIP",
            "mktMakerLevel": "0",
            "affiliateID": 0,
            "rsaPublicKey": "",
            "isMaster": True,
            "parentUid": "0",
            "kycLevel": "LEVEL_1",
            "kycRegion": "",
            "userIDInt64": "0",
            "inviterIDInt64": "0",
            "affiliateIDInt64": "0",
        }
    )


def demo_apply_money(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Adds (0) or takes (1) demo funds, once a minute and up to the maximum of each coin."""
    if world.settings.profile != "demo":
        raise Refusal(10032, "Only demo accounts may apply for funds.")
    wanted = params.get("utaDemoApplyMoney")
    if str(params.get("adjustType", "0")) not in ("0", "1") or not isinstance(wanted, list) or not wanted:
        raise bad_request("params error: utaDemoApplyMoney invalid")
    if world.now_ms - account.last_apply_ms < 60_000:
        raise Refusal(10006, "Too many visits. Exceeded the API Rate Limit.")
    for item in wanted:
        if not isinstance(item, dict):
            raise bad_request("params error: utaDemoApplyMoney invalid")
        coin, amount = str(item.get("coin")), read_decimal(item, "amountStr")
        if coin not in APPLY_MAXIMUM or amount is None or not 0 < amount <= APPLY_MAXIMUM[coin]:
            raise bad_request("params error: amountStr invalid")
        if coin == "USDT":
            signed = amount if str(params.get("adjustType", "0")) == "0" else -min(amount, account.wallet)
            account.wallet += signed
            account.deposited += signed
    account.last_apply_ms = world.now_ms
    tell_wallet(world, account)
    return Reply()
