"""Public market endpoints that the engine can answer alone: instruments, book, risk limits, price band."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.catalogue import Listing
from infra.local.exchange.engine.decimal_text import ZERO, plain
from infra.local.exchange.engine.order_rules import require_linear
from infra.local.exchange.engine.refusal import Reply
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.visibility import limit_of, page
from infra.local.exchange.engine.world import World


def instrument_row(listing: Listing) -> dict[str, Any]:
    """A listing as instruments-info shows it."""
    instrument = listing.instrument
    return {
        "symbol": instrument.symbol,
        "contractType": "LinearPerpetual",
        "status": instrument.status,
        "baseCoin": instrument.base_coin,
        "quoteCoin": instrument.quote_coin,
        "settleCoin": "USDT",
        "launchTime": str(listing.launch_ms),
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(listing.price_scale),
        "leverageFilter": {"minLeverage": "1", "maxLeverage": f"{instrument.max_leverage:.2f}", "leverageStep": "0.01"},
        "priceFilter": {
            "minPrice": plain(instrument.min_price),
            "maxPrice": plain(instrument.max_price),
            "tickSize": plain(instrument.tick_size),
        },
        "lotSizeFilter": {
            "minNotionalValue": plain(instrument.min_notional),
            "maxOrderQty": plain(instrument.max_order_qty),
            "maxMktOrderQty": plain(instrument.max_market_order_qty),
            "minOrderQty": plain(instrument.min_order_qty),
            "qtyStep": plain(instrument.qty_step),
            "postOnlyMaxOrderQty": plain(instrument.max_order_qty),
        },
        "unifiedMarginTrade": True,
        "fundingInterval": instrument.funding_interval_minutes,
        "copyTrading": "none",
        "upperFundingRate": plain(listing.funding_cap),
        "lowerFundingRate": plain(-listing.funding_cap),
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": {
            "priceLimitRatioX": plain(listing.limit_ratio_x),
            "priceLimitRatioY": plain(listing.limit_ratio_y),
        },
        "symbolType": "",
        "symbolId": 1,
    }


def instruments_info(world: World, params: dict[str, Any]) -> Reply:
    """All listings, only those that trade unless a status or a symbol is asked for."""
    require_linear(params)
    if params.get("symbol"):
        found = world.markets.get(str(params["symbol"]))
        listings = [] if found is None else [found.listing]
    else:
        status = params.get("status") or "Trading"
        listings = [market.listing for market in world.markets.values() if market.listing.instrument.status == status]
        if params.get("baseCoin"):
            listings = [listing for listing in listings if listing.instrument.base_coin == params["baseCoin"]]
    part, cursor = page(listings, params, lambda listing: listing.instrument.symbol, 500, 1000)
    rows = [instrument_row(listing) for listing in part]
    return Reply(result={"category": "linear", "list": rows, "nextPageCursor": cursor})


def book_levels(world: World, market: SymbolMarket, side: str, count: int) -> list[tuple[Decimal, Decimal]]:
    """(price, quantity) of a side, best first: the synthetic levels and users' resting orders together."""
    buying = side == "Buy"
    sizes = dict(market.levels("Sell" if buying else "Buy", count))
    for order in world.books[market.symbol].orders(side):
        sizes[order.price] = sizes.get(order.price, ZERO) + order.leaves
    return sorted(sizes.items(), reverse=buying)[:count]


def orderbook(world: World, params: dict[str, Any], update_id: int) -> Reply:
    """A snapshot of up to 1000 levels."""
    require_linear(params)
    market = world.market(params)
    count = limit_of(params, 25, 1000)
    return Reply(
        result={
            "s": market.symbol,
            "b": level_texts(world, market, "Buy", count),
            "a": level_texts(world, market, "Sell", count),
            "ts": world.now_ms,
            "u": update_id,
            "seq": world.cross_seq,
            "cts": world.now_ms,
        }
    )


def level_texts(world: World, market: SymbolMarket, side: str, count: int) -> list[list[str]]:
    """The side's levels as the wire writes them."""
    scale = market.listing.price_scale
    return [[f"{price:.{scale}f}", f"{size:f}"] for price, size in book_levels(world, market, side, count)]


def risk_limit(world: World, params: dict[str, Any]) -> Reply:
    """Risk tiers per symbol, 15 symbols a page."""
    require_linear(params)
    markets = [world.market(params)] if params.get("symbol") else list(world.markets.values())
    part, cursor = page(markets, {"cursor": params.get("cursor")}, lambda market: market.symbol, 15, 15)
    rows = [
        {
            "id": tier.risk_id,
            "symbol": market.symbol,
            "riskLimitValue": plain(tier.limit),
            "maintenanceMargin": plain(tier.mmr),
            "initialMargin": plain((1 / tier.max_leverage).quantize(Decimal("0.0001"))),
            "isLowestRisk": int(tier.risk_id == 1),
            "maxLeverage": f"{tier.max_leverage:.2f}",
            "mmDeduction": plain(tier.deduction),
        }
        for market in part
        for tier in market.listing.tiers
    ]
    return Reply(result={"category": "linear", "list": rows, "nextPageCursor": cursor})


def price_limit(world: World, params: dict[str, Any]) -> Reply:
    """The price band now."""
    require_linear(params)
    market = world.market(params)
    highest, lowest = market.price_limits()
    scale = market.listing.price_scale
    return Reply(
        result={
            "symbol": market.symbol,
            "buyLmt": f"{highest:.{scale}f}",
            "sellLmt": f"{lowest:.{scale}f}",
            "ts": str(world.now_ms),
        }
    )
