"""The directory of instruments: memory, then the table, then the exchange."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from chalicelib.domain.accounts.errors import UnknownSymbol
from chalicelib.domain.market.instrument import Instrument
from chalicelib.services.instruments import Instruments
from tests.fakes.memory_workspace import MemoryInstruments
from tests.fakes.scripted_exchange import ScriptedMarket, instrument
from tests.fakes.virtual_clock import VirtualClock


@dataclass
class CountingMarket(ScriptedMarket):
    """Counts how often the whole directory was read."""

    reads: int = 0

    def instruments(self) -> tuple[Instrument, ...]:
        self.reads += 1
        return super().instruments()


@pytest.fixture
def market() -> CountingMarket:
    """The exchange."""
    return CountingMarket()


@pytest.fixture
def table() -> MemoryInstruments:
    """The cache, empty."""
    return MemoryInstruments()


@pytest.fixture
def clock() -> VirtualClock:
    """Time for the memory to grow old."""
    return VirtualClock()


@pytest.fixture
def directory(table: MemoryInstruments, market: CountingMarket, clock: VirtualClock) -> Instruments:
    """The use-cases."""
    return Instruments(table, market, clock)


def symbols(directory: Instruments) -> list[str]:
    """What is listed."""
    return [found.symbol for found in directory.list("", 100, None).items]


def test_before_the_first_refresh_the_exchange_is_asked_and_the_table_left_alone(
    directory: Instruments, table: MemoryInstruments
) -> None:
    assert symbols(directory) == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    assert table.rows == {}


def test_a_refresh_writes_the_table(directory: Instruments, table: MemoryInstruments) -> None:
    assert directory.refresh() == 3
    assert sorted(table.rows) == ["BTCUSDT", "ETHUSDT", "SOLUSDT"]


def test_the_table_spares_the_exchange(
    directory: Instruments, table: MemoryInstruments, market: CountingMarket
) -> None:
    table.replace_all((instrument("XRPUSDT"),), 0)

    assert symbols(directory) == ["XRPUSDT"]
    assert market.reads == 0


def test_memory_spares_the_table_for_a_minute(
    directory: Instruments, table: MemoryInstruments, clock: VirtualClock
) -> None:
    table.replace_all((instrument("XRPUSDT"),), 0)
    symbols(directory)
    table.replace_all((instrument("ADAUSDT"),), 0)

    within = symbols(directory)
    clock.advance(60_000)

    assert (within, symbols(directory)) == (["XRPUSDT"], ["ADAUSDT"])


def test_an_instrument_that_is_newer_than_the_cache_is_asked_for(
    directory: Instruments, table: MemoryInstruments
) -> None:
    table.replace_all((instrument("XRPUSDT"),), 0)

    assert directory.get("BTCUSDT").symbol == "BTCUSDT"


def test_what_the_exchange_does_not_have_is_unknown_at_its_place(directory: Instruments) -> None:
    with pytest.raises(UnknownSymbol) as refused:
        directory.get("NOPEUSDT", "/spec/market/symbol")

    assert refused.value.pointer == "/spec/market/symbol"
