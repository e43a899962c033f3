"""Instruments."""

from __future__ import annotations

from chalicelib.api.models.instruments import InstrumentList, InstrumentsQuery, InstrumentView
from chalicelib.api.operation import Call, Routes
from chalicelib.api.request import read_cursor, write_cursor

routes = Routes("Instruments")


@routes.get("/instruments", refusals=(502,))
def list_instruments(call: Call, query: InstrumentsQuery) -> InstrumentList:
    """USDT perpetuals by symbol."""
    page = call.services.instruments.list(query.search, query.limit, read_cursor(query.cursor))
    items = [InstrumentView.of(instrument) for instrument in page.items]
    return InstrumentList(items=items, next_cursor=write_cursor(page.next_after))


@routes.get("/instruments/{symbol}", refusals=(404, 422, 502))
def get_instrument(call: Call, symbol: str) -> InstrumentView:
    """One instrument's trading rules."""
    return InstrumentView.of(call.services.instruments.get(symbol))
