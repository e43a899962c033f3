"""Bots: one strategy version, one symbol, one connection (FR-30 to FR-33)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.account_ports import ActiveRuns, BotRepository, ConnectionRepository, Listing, StrategyRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import InUse, MissingReference
from chalicelib.domain.workspace.bot import Bot
from chalicelib.domain.workspace.connection import Connection
from chalicelib.domain.workspace.strategy_version import StrategyVersion
from chalicelib.ports import Clock, Ids, NotFound
from chalicelib.services.instruments import Instruments


@dataclass(frozen=True, slots=True)
class BotWithRun:
    """A bot and the run that it is in now."""

    bot: Bot
    active_run_id: str | None


@dataclass(frozen=True, slots=True)
class BotChange:
    """What a PATCH changes; None keeps. A change of strategy or connection takes effect with the next run."""

    name: str | None = None
    strategy_id: str | None = None
    strategy_version: int | None = None
    connection_id: str | None = None
    symbol: str | None = None


@dataclass(frozen=True, slots=True)
class Bots:
    """The use-cases of bots."""

    bots: BotRepository
    strategies: StrategyRepository
    connections: ConnectionRepository
    instruments: Instruments
    active_runs: ActiveRuns
    clock: Clock
    ids: Ids

    def create(
        self,
        actor: Actor,
        *,
        name: str,
        strategy_id: str,
        strategy_version: int | None,
        connection_id: str,
        symbol: str | None,
    ) -> BotWithRun:
        """A new bot. Raises MissingReference (strategy, version or connection), UnknownSymbol."""
        version = self._version(actor, strategy_id, strategy_version)
        connection = self._connection(actor, connection_id)
        now_ms = self.clock.now_ms()
        bot = Bot(
            workspace_id=actor.workspace_id,
            bot_id=self.ids.ulid(),
            name=name.strip(),
            strategy_id=strategy_id,
            strategy_version=version.version,
            strategy_name=version.name,
            connection_id=connection_id,
            symbol=self._symbol(symbol or str(version.normalised["market"]["symbol"])),
            timeframe=str(version.normalised["timeframe"]),
            env=connection.env,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        self.bots.create(bot)
        return BotWithRun(bot, None)

    def get(self, actor: Actor, bot_id: str) -> BotWithRun:
        """One bot. Raises NotFound."""
        bot = self.bots.get(actor.workspace_id, bot_id)
        return BotWithRun(bot, self.active_runs.by_bot(actor.workspace_id).get(bot_id))

    def list(self, actor: Actor, limit: int, after: str | None) -> Listing[BotWithRun]:
        """The workspace's bots, newest first."""
        page = self.bots.list(actor.workspace_id, limit, after)
        running = self.active_runs.by_bot(actor.workspace_id) if page.items else {}
        return Listing(tuple(BotWithRun(bot, running.get(bot.bot_id)) for bot in page.items), page.next_after)

    def change(self, actor: Actor, bot_id: str, change: BotChange) -> BotWithRun:
        """Changes a bot. Raises NotFound, InUse while it runs (but for its name), and what ``create`` raises."""
        current = self.get(actor, bot_id)
        bot = current.bot
        if change.name is not None:
            bot = replace(bot, name=change.name.strip())
        if change != BotChange(name=change.name):
            _require_idle(current)
            bot = self._rewired(actor, bot, change)
        bot = replace(bot, updated_ms=self.clock.now_ms())
        self.bots.update(bot)
        return BotWithRun(bot, current.active_run_id)

    def delete(self, actor: Actor, bot_id: str) -> None:
        """Hides the bot. Raises NotFound, InUse while it runs."""
        _require_idle(self.get(actor, bot_id))
        self.bots.delete(actor.workspace_id, bot_id, self.clock.now_ms())

    def _rewired(self, actor: Actor, bot: Bot, change: BotChange) -> Bot:
        if change.strategy_id is not None or change.strategy_version is not None:
            version = self._version(actor, change.strategy_id or bot.strategy_id, change.strategy_version)
            bot = replace(
                bot,
                strategy_id=version.strategy_id,
                strategy_version=version.version,
                strategy_name=version.name,
                timeframe=str(version.normalised["timeframe"]),
            )
        if change.connection_id is not None:
            connection = self._connection(actor, change.connection_id)
            bot = replace(bot, connection_id=connection.connection_id, env=connection.env)
        if change.symbol is not None:
            bot = replace(bot, symbol=self._symbol(change.symbol))
        return bot

    def _version(self, actor: Actor, strategy_id: str, number: int | None) -> StrategyVersion:
        try:
            head = self.strategies.head(actor.workspace_id, strategy_id)
        except NotFound as missing:
            detail = "there is no such strategy in this workspace"
            raise MissingReference("bot.strategy_missing", detail, "/strategyId") from missing
        try:
            return self.strategies.version(actor.workspace_id, strategy_id, number or head.version)
        except NotFound as missing:
            detail = f"the strategy has no version {number}"
            raise MissingReference("bot.version_missing", detail, "/strategyVersion", version=str(number)) from missing

    def _connection(self, actor: Actor, connection_id: str) -> Connection:
        try:
            return self.connections.get(actor.workspace_id, connection_id)
        except NotFound as missing:
            detail = "there is no such exchange connection in this workspace"
            raise MissingReference("bot.connection_missing", detail, "/exchangeConnectionId") from missing

    def _symbol(self, symbol: str) -> str:
        instrument = self.instruments.get(symbol)
        instrument.require_tradable("/symbol")
        return instrument.symbol


def _require_idle(current: BotWithRun) -> None:
    if current.active_run_id is not None:
        raise InUse("bot.running", "the bot is running: stop it first", runId=current.active_run_id)
