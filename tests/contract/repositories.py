"""Two sets of the same repositories, in memory and on DynamoDB (moto), for the tests that both must pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from pynamodb.connection import Connection

from chalicelib.account_ports import (
    BotRepository,
    ConnectionRepository,
    InstrumentRepository,
    ManualOrderRepository,
    SocketRepository,
    StrategyRepository,
)
from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.adapters.dynamodb.accounts import DynamoAccounts
from chalicelib.adapters.dynamodb.bots import BotItem, DynamoBots
from chalicelib.adapters.dynamodb.connection_keys import ConnectionKeyItem
from chalicelib.adapters.dynamodb.connections import ConnectionItem, DynamoConnections
from chalicelib.adapters.dynamodb.instruments import DynamoInstruments, InstrumentItem
from chalicelib.adapters.dynamodb.invitations import DynamoInvitations
from chalicelib.adapters.dynamodb.links import DynamoLinks
from chalicelib.adapters.dynamodb.login_attempts import DynamoLoginAttempts
from chalicelib.adapters.dynamodb.manual_orders import DynamoManualOrders, ManualOrderItem
from chalicelib.adapters.dynamodb.sessions import DynamoSessions
from chalicelib.adapters.dynamodb.sockets import DynamoSockets, SocketItem
from chalicelib.adapters.dynamodb.strategies import DynamoStrategies, StrategyItem
from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.identity_ports import (
    AccountRepository,
    InvitationRepository,
    LinkRepository,
    LoginAttempts,
    SessionRepository,
)
from tests.contract.moto_aws import REGION, moto_aws
from tests.fakes.memory_accounts import MemoryAccounts, MemoryLoginAttempts, MemorySessions, MemorySockets
from tests.fakes.memory_mail import MemoryInvitations, MemoryLinks
from tests.fakes.memory_workspace import (
    MemoryBots,
    MemoryConnections,
    MemoryInstruments,
    MemoryManualOrders,
    MemoryStrategies,
)


class InvitationRows(InvitationRepository, Protocol):
    """Invitations that can be put there too."""

    def put(self, invitation: Invitation) -> None:
        """Stores an open invitation."""


@dataclass(frozen=True)
class Repositories:
    """All repositories of accounts and workspaces."""

    accounts: AccountRepository
    sessions: SessionRepository
    attempts: LoginAttempts
    links: LinkRepository
    invitations: InvitationRows
    sockets: SocketRepository
    connections: ConnectionRepository
    strategies: StrategyRepository
    bots: BotRepository
    orders: ManualOrderRepository
    instruments: InstrumentRepository


def in_memory() -> Repositories:
    """The fakes that the unit tests stand on."""
    accounts = MemoryAccounts()
    return Repositories(
        accounts,
        MemorySessions(),
        MemoryLoginAttempts(),
        MemoryLinks(),
        MemoryInvitations(accounts),
        MemorySockets(),
        MemoryConnections(),
        MemoryStrategies(),
        MemoryBots(),
        MemoryManualOrders(),
        MemoryInstruments(),
    )


@contextmanager
def on_dynamodb() -> Iterator[Repositories]:
    """The adapters that run on AWS, over empty tables."""
    with moto_aws(*TABLES):
        connection = Connection(region=REGION)
        yield Repositories(
            DynamoAccounts(connection),
            DynamoSessions(),
            DynamoLoginAttempts(),
            DynamoLinks(),
            DynamoInvitations(connection),
            DynamoSockets(),
            DynamoConnections(connection),
            DynamoStrategies(connection),
            DynamoBots(),
            DynamoManualOrders(),
            DynamoInstruments(),
        )


TABLES = (
    AccountItem,
    ConnectionItem,
    ConnectionKeyItem,
    StrategyItem,
    BotItem,
    ManualOrderItem,
    InstrumentItem,
    SocketItem,
)
