"""What the run services need to remember and to keep time with, as protocols (see ``ports`` for the errors)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from chalicelib.domain.runtime.events import RunEvent
from chalicelib.domain.runtime.facts import ExecutionFact
from chalicelib.domain.runtime.halt import Halt, HaltMode
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.messages import Message
from chalicelib.domain.runtime.record import ActiveRun, RunRecord, RunState


@dataclass(frozen=True, slots=True)
class Fill:
    """An execution that a run has booked, with the intent it belongs to and what closed the position with it."""

    execution: ExecutionFact
    intent_id: str
    exit_reason: str


@dataclass(frozen=True, slots=True)
class KillState:
    """An engaged kill switch: why, since when (milliseconds UTC), by whom, how far it goes."""

    reason: str
    engaged_ms: int
    actor: str
    mode: HaltMode = HaltMode.FLATTEN

    @property
    def halt(self) -> Halt:
        """What it asks of runs."""
        return Halt(self.reason, self.mode)


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything one decision changes. It is written as one transaction, or not at all.

    ``halt`` engages the kill switch of the run's workspace, unless it is engaged already.
    """

    state: RunState
    intents: tuple[Intent, ...] = ()
    events: tuple[RunEvent, ...] = ()
    fills: tuple[Fill, ...] = ()
    consumed: tuple[str, ...] = ()
    report: dict[str, Any] | None = None
    release: tuple[str, ...] = ()
    halt: KillState | None = None


@dataclass(frozen=True, slots=True)
class StartLimits:
    """What a workspace may run: how many runs at once, how long to wait between two starts."""

    max_active_runs: int
    start_cooldown_ms: int


@dataclass(frozen=True, slots=True)
class RunPage:
    """One page of runs; ``cursor`` is opaque and None on the last page."""

    items: tuple[RunRecord, ...]
    cursor: str | None = None


class RunStore(Protocol):
    """Runs with their intents, fills and events."""

    def create(self, record: RunRecord, event: RunEvent, limits: StartLimits) -> RunRecord:
        """Stores a new run, takes its slots and writes its first event, all or nothing.

        Raises Conflict: ``run`` (this id exists), ``symbol`` (a run trades it), ``quota``, ``cooldown``.
        """

    def get(self, run_id: str) -> RunRecord:
        """The run as last written. Raises NotFound."""

    def claim(self, run_id: str, now_ms: int, segment: int) -> RunRecord:
        """Makes the caller the run's only writer by raising its epoch. Raises NotFound."""

    def holds(self, record: RunRecord) -> bool:
        """Whether the caller is still the run's only writer."""

    def commit(self, record: RunRecord, commit: Commit) -> RunRecord:
        """Writes a decision. Raises FenceLost when another Tick has claimed the run or written since."""

    def known_executions(self, run_id: str, exec_ids: Iterable[str]) -> frozenset[str]:
        """Which of the executions are booked already."""

    def fills(self, run_id: str) -> tuple[Fill, ...]:
        """All fills of the run, oldest first."""

    def intents(self, run_id: str) -> tuple[Intent, ...]:
        """All intents of the run, oldest first."""

    def events(self, run_id: str, after: int, limit: int) -> tuple[dict[str, Any], ...]:
        """Events with ``seq`` > ``after`` in order, in the API's shape."""

    def report(self, run_id: str) -> dict[str, Any] | None:
        """The report of an ended run."""

    def active(self) -> tuple[ActiveRun, ...]:
        """All runs that have not ended, of all workspaces."""

    def of_workspace(
        self, workspace_id: str, *, bot_id: str | None, active: bool | None, limit: int, cursor: str | None
    ) -> RunPage:
        """The workspace's runs, newest first."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits in an inbox, oldest first, and how often its bell had rung when it was read."""

    messages: tuple[Message, ...] = ()
    rings: int = 0
    ids: tuple[str, ...] = field(default=())


class Inbox(Protocol):
    """The run's mailbox with a doorbell: who posts rings it, and the first ring after a Tick has parked wakes it."""

    def post(self, run_id: str, message: Message) -> bool:
        """Leaves a message once (by its id) and rings. Returns whether a parked Tick was woken."""

    def pending(self, run_id: str, limit: int) -> Pending:
        """The oldest messages that no commit has consumed."""

    def ring(self, run_id: str) -> bool:
        """Rings without a message: the Tick looks around by itself. Returns whether a parked Tick was woken."""

    def park(self, run_id: str, token: str, rings: int) -> bool:
        """Leaves the token by which to wake the run, unless the bell rang since ``rings``; the last write of a Tick."""


class KillSwitch(Protocol):
    """Switches that forbid new exposure: one of the platform (workspace None), one of each workspace (decision 19)."""

    def engaged(self, workspace_id: str) -> Halt | None:
        """What holds for the workspace, the graver of two switches; None when both are released.

        A switch that cannot be read blocks: unknown is engaged for new exposure, and no reason to close anything.
        """

    def state(self, workspace_id: str | None) -> KillState | None:
        """One switch's own state, read afresh; None when it is released. Unreadable blocks."""

    def engage(self, workspace_id: str | None, state: KillState) -> None:
        """Switches trading off. An engaged switch stays as it is, but one that only blocks can be made to flatten."""

    def release(self, workspace_id: str | None) -> None:
        """Switches trading on again."""


class Workflow(Protocol):
    """The engine that keeps a run's time."""

    def start(self, run_id: str, segment: int, deadline_ms: int) -> None:
        """Starts the run's execution; a repeat finds it started."""

    def wake(self, token: str) -> bool:
        """Lets a parked Tick go on. False: it is awake already, which is as good."""

    def end(self, token: str, error: str, cause: str) -> None:
        """Ends the execution by failing its waiting task with ``RunEnded`` or ``SegmentEnded``."""
