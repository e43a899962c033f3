"""Positions, wallet, closed PnL and ledger rows in the exact shape of the wire."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.account import Account
from infra.local.exchange.engine.decimal_text import EIGHT_PLACES, ZERO, plain
from infra.local.exchange.engine.fills import ClosedPnl
from infra.local.exchange.engine.margin import liquidation_price, position_margin, tier_of, totals
from infra.local.exchange.engine.position import Position
from infra.local.exchange.engine.world import World


def position_row(world: World, account: Account, position: Position) -> dict[str, Any]:
    """A position as REST shows it, flat ones included."""
    market = world.markets[position.symbol]
    scale = market.listing.price_scale
    taker = world.fee_rate(account, position.symbol, maker=False)
    initial, maintenance = position_margin(account, position, market, taker)
    tier = tier_of(market.listing, position.entry_value)
    liquidation = liquidation_price(account, position, market)
    average = position.avg_price
    none = f"{ZERO:.{scale}f}"
    return {
        "positionIdx": position.idx,
        "riskId": tier.risk_id,
        "riskLimitValue": plain(tier.limit),
        "symbol": position.symbol,
        "side": position.side,
        "size": f"{position.size:f}",
        "avgPrice": plain(average.quantize(EIGHT_PLACES)) if position.size else "0",
        "positionValue": plain(position.entry_value),
        "tradeMode": 0,
        "positionStatus": position.status,
        "autoAddMargin": position.auto_add_margin,
        "adlRankIndicator": 2 if position.size else 0,
        "leverage": plain(account.leverage(position.symbol, position.side)),
        "positionBalance": plain(initial),
        "markPrice": f"{market.mark:.{scale}f}",
        "liqPrice": "" if liquidation is None else f"{liquidation:.{scale}f}",
        "bustPrice": "",
        "breakEvenPrice": plain(position.break_even(taker).quantize(EIGHT_PLACES)) if position.size else "0",
        "positionMM": plain(maintenance),
        "positionMMByMp": plain(maintenance),
        "positionIM": plain(initial),
        "positionIMByMp": plain(initial),
        "tpslMode": "Full",
        "takeProfit": none if position.take_profit is None else f"{position.take_profit:.{scale}f}",
        "stopLoss": none if position.stop_loss is None else f"{position.stop_loss:.{scale}f}",
        "trailingStop": f"{position.trailing:.{scale}f}",
        "sessionAvgPrice": "",
        "unrealisedPnl": plain(position.unrealised(market.mark).quantize(EIGHT_PLACES)),
        "curRealisedPnl": plain(position.cur_realised),
        "cumRealisedPnl": plain(position.cum_realised),
        "seq": position.seq,
        "isReduceOnly": market.reduce_only,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "createdTime": str(position.created_ms),
        "updatedTime": str(position.updated_ms),
        "openTime": position.open_ms,
    }


def position_message(world: World, account: Account, position: Position) -> dict[str, Any]:
    """A position as the ``position`` topic shows it."""
    row = position_row(world, account, position)
    row["entryPrice"] = row.pop("avgPrice")
    row["category"] = "linear"
    for name in ("takeProfit", "stopLoss", "trailingStop"):
        row[name] = plain(Decimal(row[name]))
    return row


def wallet_row(world: World, account: Account) -> dict[str, Any]:
    """The unified account with its single coin; USD figures take USDT as 1."""
    initial, maintenance, unrealised = totals(world, account)
    unrealised = unrealised.quantize(EIGHT_PLACES)
    equity = account.wallet + unrealised
    needed = initial + account.order_margin
    available = max(ZERO, equity - needed)
    isolated = account.margin_mode == "ISOLATED_MARGIN"

    def rate(part: Decimal) -> str:
        return "" if isolated else plain((part / equity).quantize(Decimal("0.0001"))) if equity > 0 else "0"

    return {
        "accountType": "UNIFIED",
        "accountLTV": "0",
        "accountIMRate": rate(needed),
        "accountMMRate": rate(maintenance),
        "accountIMRateByMp": rate(needed),
        "accountMMRateByMp": rate(maintenance),
        "totalEquity": plain(equity),
        "totalWalletBalance": plain(account.wallet),
        "totalMarginBalance": "" if isolated else plain(equity),
        "totalAvailableBalance": "" if isolated else plain(available),
        "totalPerpUPL": plain(unrealised),
        "totalInitialMargin": "" if isolated else plain(needed),
        "totalMaintenanceMargin": "" if isolated else plain(maintenance),
        "totalInitialMarginByMp": "" if isolated else plain(needed),
        "totalMaintenanceMarginByMp": "" if isolated else plain(maintenance),
        "coin": [
            {
                "coin": "USDT",
                "equity": plain(equity),
                "usdValue": plain(equity),
                "walletBalance": plain(account.wallet),
                "availableToWithdraw": "",
                "availableToBorrow": "",
                "free": "",
                "locked": "0",
                "borrowAmount": "0",
                "accruedInterest": "0",
                "totalOrderIM": plain(account.order_margin),
                "totalPositionIM": plain(initial),
                "totalPositionMM": plain(maintenance),
                "unrealisedPnl": plain(unrealised),
                "cumRealisedPnl": plain(account.cum_realised),
                "bonus": "0",
                "spotBorrow": "0",
                "spotHedgingQty": "0",
                "collateralSwitch": True,
                "marginCollateral": True,
            }
        ],
    }


def wallet_message(world: World, account: Account) -> dict[str, Any]:
    """The ``wallet`` topic's record: as REST, with the stream's spelling of one key beside it."""
    row = wallet_row(world, account)
    row["totalPerpUpl"] = row["totalPerpUPL"]
    return row


def closed_pnl_row(row: ClosedPnl, scale: int) -> dict[str, Any]:
    """A row of closed PnL; average prices include the fees of their side (spec section 5.4)."""
    closes_long = 1 if row.side == "Sell" else -1
    entry = (row.entry_value + closes_long * row.open_fee) / row.closed if row.closed else ZERO
    leaving = (row.exit_value - closes_long * row.close_fee) / row.closed if row.closed else ZERO
    return {
        "symbol": row.symbol,
        "orderId": row.order_id,
        "side": row.side,
        "qty": f"{row.qty:f}",
        "orderPrice": f"{row.order_price:.{scale}f}",
        "orderType": row.order_type,
        "execType": row.exec_type,
        "closedSize": f"{row.closed:f}",
        "cumEntryValue": plain(row.entry_value),
        "avgEntryPrice": plain(entry.quantize(EIGHT_PLACES)),
        "cumExitValue": plain(row.exit_value),
        "avgExitPrice": plain(leaving.quantize(EIGHT_PLACES)),
        "closedPnl": plain(row.net),
        "fillCount": str(row.fill_count),
        "leverage": plain(row.leverage),
        "openFee": plain(row.open_fee),
        "closeFee": plain(row.close_fee),
        "createdTime": str(row.created_ms),
        "updatedTime": str(row.updated_ms),
    }
