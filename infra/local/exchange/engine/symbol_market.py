"""One symbol's market as the engine sees it: prices, and a synthetic book around them.

The book has one level a tick on both sides; sizes are a hash of the price, so the book is the same in every run and
costs nothing to keep. What takers have eaten stays eaten until the price moves on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal

from infra.local.exchange.engine.catalogue import Listing
from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.premium import Premium, funding_rate

BOOK_LEVELS = 1000
MARKET_BAND = Decimal("0.03")


@dataclass(frozen=True, slots=True)
class Tick:
    """The market's next price. ``mark`` and ``index`` follow ``last`` unless given; ``volume`` (base coin) is what
    traded at this price: None lets everything resting at the price fill."""

    last: Decimal
    mark: Decimal | None = None
    index: Decimal | None = None
    volume: Decimal | None = None


@dataclass(slots=True)
class SymbolMarket:
    """``bid`` and ``ask`` are the synthetic touch, one tick apart. ``depth_factor`` thins or thickens the book.

    ``funding_rate`` follows the premium over the index unless it is fixed, or there is no index but the mark.
    ``settled`` are the funding times (of the market) and rates so far.
    """

    listing: Listing
    last: Decimal
    mark: Decimal
    index: Decimal
    bid: Decimal
    ask: Decimal
    direction: str = "PlusTick"
    depth_factor: Decimal = Decimal(1)
    market_band: Decimal = MARKET_BAND
    funding_rate: Decimal = Decimal("0.0001")
    funding_fixed: bool = False
    next_funding_ms: int = 0
    settled: list[tuple[int, Decimal]] = field(default_factory=list)
    premium: Premium = field(default_factory=Premium)
    eaten: dict[Decimal, Decimal] = field(default_factory=dict)
    reduce_only: bool = False
    truncate_qty: bool = False

    @classmethod
    def open(cls, listing: Listing, price: Decimal) -> SymbolMarket:
        """A market whose first price is ``price``."""
        price = listing.instrument.round_price(price)
        return cls(listing, price, price, price, price, price + listing.instrument.tick_size)

    @property
    def symbol(self) -> str:
        """The symbol's name."""
        return self.listing.instrument.symbol

    def move(self, tick: Tick) -> None:
        """Takes the market to its next price."""
        if tick.last != self.last:
            self.direction = "PlusTick" if tick.last > self.last else "MinusTick"
            step = self.listing.instrument.tick_size
            if tick.last > self.last:
                self.bid, self.ask = tick.last - step, tick.last
            else:
                self.bid, self.ask = tick.last, tick.last + step
            self.last = tick.last
        elif self.direction in ("PlusTick", "MinusTick"):
            self.direction = "Zero" + self.direction
        self.mark = tick.last if tick.mark is None else tick.mark
        self.index = self.mark if tick.index is None else tick.index
        if self.eaten:
            self.eaten.clear()

    def sample_premium(self, now_ms: int) -> None:
        """Takes the present prices into the premium, and the premium into the funding rate."""
        self.premium.sample(now_ms, (self.bid + self.ask) / 2, self.mark, self.index)
        if self.premium.seen and not self.funding_fixed:
            minutes = self.listing.instrument.funding_interval_minutes
            self.funding_rate = funding_rate(self.premium.average, minutes, self.listing.funding_cap)

    def size_at(self, price: Decimal) -> Decimal:
        """The synthetic quantity at ``price`` before anything was taken."""
        instrument = self.listing.instrument
        ticks = int(price / instrument.tick_size)
        share = Decimal(200 + (ticks * 2_654_435_761 >> 7) % 1000) / 1000
        raw = self.listing.base_depth * share * self.depth_factor
        return (raw / instrument.qty_step).to_integral_value(rounding=ROUND_FLOOR) * instrument.qty_step

    def available(self, price: Decimal) -> Decimal:
        """What a taker can still get at ``price``."""
        size = self.size_at(price)
        return size - self.eaten.get(price, ZERO) if self.eaten else size

    def levels(self, taker_side: str, count: int = BOOK_LEVELS) -> Iterator[tuple[Decimal, Decimal]]:
        """(price, quantity) a taker of ``taker_side`` meets, best first."""
        step = self.listing.instrument.tick_size
        price = self.ask if taker_side == "Buy" else self.bid
        move = step if taker_side == "Buy" else -step
        for _ in range(count):
            if price <= 0:
                return
            quantity = self.available(price)
            if quantity > 0:
                yield price, quantity
            price += move

    def reference(self, kind: str) -> Decimal:
        """The price that a trigger by ``kind`` (LastPrice, MarkPrice, IndexPrice) watches."""
        if kind == "MarkPrice":
            return self.mark
        return self.index if kind == "IndexPrice" else self.last

    def price_limits(self) -> tuple[Decimal, Decimal]:
        """(highest bid, lowest ask) allowed (spec section 8, price band)."""
        instrument = self.listing.instrument
        x, y = self.listing.limit_ratio_x, self.listing.limit_ratio_y
        average = self.premium.average_quoted
        highest = min(self.mark * (1 + y), max(self.index, self.mark * (1 + x) + max(ZERO, average)))
        lowest = max(self.mark * (1 - y), min(self.index, self.mark * (1 - x) + min(ZERO, average)))
        return instrument.floor_price(highest), instrument.ceil_price(lowest)
