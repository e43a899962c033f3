"""How a position is closed by hand: reduce-only market orders sized from the position (C-19)."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.domain.errors import Finding, InvalidOrder
from chalicelib.domain.market.instrument import Instrument

SWEEP = Decimal(0)
"""The quantity that, reduce-only and close-on-trigger, stands for "whatever is left"."""

_QTY = "/qty"


def closing_chunks(size: Decimal, asked: Decimal | None, instrument: Instrument) -> tuple[Decimal, ...]:
    """Quantities of the orders that close ``asked`` (None: all) of a position of ``size`` > 0, in base coin.

    Each is on the step, at least the minimum and at most the largest market order. What such orders cannot reach of
    a position that is closed whole is swept by a last one, ``SWEEP``. Raises InvalidOrder for a quantity off the step,
    beyond the position, below the minimum, or one that would leave less than the minimum.
    """
    if asked is not None and asked != size:
        _check_part(size, asked, instrument)
        return _chunks(asked, instrument)
    reachable = instrument.floor_qty(size)
    if reachable < instrument.min_order_qty:
        return (SWEEP,)
    chunks = _chunks(reachable, instrument)
    return chunks if reachable == size else (*chunks, SWEEP)


def _check_part(size: Decimal, asked: Decimal, instrument: Instrument) -> None:
    least = instrument.min_order_qty
    rest = size - asked
    if asked % instrument.qty_step:
        nearest = instrument.floor_qty(asked)
        detail = f"{asked} is not a multiple of the step {instrument.qty_step}; nearest below is {nearest}"
        params = {"step": str(instrument.qty_step), "nearest": str(nearest)}
        raise InvalidOrder([Finding(_QTY, detail, "order.qty_off_step", params)])
    if rest < 0:
        detail = f"{asked} is more than the position of {size}"
        raise InvalidOrder([Finding(_QTY, detail, "order.qty_above_position", {"size": format(size, "f")})])
    if asked < least:
        params = {"min": str(least), "max": format(size, "f")}
        raise InvalidOrder([Finding(_QTY, f"{asked} is below the minimum {least}", "order.qty_out_of_range", params)])
    if rest < least:
        detail = f"{rest} would be left, less than the minimum {least}: close the whole position"
        params = {"rest": format(rest, "f"), "min": str(least)}
        raise InvalidOrder([Finding(_QTY, detail, "order.leaves_dust", params)])


def _chunks(qty: Decimal, instrument: Instrument) -> tuple[Decimal, ...]:
    """``qty`` in parts of at most the largest market order; the last two share so that neither is below the minimum."""
    most = instrument.floor_qty(instrument.max_market_order_qty)
    whole, rest = divmod(qty, most)
    chunks = [most] * int(whole)
    if rest:
        chunks.append(rest)
        if rest < instrument.min_order_qty and whole:
            chunks[-2] -= instrument.min_order_qty - rest
            chunks[-1] = instrument.min_order_qty
    return tuple(chunks)
