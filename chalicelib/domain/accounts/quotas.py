"""What the platform lets a workspace have (decision 16, NFR-SEC-7), and what a request may count against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.domain.accounts.errors import Refusal


class Counted(StrEnum):
    """Things of which a workspace may have so many."""

    CONNECTIONS = "connections"
    STRATEGIES = "strategies"
    BOTS = "bots"
    DATASETS = "datasets"
    MEMBERS = "members"


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most of each; set by the platform's operators, not by the workspace. ``active_runs`` bounds the limit that
    the workspace's admins choose for themselves; invitations that are open count as members."""

    active_runs: int = 5
    connections: int = 10
    strategies: int = 200
    bots: int = 100
    datasets: int = 200
    members: int = 20

    def most(self, counted: Counted) -> int:
        """The most of one thing."""
        return int(getattr(self, counted.value))


class QuotaReached(Refusal):
    """The workspace has as many as it may."""

    def __init__(self, counted: Counted, most: int) -> None:
        detail = f"the workspace has as many {counted.value} as it may: {most}"
        super().__init__(f"quota.{counted.value}", detail, limit=str(most))


ROUTE_QUOTA: dict[tuple[str, str], tuple[Counted, ...]] = {
    ("POST", "/exchanges"): (Counted.CONNECTIONS,),
    ("POST", "/strategies"): (Counted.STRATEGIES,),
    ("POST", "/bots"): (Counted.BOTS,),
    ("POST", "/presets/{slug}/instantiate"): (Counted.STRATEGIES, Counted.BOTS),
    ("POST", "/lab/datasets"): (Counted.DATASETS,),
    ("POST", "/lab/datasets/import"): (Counted.DATASETS,),
    ("POST", "/invitations"): (Counted.MEMBERS,),
}
"""What each route makes one more of. The dispatcher looks before the route's handler runs; the number of active runs is
held by the slots of the start itself, exactly and not by counting."""
