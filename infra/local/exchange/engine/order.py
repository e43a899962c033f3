"""An order in the exchange's own terms."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)

OPEN = frozenset({"New", "PartiallyFilled", "Untriggered", "Triggered"})
PROTECTIVE = frozenset({"TakeProfit", "StopLoss", "PartialTakeProfit", "PartialStopLoss", "TrailingStop"})


@dataclass(slots=True)
class Order:
    """One order from acceptance to its end; prices in quote currency, quantities in base coin, wall times in ms.

    ``price`` of a market order is the internal limit of its slippage band, never a fill price. ``margin`` is the
    initial margin reserved while it rests. ``queue_ahead`` is the synthetic quantity before it at its price.
    """

    order_id: str
    link_id: str
    uid: str
    symbol: str
    side: str
    order_type: str
    qty: Decimal
    price: Decimal
    time_in_force: str
    position_idx: int
    created_ms: int
    updated_ms: int
    seq: int
    status: str = "New"
    reduce_only: bool = False
    close_on_trigger: bool = False
    create_type: str = "CreateByUser"
    cancel_type: str = "UNKNOWN"
    reject_reason: str = "EC_NoError"
    stop_type: str = ""
    trigger_price: Decimal | None = None
    trigger_direction: int = 0
    trigger_by: str = ""
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    tp_trigger_by: str = ""
    sl_trigger_by: str = ""
    tpsl_mode: str = ""
    tp_order_type: str = "Market"
    sl_order_type: str = "Market"
    tp_limit_price: Decimal | None = None
    sl_limit_price: Decimal | None = None
    smp_type: str = "None"
    slippage_type: str = "UNKNOWN"
    slippage: Decimal = ZERO
    parent_link_id: str = ""
    sibling_id: str = ""
    last_on_created: Decimal = ZERO
    cum_qty: Decimal = ZERO
    cum_value: Decimal = ZERO
    cum_fee: Decimal = ZERO
    closed_pnl: Decimal = ZERO
    margin: Decimal = ZERO
    queue_ahead: Decimal = ZERO
    distance: Decimal = ZERO
    activated: bool = False
    extreme: Decimal = ZERO
    visible_ms: int = 0

    @property
    def leaves(self) -> Decimal:
        """What can still be filled."""
        return self.qty - self.cum_qty

    @property
    def is_open(self) -> bool:
        """Whether the order can still be filled, amended or cancelled."""
        return self.status in OPEN

    @property
    def is_conditional(self) -> bool:
        """Whether it waits for a trigger: plain conditionals, TP/SL and trailing stops."""
        return self.status == "Untriggered"

    @property
    def is_protective(self) -> bool:
        """Whether the exchange keeps it for a position (TP, SL, trailing)."""
        return self.stop_type in PROTECTIVE
