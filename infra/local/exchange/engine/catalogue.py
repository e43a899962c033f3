"""The instruments the simulated exchange lists, with what the generator and the risk engine need to know of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from chalicelib.domain.market.instrument import Instrument


@dataclass(frozen=True, slots=True)
class RiskTier:
    """Positions up to ``limit`` USDT need ``mmr`` maintenance margin less ``deduction``; ``max_leverage`` at most."""

    risk_id: int
    limit: Decimal
    mmr: Decimal
    deduction: Decimal
    max_leverage: Decimal


@dataclass(frozen=True, slots=True)
class Listing:
    """One perpetual. ``base_depth`` is a typical quantity on one level of the book; ``price_scale`` its decimals;
    ``reference_price`` starts the generator; ``volatility`` is a typical relative move of one minute."""

    instrument: Instrument
    price_scale: int
    tiers: tuple[RiskTier, ...]
    reference_price: Decimal
    base_depth: Decimal
    volatility: float
    funding_cap: Decimal = Decimal("0.00375")
    limit_ratio_x: Decimal = Decimal("0.01")
    limit_ratio_y: Decimal = Decimal("0.02")
    launch_ms: int = 1_584_230_400_000

    def with_status(self, status: str) -> Listing:
        """The same listing, closed or reopened."""
        return replace(self, instrument=replace(self.instrument, status=status))


def _tiers(first_limit: int, max_leverage: int) -> tuple[RiskTier, ...]:
    """Marginal tiers; the deduction makes maintenance margin continuous at each limit."""
    rates = (Decimal("0.005"), Decimal("0.0056"), Decimal("0.01"), Decimal("0.02"), Decimal("0.05"))
    limits = [first_limit * Decimal(text) for text in ("1", "1.3", "3", "6", "20")]
    shares = [Decimal(text) for text in ("1", "0.9", "0.5", "0.25", "0.1")]
    tiers: list[RiskTier] = []
    deduction = Decimal(0)
    for number, (rate, limit, share) in enumerate(zip(rates, limits, shares, strict=True)):
        if number:
            deduction += limits[number - 1] * (rate - rates[number - 1])
        tiers.append(RiskTier(number + 1, limit, rate, deduction, max(Decimal(1), (max_leverage * share) // 1)))
    return tuple(tiers)


def _listing(
    base: str, price: str, tick: str, step: str, largest: str, depth: str, volatility: float, *, leverage: int = 100
) -> Listing:
    scale = max(0, -int(Decimal(tick).as_tuple().exponent))
    instrument = Instrument(
        symbol=f"{base}USDT",
        base_coin=base,
        quote_coin="USDT",
        tick_size=Decimal(tick),
        qty_step=Decimal(step),
        min_order_qty=Decimal(step),
        max_order_qty=Decimal(largest),
        max_market_order_qty=Decimal(largest) / 2,
        min_notional=Decimal(5),
        min_price=Decimal(tick),
        max_price=Decimal(tick) * 19_999_998,
        max_leverage=Decimal(leverage),
    )
    tiers = _tiers(2_000_000 if base in ("BTC", "ETH") else 200_000, leverage)
    return Listing(instrument, scale, tiers, Decimal(price), Decimal(depth), volatility)


CATALOGUE: dict[str, Listing] = {
    listing.instrument.symbol: listing
    for listing in (
        _listing("BTC", "60000", "0.1", "0.001", "1190", "1.5", 0.0006),
        _listing("ETH", "3000", "0.01", "0.01", "7240", "20", 0.0008),
        _listing("SOL", "150", "0.01", "0.1", "66000", "300", 0.0011, leverage=75),
        _listing("XRP", "0.6", "0.0001", "0.1", "3500000", "40000", 0.001, leverage=75),
        _listing("DOGE", "0.12", "0.00001", "1", "20000000", "200000", 0.0012, leverage=75),
        _listing("ADA", "0.45", "0.0001", "1", "5000000", "50000", 0.0011, leverage=75),
        _listing("LINK", "15", "0.001", "0.1", "200000", "1000", 0.0011, leverage=50),
        _listing("AVAX", "30", "0.001", "0.1", "100000", "500", 0.0012, leverage=50),
        _listing("LTC", "80", "0.01", "0.1", "50000", "300", 0.0009, leverage=50),
        _listing("POL", "0.5", "0.0001", "1", "3000000", "30000", 0.0012, leverage=50),
        _listing("1000PEPE", "0.0085", "0.000001", "100", "300000000", "3000000", 0.002, leverage=50),
        _listing("SHIB1000", "0.02", "0.00001", "10", "30000000", "300000", 0.0015, leverage=50),
    )
}
DEFAULT_SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT")
