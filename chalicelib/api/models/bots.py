"""Bots."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.api.models.base import Id, RequestModel, Symbol, Timestamp, View
from chalicelib.domain.timestamps import iso
from chalicelib.services.bots import BotChange, BotWithRun

BotName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S", examples=["BTC dip buyer"])]


class CreateBotBody(RequestModel):
    """A new bot. Without ``strategyVersion`` the newest one, without ``symbol`` the strategy's."""

    name: BotName
    strategy_id: Id
    strategy_version: int | None = Field(default=None, ge=1, le=999_999)
    exchange_connection_id: Id
    symbol: Symbol | None = None


class ChangeBotBody(RequestModel):
    """What to change; all but the name need the bot to stand still."""

    name: BotName | None = None
    strategy_id: Id | None = None
    strategy_version: int | None = Field(default=None, ge=1, le=999_999)
    exchange_connection_id: Id | None = None
    symbol: Symbol | None = None

    def change(self) -> BotChange:
        """The change as the service takes it."""
        return BotChange(
            name=self.name,
            strategy_id=self.strategy_id,
            strategy_version=self.strategy_version,
            connection_id=self.exchange_connection_id,
            symbol=self.symbol,
        )


class BotView(View):
    """A bot; ``running`` with the run's id, else ``ready``."""

    id: Id
    name: str
    strategy_id: Id
    strategy_version: int
    strategy_name: str
    exchange_connection_id: Id
    symbol: str
    timeframe: str
    env: str
    status: str
    active_run_id: Id | None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, found: BotWithRun) -> BotView:
        """The view of a bot."""
        bot = found.bot
        return cls(
            id=bot.bot_id,
            name=bot.name,
            strategy_id=bot.strategy_id,
            strategy_version=bot.strategy_version,
            strategy_name=bot.strategy_name,
            exchange_connection_id=bot.connection_id,
            symbol=bot.symbol,
            timeframe=bot.timeframe,
            env=bot.env,
            status="ready" if found.active_run_id is None else "running",
            active_run_id=found.active_run_id,
            created_at=iso(bot.created_ms),
            updated_at=iso(bot.updated_ms),
        )


class BotList(View):
    """A page of bots, newest first."""

    items: list[BotView]
    next_cursor: str | None
