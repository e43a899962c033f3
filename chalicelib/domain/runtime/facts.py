"""What the exchange has said: the only things that move a run (ack is not fill, C-03).

All prices are in quote currency, quantities in base coin, times in milliseconds UTC of the exchange's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.market.side import Side


class OrderStatus(StrEnum):
    """The exchange's order statuses (bybit_v5 section 7). An unknown one is UNKNOWN: it alerts and is reconciled."""

    NEW = "New"
    PARTIALLY_FILLED = "PartiallyFilled"
    UNTRIGGERED = "Untriggered"
    TRIGGERED = "Triggered"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    REJECTED = "Rejected"
    DEACTIVATED = "Deactivated"
    PARTIALLY_FILLED_CANCELED = "PartiallyFilledCanceled"
    UNKNOWN = "UNKNOWN"

    @property
    def terminal(self) -> bool:
        """Whether the order can no longer execute."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        OrderStatus.FILLED,
        OrderStatus.CANCELLED,
        OrderStatus.REJECTED,
        OrderStatus.DEACTIVATED,
        OrderStatus.PARTIALLY_FILLED_CANCELED,
    }
)


class ExecType(StrEnum):
    """Kinds of execution rows. Only those in ``CHANGES_SIZE`` are fills; Funding never is (decision 18)."""

    TRADE = "Trade"
    ADL = "AdlTrade"
    BUST = "BustTrade"
    BLOCK = "BlockTrade"
    MOVE = "MovePosition"
    DELIVERY = "Delivery"
    CORPORATE_ACTION = "CorporateAction"
    FUNDING = "Funding"
    SETTLE = "Settle"
    UNKNOWN = "UNKNOWN"

    @property
    def changes_size(self) -> bool:
        """Whether the row changes the position's size."""
        return self in _CHANGES_SIZE


_CHANGES_SIZE = frozenset(
    {
        ExecType.TRADE,
        ExecType.ADL,
        ExecType.BUST,
        ExecType.BLOCK,
        ExecType.MOVE,
        ExecType.DELIVERY,
        ExecType.CORPORATE_ACTION,
    }
)


class OrderStage(StrEnum):
    """What an order has come to, whoever sent it: the exchange's statuses by what they mean to us."""

    RESTING = "resting"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OrderFact:
    """An order as the exchange shows it. ``order_link_id`` is "" for orders that carry no id of ours."""

    order_id: str
    order_link_id: str
    symbol: str
    side: Side
    order_type: str
    status: OrderStatus
    qty: Decimal
    price: Decimal | None
    cum_exec_qty: Decimal
    avg_price: Decimal | None
    reduce_only: bool
    create_type: str
    stop_order_type: str
    trigger_price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    reject_reason: str
    created_ms: int
    updated_ms: int

    @property
    def refusal(self) -> str:
        """Why the exchange ended the order, "" when it names no reason."""
        return "" if self.reject_reason in ("", "EC_NoError") else self.reject_reason

    def stage(self, filled: Decimal) -> OrderStage:
        """What the order has come to; ``filled`` is the most that is known to have executed.

        A rejected order of which something executed counts as cancelled: the exchange says Rejected of both.
        """
        if self.status is OrderStatus.FILLED:
            return OrderStage.FILLED
        if self.status is OrderStatus.REJECTED and not filled:
            return OrderStage.REJECTED
        if self.status.terminal:
            return OrderStage.CANCELLED
        if self.status is OrderStatus.UNKNOWN:
            return OrderStage.UNKNOWN
        return OrderStage.PARTIAL if filled else OrderStage.RESTING


@dataclass(frozen=True, slots=True)
class ExecutionFact:
    """One execution row. ``fee`` is positive when paid, also for Funding rows. ``closed_size`` is the reducing part."""

    exec_id: str
    order_id: str
    order_link_id: str
    symbol: str
    side: Side
    exec_type: ExecType
    price: Decimal
    qty: Decimal
    fee: Decimal
    closed_size: Decimal
    create_type: str
    is_maker: bool
    time_ms: int


@dataclass(frozen=True, slots=True)
class PositionFact:
    """The one-way position of a symbol. ``side`` is None and ``size`` zero when flat; ``updated_ms`` is 0 when no time
    was named."""

    symbol: str
    side: Side | None
    size: Decimal
    avg_price: Decimal | None
    stop_loss: Decimal | None
    take_profit: Decimal | None
    trailing_stop: Decimal | None
    mark_price: Decimal | None
    liq_price: Decimal | None
    leverage: Decimal | None
    unrealised_pnl: Decimal | None
    position_idx: int
    updated_ms: int
    seq: int

    @property
    def flat(self) -> bool:
        """Whether there is no position."""
        return self.size == 0


@dataclass(frozen=True, slots=True)
class WalletFact:
    """USDT on the account: ``equity`` includes unrealised PnL, ``available`` is what new exposure may use."""

    equity: Decimal
    balance: Decimal
    available: Decimal


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """One reading of everything that concerns a symbol on an account, complete or not taken at all.

    ``executions`` are those since the time asked for, oldest first; ``taken_ms`` is the local time of the reading.
    """

    orders: tuple[OrderFact, ...]
    position: PositionFact
    executions: tuple[ExecutionFact, ...]
    wallet: WalletFact
    taken_ms: int


@dataclass(frozen=True, slots=True)
class ClosedPnlFact:
    """One closing order's result as the exchange books it: ``closed_pnl`` is net of both fees."""

    order_id: str
    symbol: str
    side: Side
    qty: Decimal
    closed_pnl: Decimal
    open_fee: Decimal
    close_fee: Decimal
    created_ms: int
