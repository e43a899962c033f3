"""Ready-made strategies: look at them, and make one's own strategy and bot of one (FR-L-26)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.account_ports import ConnectionRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import MissingReference
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.strategy.presets import PRESETS, Preset, Visibility, preset
from chalicelib.domain.workspace.bot import Bot
from chalicelib.lab_ports import DraftRepository
from chalicelib.ports import Clock, Ids, NotFound
from chalicelib.services.strategies import StoredStrategy, Strategies, strategy_rows

_ALL = 1000


@dataclass(frozen=True, slots=True)
class Instance:
    """What an instantiation made; without a connection there is no bot."""

    strategy: StoredStrategy
    bot: Bot | None


@dataclass(frozen=True, slots=True)
class Presets:
    """The use-cases of presets."""

    drafts: DraftRepository
    strategies: Strategies
    connections: ConnectionRepository
    clock: Clock
    ids: Ids

    def list(self, actor: Actor) -> tuple[Preset, ...]:
        """The presets that the actor may see."""
        return tuple(one for one in PRESETS if _visible(one, actor))

    def get(self, actor: Actor, slug: str) -> Preset:
        """One preset. Raises NotFound, also for a hidden one."""
        found = preset(slug)
        if found is None or not _visible(found, actor):
            raise NotFound("preset")
        return found

    def instantiate(
        self, actor: Actor, slug: str, *, name: str | None, symbol: str | None, connection_id: str | None
    ) -> Instance:
        """A strategy of the preset and, with a connection, a bot: both or none.

        Raises NotFound, MissingReference, UnknownSymbol.
        """
        document = self.get(actor, slug).document()
        document["name"] = self._free_name(actor, (name or str(document["name"])).strip())
        if symbol is not None:
            document["market"]["symbol"] = symbol
        validated = self.strategies.validate(document)
        now_ms = self.clock.now_ms()
        strategy_id = self.ids.ulid()
        head, version = strategy_rows(actor.workspace_id, strategy_id, 1, document, validated, now_ms, now_ms)
        bot = None
        if connection_id is not None:
            bot = self._bot(actor, connection_id, strategy_id, validated.normalised, now_ms)
        self.drafts.create(head, version, bot)
        return Instance(StoredStrategy(head, version), bot)

    def _bot(self, actor: Actor, connection_id: str, strategy_id: str, document: dict[str, Any], now_ms: int) -> Bot:
        try:
            connection = self.connections.get(actor.workspace_id, connection_id)
        except NotFound as missing:
            detail = "there is no such exchange connection in this workspace"
            raise MissingReference("bot.connection_missing", detail, "/exchangeConnectionId") from missing
        return Bot(
            workspace_id=actor.workspace_id,
            bot_id=self.ids.ulid(),
            name=document["name"],
            strategy_id=strategy_id,
            strategy_version=1,
            strategy_name=document["name"],
            connection_id=connection_id,
            symbol=document["market"]["symbol"],
            timeframe=document["timeframe"],
            env=connection.env,
            created_ms=now_ms,
            updated_ms=now_ms,
        )

    def _free_name(self, actor: Actor, wanted: str) -> str:
        """The name, with " (2)" and so on when the workspace has a strategy of it."""
        taken = {stored.head.name for stored in self.strategies.list(actor, _ALL, None).items}
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted} ({number})"
        return name


def _visible(one: Preset, actor: Actor) -> bool:
    return one.visibility is not Visibility.PRIVATE or actor.has(Role.ADMIN)
