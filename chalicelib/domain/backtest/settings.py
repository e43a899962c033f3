"""What a backtest assumes about the world. Every one of these is printed in the report."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.domain.market.instrument import Instrument

# Raised whenever the same strategy, bars and settings may give other trades than before.
ENGINE_VERSION = 2


class FillAt(StrEnum):
    """Where decisions made at a bar's close are filled. ``CLOSE`` is optimistic: nobody gets the price they saw."""

    NEXT_OPEN = "next_open"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Settings:
    """The assumptions of one backtest; fees and slippage in bps (1/10,000) of the notional of each side.

    ``fixed_qty`` (base coin) switches sizing, cooldown and loss limits off. Without ``instrument`` nothing is rounded.
    ``leverage`` turns the liquidation check on: isolated margin, ``maintenance_margin_pct`` of the entry notional.
    """

    fill_at: FillAt = FillAt.NEXT_OPEN
    taker_fee_bps: float = 5.5
    maker_fee_bps: float = 2.0
    slippage_bps: float = 0.0
    fixed_qty: float | None = None
    starting_equity: Decimal = Decimal(10_000)
    leverage: float | None = None
    maintenance_margin_pct: float = 0.5
    instrument: Instrument | None = None
    funding: FundingSeries | None = None
