"""The private records of REST and streams as facts. A tolerant reader: unknown keys and members do no harm.

Every function raises MalformedPayload for a record that lacks what the fact needs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from chalicelib.adapters.bybit.fields import (
    MalformedPayload,
    Row,
    boolean,
    decimal,
    decimal_or_none,
    integer,
    integer_or_none,
    opt_decimal,
    required_text,
    rows,
    text,
)
from chalicelib.domain.market.side import Side
from chalicelib.domain.runtime.facts import (
    ClosedPnlFact,
    ExecType,
    ExecutionFact,
    OrderFact,
    OrderStatus,
    PositionFact,
    WalletFact,
)

_Member = TypeVar("_Member", OrderStatus, ExecType)

# Account totals are in USD; a haircut covers the index between USD and USDT.
_CROSS_HAIRCUT = Decimal("0.995")
ISOLATED_MARGIN = "ISOLATED_MARGIN"


def order_fact(row: Row) -> OrderFact:
    """An order of order/realtime, order/history or the ``order`` topic."""
    return OrderFact(
        order_id=required_text(row, "orderId"),
        order_link_id=text(row, "orderLinkId"),
        symbol=required_text(row, "symbol"),
        side=_side(row),
        order_type=text(row, "orderType"),
        status=_member(OrderStatus, text(row, "orderStatus"), OrderStatus.UNKNOWN),
        qty=decimal(row, "qty"),
        price=opt_decimal(row, "price"),
        cum_exec_qty=decimal(row, "cumExecQty"),
        avg_price=opt_decimal(row, "avgPrice"),
        reduce_only=boolean(row, "reduceOnly"),
        create_type=text(row, "createType"),
        stop_order_type=_known(text(row, "stopOrderType")),
        trigger_price=opt_decimal(row, "triggerPrice"),
        stop_loss=opt_decimal(row, "stopLoss"),
        take_profit=opt_decimal(row, "takeProfit"),
        reject_reason=_known(text(row, "rejectReason"), no_value="EC_NoError"),
        created_ms=integer(row, "createdTime"),
        updated_ms=integer(row, "updatedTime"),
    )


def execution_fact(row: Row) -> ExecutionFact:
    """An execution of execution/list or the ``execution`` topic (not ``execution.fast``, which has no fee)."""
    return ExecutionFact(
        exec_id=required_text(row, "execId"),
        order_id=text(row, "orderId"),
        order_link_id=text(row, "orderLinkId"),
        symbol=required_text(row, "symbol"),
        side=_side(row),
        exec_type=_member(ExecType, text(row, "execType"), ExecType.UNKNOWN),
        price=decimal(row, "execPrice"),
        qty=decimal(row, "execQty"),
        fee=decimal(row, "execFee"),
        closed_size=decimal_or_none(row, "closedSize") or Decimal(0),
        create_type=text(row, "createType"),
        is_maker=boolean(row, "isMaker"),
        time_ms=integer(row, "execTime"),
    )


def position_fact(row: Row) -> PositionFact:
    """A position of position/list or the ``position`` topic, where the average price is called ``entryPrice``."""
    size = decimal(row, "size")
    average = opt_decimal(row, "avgPrice")
    sequence = integer_or_none(row, "seq")
    return PositionFact(
        symbol=required_text(row, "symbol"),
        side=_side(row) if size else None,
        size=size,
        avg_price=opt_decimal(row, "entryPrice") if average is None else average,
        stop_loss=opt_decimal(row, "stopLoss"),
        take_profit=opt_decimal(row, "takeProfit"),
        trailing_stop=opt_decimal(row, "trailingStop"),
        mark_price=opt_decimal(row, "markPrice"),
        liq_price=opt_decimal(row, "liqPrice"),
        leverage=opt_decimal(row, "leverage"),
        unrealised_pnl=decimal_or_none(row, "unrealisedPnl"),
        position_idx=integer(row, "positionIdx"),
        updated_ms=integer_or_none(row, "updatedTime") or 0,
        seq=-1 if sequence is None else sequence,
    )


def closed_pnl_fact(row: Row) -> ClosedPnlFact:
    """A row of position/closed-pnl."""
    return ClosedPnlFact(
        order_id=required_text(row, "orderId"),
        symbol=required_text(row, "symbol"),
        side=_side(row),
        qty=decimal(row, "closedSize"),
        closed_pnl=decimal(row, "closedPnl"),
        open_fee=decimal_or_none(row, "openFee") or Decimal(0),
        close_fee=decimal_or_none(row, "closeFee") or Decimal(0),
        created_ms=integer(row, "createdTime"),
    )


def wallet_fact(result: Row, margin_mode: str) -> WalletFact:
    """The USDT of account/wallet-balance; an account that never held USDT has none.

    What new exposure may use: isolated, the wallet less all margin and what is locked or a bonus; cross, the account's
    available balance less a haircut. It may be negative.
    """
    accounts = rows(result)
    if not accounts:
        raise MalformedPayload("wallet-balance names no account")
    account = accounts[0]
    coin = next((row for row in rows(account, "coin") if row.get("coin") == "USDT"), None)
    if coin is None:
        return WalletFact(equity=Decimal(0), balance=Decimal(0), available=Decimal(0))
    balance = decimal(coin, "walletBalance")
    account_available = decimal_or_none(account, "totalAvailableBalance")
    if margin_mode == ISOLATED_MARGIN or account_available is None:
        used = ("totalPositionIM", "totalOrderIM", "locked", "bonus")
        available = balance - sum((decimal_or_none(coin, key) or Decimal(0) for key in used), Decimal(0))
    else:
        available = account_available * _CROSS_HAIRCUT
    return WalletFact(equity=decimal(coin, "equity"), balance=balance, available=available)


def order_from_executions(executions: tuple[ExecutionFact, ...], raw: list[Row]) -> OrderFact:
    """An order that only its executions still show (C-31): what they prove, and nothing more.

    ``executions`` are the fills of one order, oldest first, and ``raw`` their records. It is Filled when the newest
    record leaves nothing open; otherwise PartiallyFilled, which claims no end.
    """
    newest = max(raw, key=lambda row: integer(row, "execTime"))
    left = min(decimal(row, "leavesQty") for row in raw)
    executed = sum((execution.qty for execution in executions), Decimal(0))
    value = sum((execution.qty * execution.price for execution in executions), Decimal(0))
    last = executions[-1]
    return OrderFact(
        order_id=last.order_id,
        order_link_id=last.order_link_id,
        symbol=last.symbol,
        side=last.side,
        order_type=text(newest, "orderType"),
        status=OrderStatus.PARTIALLY_FILLED if left else OrderStatus.FILLED,
        qty=decimal_or_none(newest, "orderQty") or executed,
        price=opt_decimal(newest, "orderPrice"),
        cum_exec_qty=executed,
        avg_price=value / executed if executed else None,
        reduce_only=False,
        create_type=last.create_type,
        stop_order_type=_known(text(newest, "stopOrderType")),
        trigger_price=None,
        stop_loss=None,
        take_profit=None,
        reject_reason="",
        created_ms=executions[0].time_ms,
        updated_ms=last.time_ms,
    )


def _side(row: Row) -> Side:
    try:
        return Side(text(row, "side"))
    except ValueError as error:
        raise MalformedPayload("side is neither Buy nor Sell") from error


def _member(kind: type[_Member], raw: str, unknown: _Member) -> _Member:
    try:
        return kind(raw)
    except ValueError:
        return unknown


def _known(raw: str, no_value: str = "UNKNOWN") -> str:
    """The text, "" for the ways the exchange says that there is none."""
    return "" if raw in {no_value, "UNKNOWN"} else raw
