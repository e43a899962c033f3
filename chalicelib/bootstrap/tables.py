"""Repositories of accounts and workspaces, on this stage's tables."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap import clock, settings

if TYPE_CHECKING:
    from pynamodb.connection import Connection

    from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
    from chalicelib.adapters.dynamodb.bots import DynamoBots
    from chalicelib.adapters.dynamodb.connections import DynamoConnections
    from chalicelib.adapters.dynamodb.instruments import DynamoInstruments
    from chalicelib.adapters.dynamodb.invitations import DynamoInvitations
    from chalicelib.adapters.dynamodb.links import DynamoLinks
    from chalicelib.adapters.dynamodb.login_attempts import DynamoLoginAttempts
    from chalicelib.adapters.dynamodb.manual_orders import DynamoManualOrders
    from chalicelib.adapters.dynamodb.sessions import DynamoSessions
    from chalicelib.adapters.dynamodb.signals import DynamoSignals
    from chalicelib.adapters.dynamodb.sockets import DynamoSockets
    from chalicelib.adapters.dynamodb.strategies import DynamoStrategies


@cache
def dynamodb_connection() -> Connection:
    """The connection for transactions over several tables."""
    from pynamodb.connection import Connection

    from chalicelib.adapters.patience import Patient

    return Connection(
        connect_timeout_seconds=Patient.connect_timeout_seconds,
        read_timeout_seconds=Patient.read_timeout_seconds,
        max_retry_attempts=Patient.max_retry_attempts,
    )


@cache
def accounts() -> DynamoAccounts:
    """Users, workspaces, memberships."""
    from chalicelib.adapters.dynamodb.account_items import AccountItem
    from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
    from chalicelib.adapters.dynamodb.binding import bind

    bind(AccountItem, settings().table_prefix)
    return DynamoAccounts(dynamodb_connection())


@cache
def sessions() -> DynamoSessions:
    """Refresh families and tickets, in the accounts table."""
    from chalicelib.adapters.dynamodb.sessions import DynamoSessions

    accounts()
    return DynamoSessions()


@cache
def login_attempts() -> DynamoLoginAttempts:
    """Tries to prove an identity, in the accounts table."""
    from chalicelib.adapters.dynamodb.login_attempts import DynamoLoginAttempts

    accounts()
    return DynamoLoginAttempts()


@cache
def links() -> DynamoLinks:
    """One-time links, in the accounts table."""
    from chalicelib.adapters.dynamodb.links import DynamoLinks

    accounts()
    return DynamoLinks()


@cache
def invitations() -> DynamoInvitations:
    """Invitations, in the accounts table."""
    from chalicelib.adapters.dynamodb.invitations import DynamoInvitations

    accounts()
    return DynamoInvitations(dynamodb_connection())


@cache
def sockets() -> DynamoSockets:
    """Open WebSockets."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.sockets import DynamoSockets, SocketItem

    bind(SocketItem, settings().table_prefix)
    return DynamoSockets()


@cache
def connections() -> DynamoConnections:
    """Exchange connections."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.connection_keys import ConnectionKeyItem
    from chalicelib.adapters.dynamodb.connections import ConnectionItem, DynamoConnections

    for item in (ConnectionItem, ConnectionKeyItem):
        bind(item, settings().table_prefix)
    return DynamoConnections(dynamodb_connection())


@cache
def strategies() -> DynamoStrategies:
    """Strategies and their versions."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.strategies import DynamoStrategies, StrategyItem

    bind(StrategyItem, settings().table_prefix)
    return DynamoStrategies(dynamodb_connection())


@cache
def signals() -> DynamoSignals:
    """Webhooks and the signals of the last day."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.signals import DynamoSignals, SignalItem

    bind(SignalItem, settings().table_prefix)
    return DynamoSignals(clock())


@cache
def bots() -> DynamoBots:
    """Bots."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.bots import BotItem, DynamoBots

    bind(BotItem, settings().table_prefix)
    return DynamoBots()


@cache
def manual_orders() -> DynamoManualOrders:
    """Order intents of the terminal."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.manual_orders import DynamoManualOrders, ManualOrderItem

    bind(ManualOrderItem, settings().table_prefix)
    return DynamoManualOrders()


@cache
def instruments() -> DynamoInstruments:
    """The cache of instruments."""
    from chalicelib.adapters.dynamodb.binding import bind
    from chalicelib.adapters.dynamodb.instruments import DynamoInstruments, InstrumentItem

    bind(InstrumentItem, settings().table_prefix)
    return DynamoInstruments()
