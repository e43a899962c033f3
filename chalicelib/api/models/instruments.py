"""Instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from chalicelib.api.models.base import DecimalText, PageQuery, View

if TYPE_CHECKING:
    from chalicelib.domain.market.instrument import Instrument


class InstrumentsQuery(PageQuery):
    """Which instruments: those whose symbol contains ``search``, in any case."""

    search: str = Field(default="", max_length=30)


class InstrumentView(View):
    """An instrument's trading rules; prices in quote currency, quantities in base coin."""

    symbol: str
    base_coin: str
    quote_coin: str
    tick_size: DecimalText
    qty_step: DecimalText
    min_order_qty: DecimalText
    max_order_qty: DecimalText
    max_market_order_qty: DecimalText
    min_notional: DecimalText
    max_leverage: DecimalText
    status: str

    @classmethod
    def of(cls, instrument: Instrument) -> InstrumentView:
        """The view of an instrument."""
        return cls(
            symbol=instrument.symbol,
            base_coin=instrument.base_coin,
            quote_coin=instrument.quote_coin,
            tick_size=instrument.tick_size,
            qty_step=instrument.qty_step,
            min_order_qty=instrument.min_order_qty,
            max_order_qty=instrument.max_order_qty,
            max_market_order_qty=instrument.max_market_order_qty,
            min_notional=instrument.min_notional,
            max_leverage=instrument.max_leverage,
            status=instrument.status,
        )


class InstrumentList(View):
    """A page of instruments by symbol."""

    items: list[InstrumentView]
    next_cursor: str | None
