"""The REST endpoints that we call: pybit's method, the rate-limit group and its limit, and what a call may change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Route:
    """``method`` is pybit's; ``limit`` is requests a rolling second and user (section 10); ``changes`` marks a POST."""

    method: str
    path: str
    limit: int
    changes: bool = False
    signed: bool = True


class Endpoint(Enum):
    """One member an endpoint; each is a rate-limit group of its own."""

    SERVER_TIME = Route("get_server_time", "/v5/market/time", 50, signed=False)
    CREATE_ORDER = Route("place_order", "/v5/order/create", 10, changes=True)
    AMEND_ORDER = Route("amend_order", "/v5/order/amend", 10, changes=True)
    CANCEL_ORDER = Route("cancel_order", "/v5/order/cancel", 10, changes=True)
    CANCEL_ALL = Route("cancel_all_orders", "/v5/order/cancel-all", 10, changes=True)
    TRADING_STOP = Route("set_trading_stop", "/v5/position/trading-stop", 10, changes=True)
    SET_LEVERAGE = Route("set_leverage", "/v5/position/set-leverage", 10, changes=True)
    OPEN_ORDERS = Route("get_open_orders", "/v5/order/realtime", 50)
    ORDER_HISTORY = Route("get_order_history", "/v5/order/history", 50)
    EXECUTIONS = Route("get_executions", "/v5/execution/list", 50)
    POSITIONS = Route("get_positions", "/v5/position/list", 50)
    CLOSED_PNL = Route("get_closed_pnl", "/v5/position/closed-pnl", 50)
    WALLET = Route("get_wallet_balance", "/v5/account/wallet-balance", 50)
    ACCOUNT_INFO = Route("get_account_info", "/v5/account/info", 50)
    KEY_INFO = Route("get_api_key_information", "/v5/user/query-api", 10)
