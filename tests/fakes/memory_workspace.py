"""What a workspace owns, in memory, with the conditions of the DynamoDB repositories."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TypeVar

from chalicelib.account_ports import Listing
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.workspace.bot import Bot
from chalicelib.domain.workspace.connection import Connection, SealedSecret
from chalicelib.domain.workspace.manual_order import ManualOrder
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion
from chalicelib.ports import Conflict, NotFound

Row = TypeVar("Row")


@dataclass
class MemoryConnections:
    """A ``ConnectionRepository``."""

    rows: dict[tuple[str, str], Connection] = field(default_factory=dict)
    sealed: dict[tuple[str, str], SealedSecret] = field(default_factory=dict)

    def create(self, connection: Connection, sealed: SealedSecret) -> None:
        self._require_free_name(connection)
        key = (connection.workspace_id, connection.connection_id)
        self.rows[key], self.sealed[key] = connection, sealed

    def get(self, workspace_id: str, connection_id: str) -> Connection:
        if (workspace_id, connection_id) not in self.rows:
            raise NotFound("connection")
        return self.rows[(workspace_id, connection_id)]

    def list(self, workspace_id: str) -> tuple[Connection, ...]:
        mine = [row for (owner, _), row in self.rows.items() if owner == workspace_id]
        return tuple(sorted(mine, key=lambda row: row.connection_id, reverse=True))

    def update(self, connection: Connection, sealed: SealedSecret | None = None) -> None:
        key = (connection.workspace_id, connection.connection_id)
        self.get(*key)
        self._require_free_name(connection)
        self.rows[key] = connection
        if sealed is not None:
            self.sealed[key] = sealed

    def delete(self, workspace_id: str, connection_id: str) -> None:
        self.get(workspace_id, connection_id)
        del self.rows[(workspace_id, connection_id)], self.sealed[(workspace_id, connection_id)]

    def _require_free_name(self, connection: Connection) -> None:
        for other in self.list(connection.workspace_id):
            if other.connection_id != connection.connection_id and other.name.lower() == connection.name.lower():
                raise Conflict("name")


@dataclass
class MemoryStrategies:
    """A ``StrategyRepository``."""

    heads: dict[tuple[str, str], StrategyHead] = field(default_factory=dict)
    rows: dict[tuple[str, str, int], StrategyVersion] = field(default_factory=dict)
    deleted: set[tuple[str, str]] = field(default_factory=set)

    def create(self, head: StrategyHead, version: StrategyVersion) -> None:
        self.heads[(head.workspace_id, head.strategy_id)] = head
        self.rows[(version.workspace_id, version.strategy_id, version.version)] = version

    def add_version(self, head: StrategyHead, version: StrategyVersion, expected_version: int) -> None:
        if self.head(head.workspace_id, head.strategy_id).version != expected_version:
            raise Conflict("version")
        self.create(head, version)

    def head(self, workspace_id: str, strategy_id: str) -> StrategyHead:
        key = (workspace_id, strategy_id)
        if key not in self.heads or key in self.deleted:
            raise NotFound("strategy")
        return self.heads[key]

    def version(self, workspace_id: str, strategy_id: str, version: int) -> StrategyVersion:
        if (workspace_id, strategy_id, version) not in self.rows:
            raise NotFound("strategy")
        return self.rows[(workspace_id, strategy_id, version)]

    def list(self, workspace_id: str, limit: int, after: str | None) -> Listing[StrategyHead]:
        mine = [
            head
            for key, head in self.heads.items()
            if key[0] == workspace_id and key not in self.deleted and (after is None or head.strategy_id < after)
        ]
        return _page(sorted(mine, key=lambda head: head.strategy_id, reverse=True), limit, "strategy_id")

    def versions(self, workspace_id: str, strategy_id: str) -> tuple[StrategyVersion, ...]:
        mine = [row for key, row in self.rows.items() if key[:2] == (workspace_id, strategy_id)]
        return tuple(sorted(mine, key=lambda row: row.version, reverse=True))

    def delete(self, workspace_id: str, strategy_id: str, now_ms: int) -> None:
        self.head(workspace_id, strategy_id)
        self.deleted.add((workspace_id, strategy_id))


@dataclass
class MemoryBots:
    """A ``BotRepository``."""

    rows: dict[tuple[str, str], Bot] = field(default_factory=dict)

    def create(self, bot: Bot) -> None:
        self.rows[(bot.workspace_id, bot.bot_id)] = bot

    def get(self, workspace_id: str, bot_id: str) -> Bot:
        if (workspace_id, bot_id) not in self.rows:
            raise NotFound("bot")
        return self.rows[(workspace_id, bot_id)]

    def list(self, workspace_id: str, limit: int, after: str | None) -> Listing[Bot]:
        mine = [
            bot
            for (owner, _), bot in self.rows.items()
            if owner == workspace_id and (after is None or bot.bot_id < after)
        ]
        return _page(sorted(mine, key=lambda bot: bot.bot_id, reverse=True), limit, "bot_id")

    def update(self, bot: Bot) -> None:
        self.get(bot.workspace_id, bot.bot_id)
        self.rows[(bot.workspace_id, bot.bot_id)] = bot

    def delete(self, workspace_id: str, bot_id: str, now_ms: int) -> None:
        self.get(workspace_id, bot_id)
        del self.rows[(workspace_id, bot_id)]


@dataclass
class MemoryManualOrders:
    """A ``ManualOrderRepository``."""

    rows: dict[tuple[str, str], ManualOrder] = field(default_factory=dict)

    def create(self, order: ManualOrder) -> None:
        key = (order.workspace_id, order.intent_id)
        if key in self.rows:
            raise Conflict("intent")
        self.rows[key] = order

    def get(self, workspace_id: str, intent_id: str) -> ManualOrder:
        if (workspace_id, intent_id) not in self.rows:
            raise NotFound("order")
        return self.rows[(workspace_id, intent_id)]

    def list(
        self, workspace_id: str, limit: int, connection_id: str | None = None, symbol: str | None = None
    ) -> tuple[ManualOrder, ...]:
        mine = [row for row in _newest_first(self.rows, workspace_id) if symbol in (None, row.symbol)]
        return tuple(row for row in mine if connection_id in (None, row.connection_id))[:limit]

    def opening(self, workspace_id: str) -> tuple[ManualOrder, ...]:
        return tuple(row for row in _newest_first(self.rows, workspace_id) if not row.reduce_only)

    def update(self, order: ManualOrder) -> None:
        self.get(order.workspace_id, order.intent_id)
        self.rows[(order.workspace_id, order.intent_id)] = replace(order)


@dataclass
class MemoryInstruments:
    """An ``InstrumentRepository``."""

    rows: dict[str, Instrument] = field(default_factory=dict)

    def get(self, symbol: str) -> Instrument | None:
        return self.rows.get(symbol)

    def list(self) -> tuple[Instrument, ...]:
        return tuple(self.rows[symbol] for symbol in sorted(self.rows))

    def replace_all(self, instruments: tuple[Instrument, ...], now_ms: int) -> None:
        self.rows = {instrument.symbol: instrument for instrument in instruments}


def _newest_first(rows: dict[tuple[str, str], ManualOrder], workspace_id: str) -> list[ManualOrder]:
    mine = [row for (owner, _), row in rows.items() if owner == workspace_id]
    return sorted(mine, key=lambda row: row.created_ms, reverse=True)


def _page(rows: list[Row], limit: int, key: str) -> Listing[Row]:
    page = tuple(rows[:limit])
    return Listing(page, getattr(page[-1], key) if len(rows) > limit else None)
