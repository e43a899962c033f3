"""Strategy, version and bot of a preset, written as one transaction."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.bots import BotItem, bot_item
from chalicelib.adapters.dynamodb.strategies import StrategyItem, head_item, version_item
from chalicelib.domain.workspace.bot import Bot
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion


class DynamoDrafts:
    """See ``DraftRepository``. The tables of strategies and bots are bound already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, head: StrategyHead, version: StrategyVersion, bot: Bot | None) -> None:
        """See ``DraftRepository.create``."""
        with TransactWrite(connection=self._connection) as transaction:
            transaction.save(head_item(head), condition=StrategyItem.sk.does_not_exist())
            transaction.save(version_item(version), condition=StrategyItem.sk.does_not_exist())
            if bot is not None:
                transaction.save(bot_item(bot), condition=BotItem.bot_id.does_not_exist())
