"""Looking at runs: each answer is of the actor's own workspace, everything else does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.runtime.intent import Intent
from chalicelib.domain.runtime.record import RunRecord
from chalicelib.ports import NotFound
from chalicelib.run_ports import Fill, RunPage, RunStore

_MOST_ACTIVE = 100


@dataclass(frozen=True, slots=True)
class LookAtRuns:
    """Use-cases: one run, lists, its events, intents, fills and report."""

    store: RunStore

    def run(self, actor: Actor, run_id: str) -> RunRecord:
        """Raises NotFound."""
        record = self.store.get(run_id)
        if record.terms.workspace_id != actor.workspace_id:
            raise NotFound(run_id)
        return record

    def runs(self, actor: Actor, *, bot_id: str | None, active: bool | None, limit: int, cursor: str | None) -> RunPage:
        """The workspace's runs, newest first."""
        return self.store.of_workspace(actor.workspace_id, bot_id=bot_id, active=active, limit=limit, cursor=cursor)

    def events(self, actor: Actor, run_id: str, after: int, limit: int) -> tuple[dict[str, Any], ...]:
        """Events after ``after``, in order. Raises NotFound."""
        self.run(actor, run_id)
        return self.store.events(run_id, after, limit)

    def intents(self, actor: Actor, run_id: str) -> tuple[Intent, ...]:
        """Order intents, oldest first. Raises NotFound."""
        self.run(actor, run_id)
        return self.store.intents(run_id)

    def fills(self, actor: Actor, run_id: str) -> tuple[Fill, ...]:
        """Booked executions, oldest first. Raises NotFound."""
        self.run(actor, run_id)
        return self.store.fills(run_id)

    def report(self, actor: Actor, run_id: str) -> dict[str, Any] | None:
        """The report, None while the run has not ended. Raises NotFound."""
        self.run(actor, run_id)
        return self.store.report(run_id)

    def active(self, actor: Actor) -> tuple[RunRecord, ...]:
        """All runs of the workspace that have not ended."""
        found: list[RunRecord] = []
        cursor: str | None = None
        while True:
            page = self.runs(actor, bot_id=None, active=True, limit=_MOST_ACTIVE, cursor=cursor)
            found.extend(page.items)
            cursor = page.cursor
            if cursor is None:
                return tuple(found)

    def by_bot(self, workspace_id: str) -> Mapping[str, str]:
        """Run ids of active runs by bot id (the ``ActiveRuns`` port of the bots)."""
        page = self.store.of_workspace(workspace_id, bot_id=None, active=True, limit=_MOST_ACTIVE, cursor=None)
        return {record.terms.bot_id: record.terms.run_id for record in page.items}
