"""How far the perpetual trades above its index: one premium for each funding interval, the same in every run."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from infra.local.exchange.engine.premium import funding_rate
from infra.local.exchange.engine.symbol_market import SymbolMarket

LOWEST_BPS, SPAN_TENTHS = Decimal(-6), 161


def premium_before(symbol: str, boundary_ms: int) -> Decimal:
    """The premium index (a fraction, -6 to +10 bps) of the interval that ends at the funding time ``boundary_ms``."""
    digest = hashlib.sha256(f"{symbol}:{boundary_ms}".encode()).digest()
    tenths = int.from_bytes(digest[:4]) % SPAN_TENTHS
    return (LOWEST_BPS + Decimal(tenths) / 10) / 10_000


def boundary_after(market: SymbolMarket, market_ms: int) -> int:
    """The funding time that ends the interval which ``market_ms`` lies in."""
    interval = market.listing.instrument.funding_interval_minutes * 60_000
    return market_ms - market_ms % interval + interval


def rate_at(market: SymbolMarket, boundary_ms: int) -> Decimal:
    """The rate settled at a funding time; of one that was never played, what its premium would have made."""
    for time_ms, rate in reversed(market.settled):
        if time_ms == boundary_ms:
            return rate
    minutes = market.listing.instrument.funding_interval_minutes
    return funding_rate(premium_before(market.symbol, boundary_ms), minutes, market.listing.funding_cap)
