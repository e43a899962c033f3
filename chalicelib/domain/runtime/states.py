"""The two state machines' vocabularies: run and trading (decision 11). The tables of moves are in ``transitions``."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    ERROR = "error"

    @property
    def terminal(self) -> bool:
        """Whether nothing can happen to the run any more."""
        return self in _TERMINAL


_TERMINAL = frozenset({RunStatus.FINISHED, RunStatus.STOPPED, RunStatus.ERROR})


class StopReason(StrEnum):
    """Why a run stops or has stopped."""

    MANUAL = "manual"
    TIMEOUT = "timeout"
    RISK = "risk"
    ERROR = "error"
    KILL_SWITCH = "kill_switch"
    SYSTEM = "system"


class TradingState(StrEnum):
    """What the strategy is doing on its symbol."""

    IDLE = "IDLE"
    ARMED = "ARMED"
    ENTRY_PENDING = "ENTRY_PENDING"
    IN_POSITION = "IN_POSITION"
    EXIT_PENDING = "EXIT_PENDING"
    PAUSED = "PAUSED"
    DISABLED = "DISABLED"
