"""Plays the market: turns the market's time into prices for the engine and candles for those who ask."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from infra.local.exchange.engine import Exchange, Tick
from infra.local.exchange.market.bars import Bar
from infra.local.exchange.market.basis import boundary_after, premium_before
from infra.local.exchange.market.candles import Candles
from infra.local.exchange.market.path import path
from infra.local.exchange.market.series import MINUTE_MS, Series


@dataclass(frozen=True, slots=True)
class Trade:
    """One public trade of the feed."""

    exec_id: str
    symbol: str
    price: Decimal
    qty: Decimal
    side: str
    direction: str
    time_ms: int
    seq: int


@dataclass(slots=True)
class Played:
    """What one step did: the trades, and the minute that closed (its opening time) if one did."""

    trades: list[Trade]
    closed_minute_ms: int | None


class Feed:
    """``steps`` prices a minute for each symbol. ``next_ms`` is the market time of the next step."""

    def __init__(
        self, exchange: Exchange, series: dict[str, Series], origin_ms: int, first_bar: int, steps: int
    ) -> None:
        self.exchange = exchange
        self.series = series
        self.origin_ms = origin_ms
        self.first_bar = first_bar
        self.index = first_bar
        self.steps = steps
        self.step = 0
        self.factors: dict[str, Decimal] = {}
        self.candles: dict[str, Candles] = {}
        self.recent: dict[str, list[Trade]] = {symbol: [] for symbol in series}
        self._paths: dict[str, list[int]] = {}
        self._volumes: dict[str, int] = {}
        self._premiums: dict[str, tuple[int, Decimal]] = {}
        for symbol, source in series.items():
            listing = exchange.world.markets[symbol].listing
            candles = self.candles[symbol] = Candles(listing, origin_ms)
            for index in range(first_bar):
                candles.closed.append(source.bar(index))
            self._open_bar(symbol)

    @property
    def next_ms(self) -> int:
        """Market time of the next step."""
        return self.origin_ms + self.index * MINUTE_MS + self.step * MINUTE_MS // self.steps

    def set_steps(self, steps: int) -> None:
        """Changes how many prices a minute has, keeping the place inside the minute."""
        self.step = min(steps - 1, self.step * steps // self.steps)
        self.steps = steps
        for symbol in self.series:
            self._open_bar(symbol)

    def set_factors(self, factors: dict[str, Decimal]) -> None:
        """Restores how far pushed prices have moved each series."""
        self.factors = {symbol: factor for symbol, factor in factors.items() if symbol in self.series}
        for symbol in self.factors:
            self._open_bar(symbol)

    def _open_bar(self, symbol: str) -> None:
        bar = self.series[symbol].bar(self.index)
        factor = self.factors.get(symbol)
        if factor is not None:
            moved = [max(1, int(ticks * factor)) for ticks in bar[:4]]
            bar = Bar(moved[0], moved[1], moved[2], moved[3], bar.volume)
        self._paths[symbol] = path(bar, self.steps, self.index)
        self._volumes[symbol] = max(1, bar.volume // self.steps)

    def push_price(
        self, symbol: str, price: Decimal, now_ms: int, mark: Decimal | None, index: Decimal | None
    ) -> Trade:
        """Moves the market to ``price`` now; the series goes on from there."""
        instrument = self.exchange.world.markets[symbol].listing.instrument
        planned = self._paths[symbol][min(self.step, self.steps - 1)]
        ticks = int(instrument.round_price(price) / instrument.tick_size)
        self.factors[symbol] = self.factors.get(symbol, Decimal(1)) * ticks / planned
        self._open_bar(symbol)
        self.exchange.advance(
            now_ms, {symbol: Tick(ticks * instrument.tick_size, mark, index)}, market_ms=self.exchange.world.market_ms
        )
        return self._record(symbol, ticks, 1, now_ms)

    def play_step(self, now_ms: int) -> Played:
        """Plays the next step at the wall time ``now_ms``."""
        closed: int | None = None
        if self.step == 0:
            closed = self._turn_minute()
        market_ms = self.next_ms
        prices: dict[str, Decimal | Tick] = {}
        trades: list[Trade] = []
        moved: list[tuple[str, int]] = []
        for symbol, prices_in_bar in self._paths.items():
            instrument = self.exchange.world.markets[symbol].listing.instrument
            ticks = prices_in_bar[self.step]
            moved.append((symbol, ticks))
            price = ticks * instrument.tick_size
            prices[symbol] = Tick(
                price,
                index=self._index_of(symbol, price, market_ms),
                volume=self._volumes[symbol] * instrument.qty_step,
            )
        self.exchange.advance(now_ms, prices, market_ms=market_ms)
        for symbol, ticks in moved:
            trades.append(self._record(symbol, ticks, self._volumes[symbol], now_ms))
        self.step += 1
        if self.step == self.steps:
            self.step = 0
            self.index += 1
        return Played(trades, closed)

    def _index_of(self, symbol: str, price: Decimal, market_ms: int) -> Decimal:
        """The index under the price: one premium lower, in the instrument's ticks."""
        market = self.exchange.world.markets[symbol]
        boundary_ms = boundary_after(market, market_ms)
        known = self._premiums.get(symbol)
        if known is None or known[0] != boundary_ms:
            known = self._premiums[symbol] = (boundary_ms, premium_before(symbol, boundary_ms))
        return market.listing.instrument.round_price(price / (1 + known[1]))

    def _turn_minute(self) -> int | None:
        """Closes the minute that has ended and opens the next one."""
        closed: int | None = None
        for symbol, candles in self.candles.items():
            if candles.forming is not None:
                closed = candles.forming_start_ms
                candles.close_minute()
            self._open_bar(symbol)
        return closed

    def _record(self, symbol: str, ticks: int, volume: int, now_ms: int) -> Trade:
        world = self.exchange.world
        market = world.markets[symbol]
        instrument = market.listing.instrument
        self.candles[symbol].trade(ticks, volume)
        seq = world.next_seq()
        side = "Buy" if market.direction.endswith("PlusTick") else "Sell"
        trade = Trade(
            f"{seq:032x}",
            symbol,
            ticks * instrument.tick_size,
            volume * instrument.qty_step,
            side,
            market.direction,
            now_ms,
            seq,
        )
        recent = self.recent[symbol]
        recent.append(trade)
        if len(recent) > 2000:
            del recent[:1000]
        return trade
