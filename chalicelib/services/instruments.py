"""The directory of instruments: read through memory and the table, refreshed on a schedule (FR-7, FR-8, FR-12)."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.account_ports import InstrumentRepository, Listing
from chalicelib.domain.accounts.errors import UnknownSymbol
from chalicelib.domain.market.instrument import Instrument
from chalicelib.ports import Clock, MarketData, NotFound

_FRESH_MS = 60_000


@dataclass(slots=True)
class _Memory:
    instruments: tuple[Instrument, ...] = ()
    read_ms: int = 0


@dataclass(frozen=True, slots=True)
class Instruments:
    """The use-cases of the directory."""

    cache: InstrumentRepository
    market: MarketData
    clock: Clock
    _memory: _Memory = field(default_factory=_Memory)

    def get(self, symbol: str, pointer: str = "/symbol") -> Instrument:
        """The instrument's trading rules, asked of the exchange when the cache has none.

        Raises UnknownSymbol with ``pointer`` (where the request names it), ExchangeUnavailable.
        """
        for instrument in self._all():
            if instrument.symbol == symbol:
                return instrument
        try:
            return self.market.instrument(symbol)
        except NotFound as missing:
            raise UnknownSymbol(symbol, pointer) from missing

    def list(self, search: str, limit: int, after: str | None) -> Listing[Instrument]:
        """Instruments by symbol whose symbol contains ``search`` in any case. Raises ExchangeUnavailable."""
        wanted = search.strip().upper()
        found = [
            instrument
            for instrument in self._all()
            if wanted in instrument.symbol.upper() and (after is None or instrument.symbol > after)
        ]
        page = tuple(found[:limit])
        return Listing(page, page[-1].symbol if len(found) > limit else None)

    def refresh(self) -> int:
        """Reads the directory from the exchange into the cache; returns its size. Raises ExchangeUnavailable."""
        instruments = self.market.instruments()
        self.cache.replace_all(instruments, self.clock.now_ms())
        return len(instruments)

    def _all(self) -> tuple[Instrument, ...]:
        now_ms = self.clock.now_ms()
        if self._memory.instruments and now_ms - self._memory.read_ms < _FRESH_MS:
            return self._memory.instruments
        # Only the scheduled refresh may write the table; until its first time the exchange is asked.
        instruments = self.cache.list() or self.market.instruments()
        self._memory.instruments = tuple(sorted(instruments, key=lambda instrument: instrument.symbol))
        self._memory.read_ms = now_ms
        return self._memory.instruments
