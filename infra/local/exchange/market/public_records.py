"""Public payloads that need the market's past: klines, tickers, recent trades, funding history."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.decimal_text import plain
from infra.local.exchange.engine.order_rules import require_linear
from infra.local.exchange.engine.refusal import Reply, bad_request
from infra.local.exchange.engine.symbol_market import SymbolMarket
from infra.local.exchange.engine.visibility import limit_of, time_of
from infra.local.exchange.market.basis import boundary_after, premium_before, rate_at
from infra.local.exchange.market.candles import INTERVALS, Kline
from infra.local.exchange.market.feed import Feed, Trade


def kline_reply(feed: Feed, params: dict[str, Any], of: str = "last") -> Reply:
    """GET /v5/market/kline and its variants (mark, index, premium): newest first, the first is unfinished."""
    require_linear({"category": params.get("category", "linear")})
    market = feed.exchange.world.market(params)
    interval = str(params.get("interval", ""))
    if interval not in INTERVALS and interval not in ("D", "W", "M"):
        raise bad_request("params error: interval invalid")
    candles = feed.candles[market.symbol]
    found = candles.newest(interval, time_of(params, "start"), time_of(params, "end"), limit_of(params, 200, 1000))
    rows = [[str(kline.start_ms), *candles.texts(kline.bar)] for kline in found]
    if of != "last":
        rows = [_variant(market, row[:5], of) for row in rows]
    return Reply(result={"category": "linear", "symbol": market.symbol, "list": rows})


def _variant(market: SymbolMarket, row: list[str], of: str) -> list[str]:
    """The mark follows the last price; the index is a premium lower; the premium is that of the candle's interval."""
    if of == "mark":
        return row
    premium = premium_before(market.symbol, boundary_after(market, int(row[0])))
    if of == "premium":
        return [row[0], *[f"{premium:.6f}"] * 4]
    instrument, scale = market.listing.instrument, market.listing.price_scale
    return [row[0], *(f"{instrument.round_price(Decimal(price) / (1 + premium)):.{scale}f}" for price in row[1:])]


def kline_message(feed: Feed, symbol: str, interval: str, kline: Kline, now_ms: int) -> dict[str, Any]:
    """One ``kline.*`` message."""
    texts = feed.candles[symbol].texts(kline.bar)
    return {
        "topic": f"kline.{interval}.{symbol}",
        "type": "snapshot",
        "ts": now_ms,
        "data": [
            {
                "start": kline.start_ms,
                "end": kline.end_ms - 1,
                "interval": interval,
                "open": texts[0],
                "close": texts[3],
                "high": texts[1],
                "low": texts[2],
                "volume": texts[4],
                "turnover": texts[5],
                "confirm": kline.complete,
                "timestamp": now_ms,
            }
        ],
    }


def ticker_row(feed: Feed, market: SymbolMarket) -> dict[str, str]:
    """A ticker with every field; the stream leaves out what has not changed."""
    candles = feed.candles[market.symbol]
    scale = market.listing.price_scale
    instrument = market.listing.instrument
    count = len(candles.closed)
    day = candles.closed.merge(max(0, count - 1440), count) if count else candles.forming
    opened = (day.open if day else 0) * instrument.tick_size or market.last
    hour = candles.closed.open[max(0, count - 60)] * instrument.tick_size if count else market.last
    volume = (day.volume if day else 0) * instrument.qty_step
    interest = market.listing.base_depth * 30_000
    return {
        "symbol": market.symbol,
        "tickDirection": market.direction,
        "lastPrice": f"{market.last:.{scale}f}",
        "indexPrice": f"{market.index:.{scale}f}",
        "markPrice": f"{market.mark:.{scale}f}",
        "prevPrice24h": f"{opened:.{scale}f}",
        "price24hPcnt": f"{(market.last / opened - 1):.6f}",
        "highPrice24h": f"{max((day.high if day else 0) * instrument.tick_size, market.last):.{scale}f}",
        "lowPrice24h": f"{min((day.low if day else 0) * instrument.tick_size or market.last, market.last):.{scale}f}",
        "prevPrice1h": f"{hour:.{scale}f}",
        "openInterest": plain(interest),
        "openInterestValue": plain((interest * market.mark).quantize(Decimal("0.01"))),
        "singleOpenInterest": plain(interest / 2),
        "singleOpenInterestValue": plain((interest * market.mark / 2).quantize(Decimal("0.01"))),
        "turnover24h": f"{volume * market.last:.4f}",
        "volume24h": plain(volume),
        "fundingRate": plain(market.funding_rate),
        "nextFundingTime": str(market.next_funding_ms),
        "fundingIntervalHour": plain(Decimal(instrument.funding_interval_minutes) / 60),
        "fundingCap": plain(market.listing.funding_cap),
        "bid1Price": f"{market.bid:.{scale}f}",
        "bid1Size": f"{market.available(market.bid):f}",
        "ask1Price": f"{market.ask:.{scale}f}",
        "ask1Size": f"{market.available(market.ask):f}",
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "basis": "",
        "deliveryFeeRate": "",
        "deliveryTime": "0",
        "preOpenPrice": "",
        "preQty": "",
        "curPreListingPhase": "",
    }


