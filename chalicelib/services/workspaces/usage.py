"""How much of what a workspace has, and whether it may have one more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.account_ports import ActiveRuns, BotRepository, ConnectionRepository, StrategyRepository
from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.quotas import Counted, QuotaReached, Quotas
from chalicelib.identity_ports import InvitationRepository
from chalicelib.lab_ports import DatasetRepository
from chalicelib.ports import Clock
from chalicelib.workspace_ports import MemberRepository, QuotaRepository


@dataclass(frozen=True, slots=True)
class Usage:
    """How many there are, by name, beside what there may be."""

    counts: Mapping[Counted, int]
    active_runs: int
    quotas: Quotas


@dataclass(frozen=True, slots=True)
class CountUsage:
    """Counts what a workspace has. Two requests at the same moment may both find the last place free: one too many is
    no harm here, and money is held by the slots of runs."""

    quotas: QuotaRepository
    connections: ConnectionRepository
    strategies: StrategyRepository
    bots: BotRepository
    datasets: DatasetRepository
    members: MemberRepository
    invitations: InvitationRepository
    active_runs: ActiveRuns
    clock: Clock

    def __call__(self, actor: Actor) -> Usage:
        """The workspace's usage. Strategies and bots are counted up to their quota."""
        quotas = self.quotas.quotas(actor.workspace_id)
        counts = {counted: self._count(actor.workspace_id, counted, quotas) for counted in Counted}
        return Usage(counts, len(self.active_runs.by_bot(actor.workspace_id)), quotas)

    def require_room(self, workspace_id: str, counted: Counted) -> None:
        """Raises QuotaReached when the workspace may not have one more."""
        quotas = self.quotas.quotas(workspace_id)
        if self._count(workspace_id, counted, quotas) >= quotas.most(counted):
            raise QuotaReached(counted, quotas.most(counted))

    def _count(self, workspace_id: str, counted: Counted, quotas: Quotas) -> int:
        count: dict[Counted, Callable[[], int]] = {
            Counted.CONNECTIONS: lambda: len(self.connections.list(workspace_id)),
            Counted.STRATEGIES: lambda: len(self.strategies.list(workspace_id, quotas.strategies + 1, None).items),
            Counted.BOTS: lambda: len(self.bots.list(workspace_id, quotas.bots + 1, None).items),
            Counted.DATASETS: lambda: len(self.datasets.list(workspace_id)),
            Counted.MEMBERS: lambda: (
                len(self.members.members(workspace_id)) + len(self.invitations.open(workspace_id, self.clock.now_ms()))
            ),
        }
        return count[counted]()
