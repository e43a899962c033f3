"""A bot: one strategy version, one symbol, one exchange connection."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bot:
    """What a run is started from. ``timeframe`` and ``env`` are copied from the strategy and the connection."""

    workspace_id: str
    bot_id: str
    name: str
    strategy_id: str
    strategy_version: int
    strategy_name: str
    connection_id: str
    symbol: str
    timeframe: str
    env: str
    created_ms: int
    updated_ms: int