def tickers_reply(feed: Feed, params: dict[str, Any]) -> Reply:
    """GET /v5/market/tickers: one symbol or all."""
    require_linear(params)
    world = feed.exchange.world
    markets = [world.market(params)] if params.get("symbol") else list(world.markets.values())
    return Reply(result={"category": "linear", "list": [ticker_row(feed, market) for market in markets]})


def recent_trades_reply(feed: Feed, params: dict[str, Any]) -> Reply:
    """GET /v5/market/recent-trade: newest first."""
    require_linear(params)
    market = feed.exchange.world.market(params)
    trades = feed.recent[market.symbol][-limit_of(params, 500, 1000) :]
    scale = market.listing.price_scale
    rows = [
        {
            "execId": trade.exec_id,
            "symbol": trade.symbol,
            "price": f"{trade.price:.{scale}f}",
            "size": f"{trade.qty:f}",
            "side": trade.side,
            "time": str(trade.time_ms),
            "isBlockTrade": False,
            "isRPITrade": False,
            "seq": str(trade.seq),
        }
        for trade in reversed(trades)
    ]
    return Reply(result={"category": "linear", "list": rows})


def trade_message(trades: list[Trade], scale: int) -> dict[str, Any]:
    """One ``publicTrade.*`` message of trades of one symbol, ascending."""
    return {
        "topic": f"publicTrade.{trades[0].symbol}",
        "type": "snapshot",
        "ts": trades[-1].time_ms,
        "data": [
            {
                "T": trade.time_ms,
                "s": trade.symbol,
                "S": trade.side,
                "v": f"{trade.qty:f}",
                "p": f"{trade.price:.{scale}f}",
                "L": trade.direction,
                "i": trade.exec_id,
                "BT": False,
                "RPI": False,
                "seq": trade.seq,
            }
            for trade in trades
        ],
    }


def funding_history_reply(feed: Feed, params: dict[str, Any]) -> Reply:
    """GET /v5/market/funding/history: every boundary in the window; startTime alone is an error."""
    require_linear(params)
    market = feed.exchange.world.market(params)
    start, end = time_of(params, "startTime"), time_of(params, "endTime")
    if start is not None and end is None:
        raise bad_request("params error: endTime is required")
    interval = market.listing.instrument.funding_interval_minutes * 60_000
    boundary = market.next_funding_ms - interval
    if end is not None and end < boundary:
        boundary = end - end % interval
    rows: list[dict[str, str]] = []
    limit = limit_of(params, 200, 200)
    while len(rows) < limit and boundary >= max(start or 0, feed.origin_ms):
        rows.append(
            {
                "symbol": market.symbol,
                "fundingRate": plain(rate_at(market, boundary)),
                "fundingRateTimestamp": str(boundary),
            }
        )
        boundary -= interval
    return Reply(result={"category": "linear", "list": rows})
