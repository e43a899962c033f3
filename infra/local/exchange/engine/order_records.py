"""Orders and executions in the exact shape of the wire: REST rows, and what the private stream writes otherwise."""

from __future__ import annotations

from typing import Any

from infra.local.exchange.engine.decimal_text import ZERO, plain
from infra.local.exchange.engine.fills import Fill
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.symbol_market import SymbolMarket


def order_row(order: Order, market: SymbolMarket) -> dict[str, Any]:
    """An order as REST shows it."""
    scale = market.listing.price_scale
    none = f"{ZERO:.{scale}f}"
    leaves = order.leaves if order.is_open else ZERO
    cumulated = plain(order.cum_fee)
    return {
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "parentOrderLinkId": order.parent_link_id,
        "blockTradeId": "",
        "symbol": order.symbol,
        "price": f"{order.price:.{scale}f}",
        "qty": f"{order.qty:f}",
        "side": order.side,
        "isLeverage": "",
        "positionIdx": order.position_idx,
        "orderStatus": order.status,
        "createType": order.create_type,
        "cancelType": order.cancel_type,
        "rejectReason": order.reject_reason,
        "avgPrice": plain(order.cum_value / order.cum_qty) if order.cum_qty else "0",
        "leavesQty": f"{leaves:f}",
        "leavesValue": plain(leaves * (order.price or order.trigger_price or ZERO)),
        "cumExecQty": f"{order.cum_qty:f}",
        "cumExecValue": plain(order.cum_value),
        "cumExecFee": cumulated,
        "cumFeeDetail": {"USDT": cumulated} if order.cum_qty else {},
        "timeInForce": order.time_in_force,
        "orderType": order.order_type,
        "stopOrderType": order.stop_type or "UNKNOWN",
        "orderIv": "",
        "triggerPrice": none if order.trigger_price is None else f"{order.trigger_price:.{scale}f}",
        "takeProfit": none if order.take_profit is None else f"{order.take_profit:.{scale}f}",
        "stopLoss": none if order.stop_loss is None else f"{order.stop_loss:.{scale}f}",
        "tpTriggerBy": order.tp_trigger_by or "UNKNOWN",
        "slTriggerBy": order.sl_trigger_by or "UNKNOWN",
        "triggerDirection": order.trigger_direction,
        "triggerBy": order.trigger_by or "UNKNOWN",
        "lastPriceOnCreated": f"{order.last_on_created:.{scale}f}",
        "reduceOnly": order.reduce_only,
        "closeOnTrigger": order.close_on_trigger,
        "placeType": "",
        "smpType": order.smp_type,
        "smpGroup": 0,
        "smpOrderId": "",
        "tpslMode": order.tpsl_mode or "UNKNOWN",
        "ocoTriggerBy": "",
        "tpLimitPrice": none if order.tp_limit_price is None else f"{order.tp_limit_price:.{scale}f}",
        "slLimitPrice": none if order.sl_limit_price is None else f"{order.sl_limit_price:.{scale}f}",
        "slippageToleranceType": order.slippage_type,
        "slippageTolerance": plain(order.slippage),
        "rpiTakerAccess": False,
        "rpiMatchedQty": "0",
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
    }


_EMPTY_ON_STREAM = ("stopOrderType", "triggerBy", "tpTriggerBy", "slTriggerBy", "tpslMode")


def order_message(order: Order, market: SymbolMarket) -> dict[str, Any]:
    """An order as the ``order`` topic shows it."""
    row = order_row(order, market)
    row["category"] = "linear"
    row["closedPnl"] = plain(order.closed_pnl)
    row["feeCurrency"] = "USDT"
    for name in _EMPTY_ON_STREAM:
        if row[name] == "UNKNOWN":
            row[name] = ""
    if not order.cum_qty:
        row["avgPrice"] = ""
    return row


def fill_row(fill: Fill, scale: int) -> dict[str, Any]:
    """An execution as REST shows it; ``scale`` is the symbol's price scale."""
    return {
        "symbol": fill.symbol,
        "orderId": fill.order_id,
        "orderLinkId": fill.link_id,
        "side": fill.side,
        "orderPrice": f"{fill.order_price:.{scale}f}",
        "orderQty": f"{fill.order_qty:f}",
        "leavesQty": f"{fill.leaves:f}",
        "createType": fill.create_type,
        "orderType": fill.order_type,
        "stopOrderType": fill.stop_type or "UNKNOWN",
        "execFee": plain(fill.fee),
        "execFeeV2": "",
        "execId": fill.exec_id,
        "execPrice": f"{fill.price:.{scale}f}",
        "execQty": f"{fill.qty:f}",
        "execType": fill.exec_type,
        "execValue": plain(fill.value),
        "execTime": str(fill.time_ms),
        "feeCurrency": "USDT",
        "isMaker": fill.is_maker,
        "feeRate": plain(fill.fee_rate),
        "tradeIv": "",
        "markIv": "",
        "markPrice": f"{fill.mark:.{scale}f}",
        "indexPrice": f"{fill.index:.{scale}f}",
        "underlyingPrice": "",
        "blockTradeId": "",
        "closedSize": plain(fill.closed),
        "extraFees": "",
        "seq": fill.seq,
    }


def fill_message(fill: Fill, scale: int) -> dict[str, Any]:
    """An execution as the ``execution`` topic shows it."""
    row = fill_row(fill, scale)
    row["category"] = "linear"
    row["execPnl"] = plain(fill.pnl)
    row["isLeverage"] = "0"
    return row


def fast_fill_message(fill: Fill, scale: int) -> dict[str, Any]:
    """An execution as the ``execution.fast`` topic shows it: few fields, no client id for makers."""
    return {
        "category": "linear",
        "symbol": fill.symbol,
        "execId": fill.exec_id,
        "execPrice": f"{fill.price:.{scale}f}",
        "execQty": f"{fill.qty:f}",
        "orderId": fill.order_id,
        "isMaker": fill.is_maker,
        "orderLinkId": "" if fill.is_maker else fill.link_id,
        "side": fill.side,
        "execTime": str(fill.time_ms),
        "seq": fill.seq,
    }
