"""How large a position is: decision 15, and the fixed notional."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.domain.errors import InvalidOrder
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.strategy.findings import finding
from chalicelib.domain.strategy.spec import Risk


def position_size(
    equity: Decimal,
    entry_price: Decimal,
    stop_loss: Decimal,
    risk: Risk,
    instrument: Instrument | None,
) -> Decimal:
    """The quantity, in base coin, to open at ``entry_price`` with a stop at ``stop_loss``.

    equity * riskPerTradePct / 100 / |entry - stop|, or fixedNotionalUsd / entry; capped by maxPositionSizeUsd / entry
    and the instrument's largest market order, floored to its step, never rounded up. Without ``instrument`` it is not
    rounded. Raises InvalidOrder below the minimum quantity or notional, and when there is nothing to compute from.
    """
    distance = abs(entry_price - stop_loss)
    if not distance:
        raise InvalidOrder([finding("/exit/stopLoss", "size_no_risk")])
    if risk.fixed_notional_usd is not None:
        wanted = risk.fixed_notional_usd / entry_price
    else:
        if equity <= 0:
            raise InvalidOrder([finding("/risk", "size_no_equity")])
        wanted = equity * (risk.risk_per_trade_pct or Decimal(0)) / 100 / distance
    qty = min(wanted, risk.max_position_size_usd / entry_price)
    if instrument is None:
        return qty
    qty = instrument.floor_qty(min(qty, instrument.max_market_order_qty))
    if qty < instrument.min_order_qty or qty <= 0:
        raise InvalidOrder([finding("/risk", "size_below_minimum", qty=qty, minimum=instrument.min_order_qty)])
    if qty * entry_price < instrument.min_notional:
        worth = f"{instrument.min_notional} {instrument.quote_coin}"
        raise InvalidOrder([finding("/risk", "size_below_minimum", qty=qty, minimum=worth)])
    return qty
