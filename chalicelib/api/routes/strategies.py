"""Strategies."""

from __future__ import annotations

from chalicelib.api.models.base import PageQuery
from chalicelib.api.models.strategies import (
    ReplaceStrategyBody,
    SchemaView,
    StrategyBody,
    StrategyList,
    StrategyView,
    ValidatedView,
)
from chalicelib.api.operation import Call, Routes
from chalicelib.api.request import read_cursor, write_cursor

routes = Routes("Strategies")


@routes.get("/strategies")
def list_strategies(call: Call, query: PageQuery) -> StrategyList:
    """The workspace's strategies at their newest versions."""
    page = call.services.strategies.list(call.actor, query.limit, read_cursor(query.cursor))
    return StrategyList(
        items=[StrategyView.of(stored) for stored in page.items], next_cursor=write_cursor(page.next_after)
    )


@routes.post("/strategies", status=201, refusals=(409, 422, 502), cached_reply=True)
def create_strategy(call: Call, body: StrategyBody) -> StrategyView:
    """Saves a new strategy as its version 1."""
    return StrategyView.of(call.services.strategies.create(call.actor, body.spec))


@routes.post("/strategies/validate", refusals=(422, 502))
def validate_strategy(call: Call, body: StrategyBody) -> ValidatedView:
    """Judges a document; nothing is saved."""
    return ValidatedView.of(call.services.strategies.validate(body.spec))


@routes.get("/strategies/schema")
def get_strategy_schema(call: Call) -> SchemaView:
    """The JSON Schema of strategy documents."""
    return SchemaView.model_validate(call.services.strategies.schema())


@routes.get("/strategies/{strategy_id}", refusals=(404,))
def get_strategy(call: Call, strategy_id: str) -> StrategyView:
    """A strategy at its newest version."""
    return StrategyView.of(call.services.strategies.get(call.actor, strategy_id))


@routes.put("/strategies/{strategy_id}", refusals=(404, 409, 422, 502))
def replace_strategy(call: Call, strategy_id: str, body: ReplaceStrategyBody) -> StrategyView:
    """Saves the next version; earlier ones stay as they are."""
    return StrategyView.of(call.services.strategies.replace(call.actor, strategy_id, body.spec, body.expected_version))


@routes.delete("/strategies/{strategy_id}", refusals=(404, 409))
def delete_strategy(call: Call, strategy_id: str) -> None:
    """Hides a strategy. Refused while a bot runs it."""
    call.services.strategies.delete(call.actor, strategy_id)


@routes.get("/strategies/{strategy_id}/versions", refusals=(404,))
def list_strategy_versions(call: Call, strategy_id: str) -> StrategyList:
    """All versions, newest first."""
    found = call.services.strategies.versions(call.actor, strategy_id)
    return StrategyList(items=[StrategyView.of(stored) for stored in found], next_cursor=None)
