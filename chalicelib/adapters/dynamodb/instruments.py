"""The cache of instruments (FR-12), one row a symbol."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

from chalicelib.adapters.patience import Patient
from chalicelib.domain.market.instrument import Instrument

CATEGORY = "linear"
_DECIMALS = (
    "tick_size",
    "qty_step",
    "min_order_qty",
    "max_order_qty",
    "max_market_order_qty",
    "min_notional",
    "min_price",
    "max_price",
    "max_leverage",
)


class InstrumentItem(Model):
    """One instrument; decimals are strings."""

    class Meta(Patient):
        table_name = "instruments"

    category = UnicodeAttribute(hash_key=True)
    symbol = UnicodeAttribute(range_key=True)
    base_coin = UnicodeAttribute()
    quote_coin = UnicodeAttribute()
    tick_size = UnicodeAttribute()
    qty_step = UnicodeAttribute()
    min_order_qty = UnicodeAttribute()
    max_order_qty = UnicodeAttribute()
    max_market_order_qty = UnicodeAttribute()
    min_notional = UnicodeAttribute()
    min_price = UnicodeAttribute()
    max_price = UnicodeAttribute()
    max_leverage = UnicodeAttribute()
    funding_interval_minutes = NumberAttribute()
    status = UnicodeAttribute()
    updated_ms = NumberAttribute()


class DynamoInstruments:
    """``InstrumentRepository`` on the instruments table."""

    def get(self, symbol: str) -> Instrument | None:
        """See ``InstrumentRepository.get``."""
        try:
            return _instrument(InstrumentItem.get(CATEGORY, symbol))
        except DoesNotExist:
            return None

    def list(self) -> tuple[Instrument, ...]:
        """See ``InstrumentRepository.list``."""
        return tuple(_instrument(row) for row in InstrumentItem.query(CATEGORY))

    def replace_all(self, instruments: tuple[Instrument, ...], now_ms: int) -> None:
        """See ``InstrumentRepository.replace_all``."""
        symbols = {instrument.symbol for instrument in instruments}
        gone = [row for row in InstrumentItem.query(CATEGORY, consistent_read=True) if row.symbol not in symbols]
        with InstrumentItem.batch_write() as batch:
            for instrument in instruments:
                batch.save(_item(instrument, now_ms))
            for row in gone:
                batch.delete(row)


def _item(instrument: Instrument, now_ms: int) -> InstrumentItem:
    decimals: dict[str, Any] = {name: format(getattr(instrument, name), "f") for name in _DECIMALS}
    return InstrumentItem(
        CATEGORY,
        instrument.symbol,
        base_coin=instrument.base_coin,
        quote_coin=instrument.quote_coin,
        funding_interval_minutes=instrument.funding_interval_minutes,
        status=instrument.status,
        updated_ms=now_ms,
        **decimals,
    )


def _instrument(item: InstrumentItem) -> Instrument:
    return Instrument(
        symbol=item.symbol,
        base_coin=item.base_coin,
        quote_coin=item.quote_coin,
        funding_interval_minutes=int(item.funding_interval_minutes),
        status=item.status,
        **{name: Decimal(getattr(item, name)) for name in _DECIMALS},
    )
