"""POST /v5/order/pre-check: what an order would do to the account's margin rates, without placing it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.margin import order_margin, tier_of, totals
from infra.local.exchange.engine.order_rules import require_linear
from infra.local.exchange.engine.order_validation import build_order
from infra.local.exchange.engine.refusal import Refusal, Reply, bad_request
from infra.local.exchange.engine.world import World


def pre_check(world: World, account: Account, params: dict[str, Any]) -> Reply:
    """Initial and maintenance margin rates before and after, as integers of 0.01 %. Not in isolated margin."""
    require_linear(params)
    if world.settings.profile == "demo":
        raise Refusal(10032, "Demo trading are not supported.")
    if account.margin_mode == "ISOLATED_MARGIN":
        raise bad_request("pre-check is not supported in isolated margin mode")
    if params.get("triggerPrice"):
        raise bad_request("pre-check is not supported for conditional orders")
    order = build_order(world, account, params)
    market = world.markets[order.symbol]
    price = order.price or market.last
    initial, maintenance, unrealised = totals(world, account)
    equity = account.wallet + unrealised
    taker = world.fee_rate(account, order.symbol, maker=False)
    value = order.qty * price
    added = order_margin(account, order.symbol, order.side, order.qty, price, taker)
    before = initial + account.order_margin
    kept = maintenance + value * tier_of(market.listing, value).mmr

    def e4(amount: Decimal) -> int:
        return int(amount / equity * 10_000) if equity > 0 else 0

    return Reply(
        result={
            "orderId": order.order_id,
            "orderLinkId": order.link_id,
            "preImrE4": e4(before),
            "preMmrE4": e4(maintenance),
            "postImrE4": e4(before + added),
            "postMmrE4": e4(kept),
        }
    )
