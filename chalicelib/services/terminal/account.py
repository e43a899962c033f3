"""What the terminal shows of an account and a market, always as the exchange has it now (FR-11, FR-16, FR-21)."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.account_ports import ConnectionRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import UnknownSymbol
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.facts import ClosedPnlFact, OrderFact, PositionFact
from chalicelib.ports import Clock, ConnectionRef, Exchange, MarketData, NotFound, Ticker
from chalicelib.services.instruments import Instruments

_WEEK_MS = 7 * 24 * 3600 * 1000
_IN_QUERY = "#/query/symbol"


@dataclass(frozen=True, slots=True)
class TerminalAccount:
    """Reads of an exchange account. All raise NotFound, UnknownSymbol, ExchangeUnavailable, ExchangeRefused."""

    connections: ConnectionRepository
    instruments: Instruments
    exchange: Exchange
    clock: Clock

    def positions(self, actor: Actor, connection_id: str, symbol: str | None) -> tuple[PositionFact, ...]:
        """Positions that have a size."""
        ref = self._reference(actor, connection_id, symbol)
        return tuple(position for position in self.exchange.positions(ref, symbol) if not position.flat)

    def open_orders(self, actor: Actor, connection_id: str, symbol: str | None) -> tuple[OrderFact, ...]:
        """Orders that are alive, whoever made them."""
        return self.exchange.open_orders(self._reference(actor, connection_id, symbol), symbol)

    def closed_pnl(
        self, actor: Actor, connection_id: str, symbol: str | None, since_ms: int | None
    ) -> tuple[ClosedPnlFact, ...]:
        """Closed results since a time; of the last seven days when none is said."""
        return self.exchange.closed_pnl(self._reference(actor, connection_id, symbol), symbol, self._since(since_ms))

    def order_history(
        self, actor: Actor, connection_id: str, symbol: str, since_ms: int | None
    ) -> tuple[OrderFact, ...]:
        """Orders made since a time, whoever made them; of the last seven days when none is said."""
        return self.exchange.order_history(self._reference(actor, connection_id, symbol), symbol, self._since(since_ms))

    def _since(self, since_ms: int | None) -> int:
        """The exchange stamps its records with its own clock, also where the market's time runs faster."""
        return self.clock.now_ms() - _WEEK_MS if since_ms is None else since_ms

    def _reference(self, actor: Actor, connection_id: str, symbol: str | None) -> ConnectionRef:
        stored = self.connections.get(actor.workspace_id, connection_id)
        if symbol is not None:
            self.instruments.get(symbol, _IN_QUERY)
        return ConnectionRef(stored.workspace_id, stored.connection_id)


@dataclass(frozen=True, slots=True)
class TerminalMarket:
    """Reads of the market. All raise UnknownSymbol, ExchangeUnavailable."""

    market: MarketData

    def ticker(self, symbol: str) -> Ticker:
        """Current prices."""
        try:
            return self.market.ticker(symbol)
        except NotFound as missing:
            raise UnknownSymbol(symbol, _IN_QUERY) from missing

    def candles(self, symbol: str, interval: Interval, limit: int) -> tuple[tuple[Candle, ...], Candle | None]:
        """The newest closed candles, oldest first, and the one that is forming."""
        try:
            return self.market.candles_and_forming(symbol, interval, limit)
        except NotFound as missing:
            raise UnknownSymbol(symbol, _IN_QUERY) from missing
