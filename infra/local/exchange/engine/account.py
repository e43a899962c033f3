"""One user of the exchange: key, wallet, orders, positions and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.events import EventQueue
from infra.local.exchange.engine.fills import ClosedPnl, Fill
from infra.local.exchange.engine.order import Order
from infra.local.exchange.engine.position import Position

DEFAULT_LEVERAGE = Decimal(10)
TRADING_PERMISSIONS: dict[str, list[str]] = {
    "ContractTrade": ["Order", "Position"],
    "Spot": ["SpotTrade"],
    "Wallet": [],
    "Options": [],
    "Derivatives": ["DerivativesTrade"],
    "CopyTrading": [],
    "BlockTrade": [],
    "Exchange": [],
    "NFT": [],
    "Affiliate": [],
    "Earn": [],
    "FiatP2P": [],
    "FiatBybitPay": [],
    "FiatConvertBroker": [],
    "FiatGlobalPay": [],
    "FiatBitPay": [],
    "BitCard": [],
    "ByXPost": [],
}


@dataclass(slots=True)
class Account:
    """``wallet`` is the USDT balance; ``deposited`` all money put in or taken out by hand, so that
    ``wallet - deposited`` is what trading made. ``order_margin`` is the sum over resting orders."""

    uid: str
    api_key: str
    secret: str
    wallet: Decimal
    events: EventQueue
    deposited: Decimal = ZERO
    environment: str = "mainnet"
    read_only: bool = False
    permissions: dict[str, list[str]] = field(default_factory=lambda: dict(TRADING_PERMISSIONS))
    ips: list[str] = field(default_factory=lambda: ["*"])
    created_ms: int = 0
    margin_mode: str = "REGULAR_MARGIN"
    margin_mode_ms: int = 0
    modify_prices: bool = True
    hedge_default: bool = False
    hedge_symbols: dict[str, bool] = field(default_factory=dict)
    leverages: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    fee_rates: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    positions: dict[tuple[str, int], Position] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    open_orders: dict[str, Order] = field(default_factory=dict)
    order_of_link: dict[str, str] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    closed_pnl: list[ClosedPnl] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    order_margin: Decimal = ZERO
    cum_realised: Decimal = ZERO
    realtime_from_ms: int = 0
    last_apply_ms: int = -60_000
    loan_ms: int = 0
    dcp_window_s: int = 0
    dcp_due_ms: int = 0

    def is_hedged(self, symbol: str) -> bool:
        """Whether the symbol is in hedge mode (symbol setting, else the coin's, else one-way)."""
        return self.hedge_symbols.get(symbol, self.hedge_default)

    def leverage(self, symbol: str, side: str) -> Decimal:
        """The leverage of the side's positions; 10 until set."""
        pair = self.leverages.get(symbol)
        if pair is None:
            return DEFAULT_LEVERAGE
        return pair[0] if side != "Sell" else pair[1]

    def position(self, symbol: str, idx: int) -> Position:
        """The position of the symbol and index; a flat one is made when there was none."""
        key = (symbol, idx)
        found = self.positions.get(key)
        if found is None:
            found = self.positions[key] = Position(symbol, idx)
        return found

    def by_link(self, link_id: str) -> Order | None:
        """The order with this orderLinkId, open or closed."""
        order_id = self.order_of_link.get(link_id)
        return self.orders.get(order_id) if order_id else None
