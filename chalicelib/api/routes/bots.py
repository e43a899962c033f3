"""Bots."""

from __future__ import annotations

from chalicelib.api.models.base import PageQuery
from chalicelib.api.models.bots import BotList, BotView, ChangeBotBody, CreateBotBody
from chalicelib.api.operation import Call, Routes
from chalicelib.api.request import read_cursor, write_cursor

routes = Routes("Bots")


@routes.get("/bots")
def list_bots(call: Call, query: PageQuery) -> BotList:
    """The workspace's bots."""
    page = call.services.bots.list(call.actor, query.limit, read_cursor(query.cursor))
    return BotList(items=[BotView.of(found) for found in page.items], next_cursor=write_cursor(page.next_after))


@routes.post("/bots", status=201, refusals=(404, 409, 422, 502), cached_reply=True)
def create_bot(call: Call, body: CreateBotBody) -> BotView:
    """Makes a bot of a strategy version, a connection and a symbol."""
    created = call.services.bots.create(
        call.actor,
        name=body.name,
        strategy_id=body.strategy_id,
        strategy_version=body.strategy_version,
        connection_id=body.exchange_connection_id,
        symbol=body.symbol,
    )
    return BotView.of(created)


@routes.get("/bots/{bot_id}", refusals=(404,))
def get_bot(call: Call, bot_id: str) -> BotView:
    """One bot."""
    return BotView.of(call.services.bots.get(call.actor, bot_id))


@routes.patch("/bots/{bot_id}", refusals=(404, 409, 422, 502))
def change_bot(call: Call, bot_id: str, body: ChangeBotBody) -> BotView:
    """Changes a bot; all but its name need it to stand still."""
    return BotView.of(call.services.bots.change(call.actor, bot_id, body.change()))


@routes.delete("/bots/{bot_id}", refusals=(404, 409))
def delete_bot(call: Call, bot_id: str) -> None:
    """Hides a bot. Refused while it runs."""
    call.services.bots.delete(call.actor, bot_id)
