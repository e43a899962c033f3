"""What the services of a workspace need to remember, as protocols; signing in has its own in ``identity_ports``.

Part of the ports layer beside ``ports``; the errors are those drawn there. Every repository takes the workspace first
and answers NotFound for what belongs to another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from chalicelib.domain.accounts.session import Socket
    from chalicelib.domain.market.instrument import Instrument
    from chalicelib.domain.workspace.bot import Bot
    from chalicelib.domain.workspace.connection import Connection, SealedSecret
    from chalicelib.domain.workspace.manual_order import ManualOrder
    from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """One page. ``next_after`` is the key to continue after, None on the last page."""

    items: tuple[T, ...]
    next_after: str | None = None


class AlreadyRunning(Exception):
    """The first request with this idempotency key has not been answered yet."""


class ReusedKey(Exception):
    """The idempotency key was used for another request."""


class SocketRepository(Protocol):
    """Open WebSockets."""

    def put(self, socket: Socket) -> None:
        """Stores an open socket for the longest time the gateway keeps one."""

    def delete(self, connection_id: str) -> None:
        """Forgets it; forgetting it again is fine."""

    def forget_session(self, workspace_id: str, session_id: str) -> None:
        """Forgets the sockets that this session has opened."""

    def of_workspace(self, workspace_id: str) -> tuple[str, ...]:
        """The connection ids of the workspace's open sockets."""


class ConnectionRepository(Protocol):
    """Exchange connections; the sealed secret goes in and never comes out here."""

    def create(self, connection: Connection, sealed: SealedSecret) -> None:
        """Raises Conflict("name") when the workspace has a connection of this name."""

    def get(self, workspace_id: str, connection_id: str) -> Connection:
        """Raises NotFound."""

    def list(self, workspace_id: str) -> tuple[Connection, ...]:
        """All of the workspace, newest first."""

    def update(self, connection: Connection, sealed: SealedSecret | None = None) -> None:
        """Replaces everything but the secret, and the secret too when one is given: the old one is shredded.

        Raises NotFound, Conflict.
        """

    def delete(self, workspace_id: str, connection_id: str) -> None:
        """Removes the row and with it the sealed secret, whose other half is kept nowhere. Raises NotFound."""


class StrategyRepository(Protocol):
    """Strategies and their immutable versions."""

    def create(self, head: StrategyHead, version: StrategyVersion) -> None:
        """Stores a new strategy with its first version."""

    def add_version(self, head: StrategyHead, version: StrategyVersion, expected_version: int) -> None:
        """Stores the next version. Raises Conflict("version") when somebody else made it first, NotFound."""

    def head(self, workspace_id: str, strategy_id: str) -> StrategyHead:
        """Raises NotFound, also for a deleted one."""

    def version(self, workspace_id: str, strategy_id: str, version: int) -> StrategyVersion:
        """Raises NotFound. Versions of a deleted strategy can still be read: runs refer to them."""

    def list(self, workspace_id: str, limit: int, after: str | None) -> Listing[StrategyHead]:
        """Heads, newest first."""

    def versions(self, workspace_id: str, strategy_id: str) -> tuple[StrategyVersion, ...]:
        """All versions, newest first."""

    def delete(self, workspace_id: str, strategy_id: str, now_ms: int) -> None:
        """Hides the strategy. Raises NotFound."""


class BotRepository(Protocol):
    """Bots; deleting hides."""

    def create(self, bot: Bot) -> None:
        """Stores a new bot."""

    def get(self, workspace_id: str, bot_id: str) -> Bot:
        """Raises NotFound, also for a deleted one."""

    def list(self, workspace_id: str, limit: int, after: str | None) -> Listing[Bot]:
        """Newest first."""

    def update(self, bot: Bot) -> None:
        """Replaces the bot. Raises NotFound."""

    def delete(self, workspace_id: str, bot_id: str, now_ms: int) -> None:
        """Hides the bot. Raises NotFound."""


class ManualOrderRepository(Protocol):
    """Order intents of the terminal."""

    def create(self, order: ManualOrder) -> None:
        """Stores a new intent. Raises Conflict("intent") when this identity exists: adopt that one."""

    def get(self, workspace_id: str, intent_id: str) -> ManualOrder:
        """Raises NotFound."""

    def list(
        self, workspace_id: str, limit: int, connection_id: str | None = None, symbol: str | None = None
    ) -> tuple[ManualOrder, ...]:
        """The newest first, of one connection and one symbol where they are named: ``limit`` counts only those."""

    def opening(self, workspace_id: str) -> tuple[ManualOrder, ...]:
        """All orders that are not reduce-only, however many and however old, the newest first."""

    def update(self, order: ManualOrder) -> None:
        """Replaces what is known. Raises NotFound."""


class InstrumentRepository(Protocol):
    """The cache of instruments."""

    def get(self, symbol: str) -> Instrument | None:
        """The cached instrument."""

    def list(self) -> tuple[Instrument, ...]:
        """All cached instruments by symbol."""

    def replace_all(self, instruments: tuple[Instrument, ...], now_ms: int) -> None:
        """Stores these and removes those that are not among them."""


class ActiveRuns(Protocol):
    """Which bots are running."""

    def by_bot(self, workspace_id: str) -> Mapping[str, str]:
        """Run ids of the workspace's active runs, by bot id."""


class ReplyCache(Protocol):
    """Replies to creating requests, by idempotency key. Never the guard of an order or of a run's start."""

    def once(self, key: str, fingerprint: str, produce: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The stored reply of the first call with this key, else what ``produce`` returns, stored.

        Raises AlreadyRunning while the first call is at work, ReusedKey for another fingerprint.
        """


class SocketGateway(Protocol):
    """Posts to open WebSockets."""

    def post(self, connection_id: str, message: bytes) -> bool:
        """Sends a message. False: the socket is gone for good."""
