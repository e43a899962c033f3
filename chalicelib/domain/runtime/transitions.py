"""The two state machines as tables: what may follow what, and why. ``docs/runtime.md`` publishes them.

A move that the tables do not have is a defect of ours and raises; an exchange event that a state does not expect is
recorded and reconciled instead (decision 11).
"""

from __future__ import annotations

from chalicelib.domain.runtime.states import RunStatus as Run
from chalicelib.domain.runtime.states import TradingState as Trading

RUN_MOVES: dict[tuple[Run, Run], str] = {
    (Run.QUEUED, Run.STARTING): "the first Tick takes the run",
    (Run.QUEUED, Run.STOPPING): "stop before the start",
    (Run.QUEUED, Run.ERROR): "the run cannot start",
    (Run.STARTING, Run.RUNNING): "settings are valid and the exchange is reconciled",
    (Run.STARTING, Run.STOPPING): "stop, timeout, kill switch",
    (Run.STARTING, Run.ERROR): "the run cannot start",
    (Run.RUNNING, Run.PAUSED): "user, error or limit policy",
    (Run.RUNNING, Run.STOPPING): "stop, timeout, loss limit, kill switch",
    (Run.RUNNING, Run.ERROR): "unrecoverable failure",
    (Run.PAUSED, Run.RUNNING): "resumed and reconciled",
    (Run.PAUSED, Run.STOPPING): "stop, timeout, loss limit, kill switch",
    (Run.PAUSED, Run.ERROR): "unrecoverable failure",
    (Run.STOPPING, Run.FINISHED): "the planned time has passed and the stop policy is carried out",
    (Run.STOPPING, Run.STOPPED): "stopped before its time and the stop policy is carried out",
    (Run.STOPPING, Run.ERROR): "stopped by an error, or unrecoverable failure",
}

TRADING_MOVES: dict[tuple[Trading, Trading], str] = {
    (Trading.IDLE, Trading.ARMED): "signal",
    (Trading.ARMED, Trading.IDLE): "a pre-check blocked it, or the order does not exist",
    (Trading.ARMED, Trading.ENTRY_PENDING): "order sent",
    (Trading.ENTRY_PENDING, Trading.IDLE): "rejected, or cancelled without a fill",
    (Trading.ENTRY_PENDING, Trading.IN_POSITION): "filled, and stop loss and take profit seen on the exchange",
    (Trading.ENTRY_PENDING, Trading.EXIT_PENDING): "to be closed, or its stop fired, before protection was seen",
    (Trading.IN_POSITION, Trading.EXIT_PENDING): "exit signal, stop policy, or stop loss or take profit fired",
    (Trading.EXIT_PENDING, Trading.IDLE): "flat, and no order of a ladder rests; the cooldown has started",
    (Trading.EXIT_PENDING, Trading.IN_POSITION): "the close is given up: the position stays protected",
    (Trading.IDLE, Trading.IN_POSITION): "reconciliation found the position",
    (Trading.IDLE, Trading.EXIT_PENDING): "a safety order filled after the exit: it is closed at once",
    (Trading.IN_POSITION, Trading.IDLE): "reconciliation found no position",
    (Trading.PAUSED, Trading.IDLE): "resumed and reconciled, flat",
    (Trading.PAUSED, Trading.IN_POSITION): "resumed and reconciled, position held",
    (Trading.PAUSED, Trading.EXIT_PENDING): "the position is being closed",
    **{(state, Trading.PAUSED): "error or limit policy, or user" for state in Trading if state is not Trading.PAUSED},
    **{(state, Trading.DISABLED): "the run has ended" for state in Trading if state is not Trading.DISABLED},
}
del TRADING_MOVES[(Trading.DISABLED, Trading.PAUSED)]


class IllegalMove(Exception):
    """A move that the published table does not have."""


def check_run(before: Run, after: Run) -> str:
    """Why a run may go from ``before`` to ``after``. Raises IllegalMove when it may not."""
    cause = RUN_MOVES.get((before, after))
    if cause is None:
        raise IllegalMove(f"run: {before} -> {after}")
    return cause


def check_trading(before: Trading, after: Trading) -> str:
    """Why trading may go from ``before`` to ``after``. Raises IllegalMove when it may not."""
    cause = TRADING_MOVES.get((before, after))
    if cause is None:
        raise IllegalMove(f"trading: {before} -> {after}")
    return cause
