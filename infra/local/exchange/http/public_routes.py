"""Market endpoints, no authentication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.exchange.engine import Refusal, Reply
from infra.local.exchange.engine.market_records import instruments_info, orderbook, price_limit, risk_limit
from infra.local.exchange.market.public_records import (
    funding_history_reply,
    kline_reply,
    recent_trades_reply,
    tickers_reply,
)
from infra.local.exchange.simulator import Simulator

Params = dict[str, Any]


def _time(simulator: Simulator, params: Params, update_id: int) -> Reply:
    now = simulator.exchange.world.now_ms
    return Reply(result={"timeSecond": str(now // 1000), "timeNano": str(now * 1_000_000)})


def _klines(of: str) -> Callable[[Simulator, Params, int], Reply]:
    return lambda simulator, params, _: kline_reply(simulator.feed, params, of)


PUBLIC_GET: dict[str, Callable[[Simulator, Params, int], Reply]] = {
    "/v5/market/time": _time,
    "/v5/market/kline": _klines("last"),
    "/v5/market/mark-price-kline": _klines("mark"),
    "/v5/market/index-price-kline": _klines("index"),
    "/v5/market/premium-index-price-kline": _klines("premium"),
    "/v5/market/instruments-info": lambda simulator, params, _: instruments_info(simulator.exchange.world, params),
    "/v5/market/orderbook": lambda simulator, params, update: orderbook(simulator.exchange.world, params, update),
    "/v5/market/tickers": lambda simulator, params, _: tickers_reply(simulator.feed, params),
    "/v5/market/recent-trade": lambda simulator, params, _: recent_trades_reply(simulator.feed, params),
    "/v5/market/funding/history": lambda simulator, params, _: funding_history_reply(simulator.feed, params),
    "/v5/market/risk-limit": lambda simulator, params, _: risk_limit(simulator.exchange.world, params),
    "/v5/market/price-limit": lambda simulator, params, _: price_limit(simulator.exchange.world, params),
}


def public_reply(simulator: Simulator, path: str, params: Params, update_id: int) -> Reply:
    """Answers a public endpoint; ``update_id`` is the book's present one for the symbol."""
    try:
        return PUBLIC_GET[path](simulator, params, update_id)
    except Refusal as refusal:
        return Reply(refusal.code, refusal.text)
