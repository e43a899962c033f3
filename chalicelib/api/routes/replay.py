"""A run held against its backtest."""

from __future__ import annotations

from chalicelib.api.models.replay import ReplayView
from chalicelib.api.operation import Call, Routes

routes = Routes("Runs")


@routes.get("/runs/{run_id}/replay", refusals=(404, 409, 502))
def replay_run(call: Call, run_id: str) -> ReplayView:
    """Feeds an ended run's candles through the backtest and lists each difference with its cause."""
    return ReplayView.of(call.services.replay(call.actor, run_id))
