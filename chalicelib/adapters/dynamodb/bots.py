"""Bots. Deleting sets ``deleted_ms``: runs keep referring to the row."""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError, UpdateError
from pynamodb.models import Model

from chalicelib.account_ports import Listing
from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.patience import Patient
from chalicelib.domain.workspace.bot import Bot
from chalicelib.ports import NotFound


class BotItem(Model):
    """One bot of a workspace."""

    class Meta(Patient):
        table_name = "bots"

    workspace_id = UnicodeAttribute(hash_key=True)
    bot_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    strategy_id = UnicodeAttribute()
    strategy_version = NumberAttribute()
    strategy_name = UnicodeAttribute()
    connection_id = UnicodeAttribute()
    symbol = UnicodeAttribute()
    timeframe = UnicodeAttribute()
    env = UnicodeAttribute()
    created_ms = NumberAttribute()
    updated_ms = NumberAttribute()
    deleted_ms = NumberAttribute(null=True)


class DynamoBots:
    """``BotRepository`` on the bots table."""

    def create(self, bot: Bot) -> None:
        """See ``BotRepository.create``."""
        bot_item(bot).save(condition=BotItem.bot_id.does_not_exist())

    def get(self, workspace_id: str, bot_id: str) -> Bot:
        """See ``BotRepository.get``."""
        try:
            item = BotItem.get(workspace_id, bot_id, consistent_read=True)
        except DoesNotExist as error:
            raise NotFound("bot") from error
        if item.deleted_ms is not None:
            raise NotFound("bot")
        return _bot(item)

    def list(self, workspace_id: str, limit: int, after: str | None) -> Listing[Bot]:
        """See ``BotRepository.list``."""
        rows = BotItem.query(
            workspace_id,
            None if after is None else BotItem.bot_id < after,
            filter_condition=BotItem.deleted_ms.does_not_exist(),
            scan_index_forward=False,
            consistent_read=True,
        )
        bots: list[Bot] = []
        for row in rows:
            if len(bots) == limit:
                return Listing(tuple(bots), bots[-1].bot_id)
            bots.append(_bot(row))
        return Listing(tuple(bots))

    def update(self, bot: Bot) -> None:
        """See ``BotRepository.update``."""
        try:
            bot_item(bot).save(condition=BotItem.bot_id.exists() & BotItem.deleted_ms.does_not_exist())
        except PutError as error:
            if condition_failed(error):
                raise NotFound("bot") from error
            raise

    def delete(self, workspace_id: str, bot_id: str, now_ms: int) -> None:
        """See ``BotRepository.delete``."""
        try:
            BotItem(workspace_id, bot_id).update(
                actions=[BotItem.deleted_ms.set(now_ms), BotItem.updated_ms.set(now_ms)],
                condition=BotItem.bot_id.exists() & BotItem.deleted_ms.does_not_exist(),
            )
        except UpdateError as error:
            if condition_failed(error):
                raise NotFound("bot") from error
            raise


def bot_item(bot: Bot) -> BotItem:
    """The row of a bot."""
    return BotItem(
        bot.workspace_id,
        bot.bot_id,
        name=bot.name,
        strategy_id=bot.strategy_id,
        strategy_version=bot.strategy_version,
        strategy_name=bot.strategy_name,
        connection_id=bot.connection_id,
        symbol=bot.symbol,
        timeframe=bot.timeframe,
        env=bot.env,
        created_ms=bot.created_ms,
        updated_ms=bot.updated_ms,
    )


def _bot(item: BotItem) -> Bot:
    return Bot(
        workspace_id=item.workspace_id,
        bot_id=item.bot_id,
        name=item.name,
        strategy_id=item.strategy_id,
        strategy_version=int(item.strategy_version),
        strategy_name=item.strategy_name,
        connection_id=item.connection_id,
        symbol=item.symbol,
        timeframe=item.timeframe,
        env=item.env,
        created_ms=int(item.created_ms),
        updated_ms=int(item.updated_ms),
    )
