"""Facts of the exchange and of a run as they mostly are; a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.decision import SnapshotRead
from chalicelib.domain.runtime.facts import (
    AccountSnapshot,
    ExecType,
    ExecutionFact,
    OrderFact,
    OrderStatus,
    PositionFact,
    WalletFact,
)
from chalicelib.domain.runtime.intent import Intent, IntentKind, IntentStatus
from chalicelib.domain.runtime.position import Holding
from chalicelib.domain.runtime.record import BarView, RunState
from chalicelib.domain.runtime.states import RunStatus, TradingState

PRICE = Decimal(40_000)
QTY = Decimal("0.010")

_ORDER = OrderFact(
    order_id="o-1",
    order_link_id="",
    symbol="BTCUSDT",
    side=Side.BUY,
    order_type="Market",
    status=OrderStatus.NEW,
    qty=QTY,
    price=None,
    cum_exec_qty=Decimal(0),
    avg_price=None,
    reduce_only=False,
    create_type="CreateByUser",
    stop_order_type="",
    trigger_price=None,
    stop_loss=None,
    take_profit=None,
    reject_reason="EC_NoError",
    created_ms=0,
    updated_ms=0,
)
_EXECUTION = ExecutionFact(
    exec_id="e-1",
    order_id="o-1",
    order_link_id="",
    symbol="BTCUSDT",
    side=Side.BUY,
    exec_type=ExecType.TRADE,
    price=PRICE,
    qty=QTY,
    fee=Decimal("0.22"),
    closed_size=Decimal(0),
    create_type="CreateByUser",
    is_maker=False,
    time_ms=0,
)
_POSITION = PositionFact(
    symbol="BTCUSDT",
    side=Side.BUY,
    size=QTY,
    avg_price=PRICE,
    stop_loss=PRICE - 1000,
    take_profit=PRICE + 1000,
    trailing_stop=None,
    mark_price=PRICE,
    liq_price=None,
    leverage=None,
    unrealised_pnl=None,
    position_idx=0,
    updated_ms=0,
    seq=1,
)
_INTENT = Intent(
    intent_id="000001",
    kind=IntentKind.ENTRY,
    order_link_id="",
    symbol="BTCUSDT",
    side=Side.BUY,
    order_type="Market",
    qty=QTY,
    price=None,
    stop_loss=PRICE - 1000,
    take_profit=PRICE + 1000,
    reason="signal",
    epoch=1,
    status=IntentStatus.SENT,
    created_ms=0,
    updated_ms=0,
)


def an_order(**changes: Any) -> OrderFact:
    """A market order to buy 0.010 BTC that the exchange has just taken."""
    return replace(_ORDER, **changes)


def an_execution(**changes: Any) -> ExecutionFact:
    """That order's whole fill at 40,000."""
    return replace(_EXECUTION, **changes)


def a_position(**changes: Any) -> PositionFact:
    """A long of 0.010 BTC at 40,000 with stop and target a thousand away; flat with a ``size`` of zero."""
    position = replace(_POSITION, **changes)
    if position.size:
        return position
    return replace(position, side=None, avg_price=None, stop_loss=None, take_profit=None)


def a_reading(position: PositionFact, executions: tuple[ExecutionFact, ...] = (), taken_ms: int = 0) -> SnapshotRead:
    """The account read whole: this position, no open order, 10,000 USDT; no commit has booked ``executions``."""
    wallet = WalletFact(Decimal(10_000), Decimal(10_000), Decimal(10_000))
    return SnapshotRead(AccountSnapshot((), position, executions, wallet, taken_ms), executions)


def an_intent(order_link_id: str, **changes: Any) -> Intent:
    """A market entry to buy 0.010 BTC, sent, its levels a thousand away."""
    return replace(_INTENT, order_link_id=order_link_id, **changes)


def a_running_state(now_ms: int, **changes: Any) -> RunState:
    """A run under way that holds nothing, reconciled at ``now_ms``."""
    state = RunState(
        status=RunStatus.RUNNING,
        trading=TradingState.IDLE,
        leverage_set=True,
        reconcile_due="",
        reconciled_ms=now_ms,
        equity=Decimal(10_000),
    )
    return replace(state, **changes)


def a_holding_state(holding: Holding, now_ms: int, **changes: Any) -> RunState:
    """A run under way in this position."""
    bar = BarView(now_ms, PRICE, None)
    return a_running_state(
        now_ms, **{"trading": TradingState.IN_POSITION, "holding": holding, "last_price": PRICE, "bar": bar, **changes}
    )


def a_protected_holding(side: Side, opened_ms: int, *, qty: Decimal = QTY, **changes: Any) -> Holding:
    """``qty`` BTC at 40,000, its stop and target a thousand away and seen on the exchange."""
    stop, target = PRICE - side.sign * 1000, PRICE + side.sign * 1000
    holding = Holding(
        side,
        qty,
        qty * PRICE,
        opened_ms,
        opened_ms,
        "000001",
        stop_loss=stop,
        take_profit=target,
        levels_final=True,
        seen_stop_loss=stop,
        seen_take_profit=target,
        seen_qty=qty,
        protected_ms=opened_ms,
    )
    return replace(holding, **changes)
