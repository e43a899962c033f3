"""What a trade leaves behind: an execution, and a row of closed PnL when it closed something."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution. ``fee`` positive = paid; for Funding rows too. ``pnl`` is realised gross of fees."""

    exec_id: str
    symbol: str
    order_id: str
    link_id: str
    side: str
    order_price: Decimal
    order_qty: Decimal
    leaves: Decimal
    order_type: str
    stop_type: str
    create_type: str
    price: Decimal
    qty: Decimal
    value: Decimal
    exec_type: str
    time_ms: int
    fee: Decimal
    fee_rate: Decimal
    is_maker: bool
    mark: Decimal
    index: Decimal
    closed: Decimal
    pnl: Decimal
    seq: int


@dataclass(slots=True)
class ClosedPnl:
    """What one closing order realised so far; ``side`` is the closing order's."""

    symbol: str
    order_id: str
    side: str
    qty: Decimal
    order_price: Decimal
    order_type: str
    exec_type: str
    leverage: Decimal
    created_ms: int
    updated_ms: int
    closed: Decimal = Decimal(0)
    entry_value: Decimal = Decimal(0)
    exit_value: Decimal = Decimal(0)
    open_fee: Decimal = Decimal(0)
    close_fee: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    fill_count: int = 0
