"""Builds the terminal: orders and positions by hand, the exchange account, the market."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import clock, exchange, ids, runs, runtime, tables

if TYPE_CHECKING:
    from chalicelib.services.runs.kill_switch import KillSwitches
    from chalicelib.services.terminal.account import TerminalAccount, TerminalMarket
    from chalicelib.services.terminal.order_desk import OrderDesk
    from chalicelib.services.terminal.orders import ManualOrders
    from chalicelib.services.terminal.permission import TradingPermission
    from chalicelib.services.terminal.positions import ManualPositions


@cache
def orders() -> ManualOrders:
    """Manual orders."""
    from chalicelib.services.terminal.orders import ManualOrders

    return ManualOrders(_desk(), _permission(), exchange.instruments(), exchange.market_data(), ids())


@cache
def positions() -> ManualPositions:
    """Positions, to protect and to close."""
    from chalicelib.services.terminal.positions import ManualPositions

    return ManualPositions(_desk(), _permission(), exchange.instruments(), exchange.market_data(), ids())


@cache
def account() -> TerminalAccount:
    """The exchange account."""
    from chalicelib.services.terminal.account import TerminalAccount

    connected = exchange.exchange(exchange.API)
    return TerminalAccount(tables.connections(), exchange.instruments(), connected, clock())


@cache
def market() -> TerminalMarket:
    """The market."""
    from chalicelib.services.terminal.account import TerminalMarket

    return TerminalMarket(exchange.market_data())


@cache
def kill_switches() -> KillSwitches:
    """Switches trading off and on; what was opened by hand is wound down too."""
    from chalicelib.services.runs.kill_switch import KillSwitches
    from chalicelib.services.terminal.wind_down import WindDownByHand

    by_hand = WindDownByHand(_desk(), positions())
    switch, inbox = runtime.kill_switch(), runtime.inbox()
    return KillSwitches(switch, inbox, runs.look(), by_hand, exchange.audit_trail(), clock())


@cache
def _desk() -> OrderDesk:
    from chalicelib.services.terminal.order_desk import OrderDesk

    return OrderDesk(tables.manual_orders(), tables.connections(), exchange.exchange(exchange.API), clock())


@cache
def _permission() -> TradingPermission:
    from chalicelib.services.terminal.permission import TradingPermission

    return TradingPermission(runtime.kill_switch(), tables.connections(), runs.look())
