"""Strategies of a workspace: a head that changes and versions that never do (decision 8c)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StrategyHead:
    """The strategy's name and which version is the newest."""

    workspace_id: str
    strategy_id: str
    name: str
    version: int
    spec_hash: str
    enabled: bool
    created_ms: int
    updated_ms: int


@dataclass(frozen=True, slots=True)
class StrategyVersion:
    """One immutable document: ``spec`` as the user gave it, ``normalised`` after defaults (FR-DM-9)."""

    workspace_id: str
    strategy_id: str
    version: int
    name: str
    spec: dict[str, Any]
    normalised: dict[str, Any]
    spec_hash: str
    created_ms: int
