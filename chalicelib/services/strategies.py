"""Strategies: validate, save, edit by making the next version (decision 8c, FR-31, FR-43)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chalicelib.account_ports import BotRepository, Listing, StrategyRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import InUse
from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.domain.strategy.normalise import hash_of
from chalicelib.domain.strategy.parse import normalise
from chalicelib.domain.strategy.schema import schema
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion
from chalicelib.ports import Clock, Ids
from chalicelib.services.instruments import Instruments

_SPEC = "/spec"
_ALL_BOTS = 1000


@dataclass(frozen=True, slots=True)
class Validated:
    """A document that may be saved."""

    normalised: dict[str, Any]
    spec_hash: str
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredStrategy:
    """A head with the version that it names."""

    head: StrategyHead
    version: StrategyVersion


@dataclass(frozen=True, slots=True)
class Strategies:
    """The use-cases of strategies."""

    strategies: StrategyRepository
    bots: BotRepository
    instruments: Instruments
    clock: Clock
    ids: Ids

    def validate(self, spec: dict[str, Any]) -> Validated:
        """Judges a document; nothing is saved. Raises InvalidDocument (pointers below ``/spec``), UnknownSymbol."""
        try:
            normalised = normalise(spec)
        except InvalidDocument as invalid:
            raise InvalidDocument(
                [replace(finding, pointer=_SPEC + finding.pointer) for finding in invalid.findings]
            ) from invalid
        pointer = f"{_SPEC}/market/symbol"
        self.instruments.get(normalised["market"]["symbol"], pointer).require_tradable(pointer)
        return Validated(normalised, hash_of(normalised))

    def create(self, actor: Actor, spec: dict[str, Any]) -> StoredStrategy:
        """Saves a new strategy with version 1. Raises what ``validate`` raises."""
        validated = self.validate(spec)
        now_ms = self.clock.now_ms()
        strategy_id = self.ids.ulid()
        head, version = strategy_rows(actor.workspace_id, strategy_id, 1, spec, validated, now_ms, now_ms)
        self.strategies.create(head, version)
        return StoredStrategy(head, version)

    def replace(
        self, actor: Actor, strategy_id: str, spec: dict[str, Any], expected_version: int | None
    ) -> StoredStrategy:
        """Saves the next version; the same document again makes none.

        Raises NotFound, Conflict("version") and what ``validate`` raises.
        """
        current = self.get(actor, strategy_id)
        validated = self.validate(spec)
        if validated.spec_hash == current.head.spec_hash and spec == current.version.spec:
            return current
        now_ms = self.clock.now_ms()
        base = current.head.version if expected_version is None else expected_version
        head, version = strategy_rows(
            actor.workspace_id, strategy_id, base + 1, spec, validated, current.head.created_ms, now_ms
        )
        self.strategies.add_version(head, version, base)
        return StoredStrategy(head, version)

    def get(self, actor: Actor, strategy_id: str) -> StoredStrategy:
        """The strategy at its newest version. Raises NotFound."""
        head = self.strategies.head(actor.workspace_id, strategy_id)
        return StoredStrategy(head, self.strategies.version(actor.workspace_id, strategy_id, head.version))

    def list(self, actor: Actor, limit: int, after: str | None) -> Listing[StoredStrategy]:
        """Strategies at their newest versions, newest strategy first."""
        page = self.strategies.list(actor.workspace_id, limit, after)
        stored = tuple(
            StoredStrategy(head, self.strategies.version(actor.workspace_id, head.strategy_id, head.version))
            for head in page.items
        )
        return Listing(stored, page.next_after)

    def versions(self, actor: Actor, strategy_id: str) -> tuple[StoredStrategy, ...]:
        """All versions, newest first. Raises NotFound."""
        head = self.strategies.head(actor.workspace_id, strategy_id)
        return tuple(
            StoredStrategy(head, version) for version in self.strategies.versions(actor.workspace_id, strategy_id)
        )

    def delete(self, actor: Actor, strategy_id: str) -> None:
        """Hides the strategy. Raises NotFound, InUse while a bot points at it."""
        self.strategies.head(actor.workspace_id, strategy_id)
        for bot in self.bots.list(actor.workspace_id, _ALL_BOTS, None).items:
            if bot.strategy_id == strategy_id:
                raise InUse("strategy.in_use", f"the bot {bot.name} runs this strategy", bot=bot.name)
        self.strategies.delete(actor.workspace_id, strategy_id, self.clock.now_ms())

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of strategy documents."""
        return schema()


def strategy_rows(
    workspace_id: str,
    strategy_id: str,
    number: int,
    spec: dict[str, Any],
    validated: Validated,
    created_ms: int,
    now_ms: int,
) -> tuple[StrategyHead, StrategyVersion]:
    """The rows of a strategy whose newest version is ``number``."""
    name = str(validated.normalised["name"])
    head = StrategyHead(
        workspace_id=workspace_id,
        strategy_id=strategy_id,
        name=name,
        version=number,
        spec_hash=validated.spec_hash,
        enabled=bool(validated.normalised["enabled"]),
        created_ms=created_ms,
        updated_ms=now_ms,
    )
    version = StrategyVersion(
        workspace_id=workspace_id,
        strategy_id=strategy_id,
        version=number,
        name=name,
        spec=spec,
        normalised=validated.normalised,
        spec_hash=validated.spec_hash,
        created_ms=now_ms,
    )
    return head, version
