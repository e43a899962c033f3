"""Workspaces: those that a person belongs to, and the name and limits of the one they work in."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Workspace
from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.identity_ports import WorkspaceRepository
from chalicelib.services.workspaces.usage import CountUsage, Usage

LONGEST_RUN_MINUTES = 1440
LONGEST_COOLDOWN_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, and the actor's role in it."""

    workspace: Workspace
    role: Role


@dataclass(frozen=True, slots=True)
class WorkspaceInUse:
    """The workspace with what it uses."""

    place: Place
    usage: Usage


@dataclass(frozen=True, slots=True)
class LimitsChange:
    """What a PATCH changes of the limits; None keeps. The names are those of ``WorkspaceLimits``."""

    max_active_runs: int | None = None
    max_duration_minutes: int | None = None
    default_duration_minutes: int | None = None
    start_cooldown_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Workspaces:
    """The use-cases of workspaces."""

    workspaces: WorkspaceRepository
    usage: CountUsage

    def mine(self, actor: Actor) -> tuple[Place, ...]:
        """Every workspace that the actor belongs to, oldest first."""
        found = self.workspaces.memberships(actor.user_id)
        return tuple(Place(self.workspaces.workspace(member.workspace_id), member.role) for member in found)

    def look(self, actor: Actor) -> WorkspaceInUse:
        """The actor's workspace, its limits, its quotas and what it uses of them."""
        return WorkspaceInUse(Place(self.workspaces.workspace(actor.workspace_id), actor.role), self.usage(actor))

    def change(self, actor: Actor, name: str | None, limits: LimitsChange) -> WorkspaceInUse:
        """Renames the workspace and sets its limits, within what the platform lets it have. Raises InvalidDocument."""
        stored = self.workspaces.workspace(actor.workspace_id)
        given = {one.name: getattr(limits, one.name) for one in fields(limits) if getattr(limits, one.name) is not None}
        wanted = replace(stored.limits, **given)
        most = self.usage.quotas.quotas(actor.workspace_id).active_runs
        findings = _beyond(wanted, most, set(given))
        if findings:
            raise InvalidDocument(findings)
        changed = replace(stored, name=stored.name if name is None else name.strip(), limits=wanted)
        self.workspaces.update_workspace(changed)
        return WorkspaceInUse(Place(changed, actor.role), self.usage(actor))


def _beyond(wanted: WorkspaceLimits, most_runs: int, given: set[str]) -> list[Finding]:
    """What of the given limits the platform does not allow. Limits that an operator set otherwise stay."""
    ranges = {
        "max_active_runs": ("/limits/maxActiveRuns", 1, most_runs),
        "max_duration_minutes": ("/limits/maxDurationMinutes", 1, LONGEST_RUN_MINUTES),
        "default_duration_minutes": ("/limits/defaultDurationMinutes", 1, wanted.max_duration_minutes),
        "start_cooldown_seconds": ("/limits/startCooldownSeconds", 0, LONGEST_COOLDOWN_SECONDS),
    }
    if "max_duration_minutes" in given:
        given = given | {"default_duration_minutes"}
    findings = []
    for name in sorted(given):
        pointer, least, most = ranges[name]
        value = int(getattr(wanted, name))
        if not least <= value <= most:
            detail = f"{value} is outside {least} to {most}"
            findings.append(
                Finding(pointer, detail, "workspace.limit_out_of_range", {"min": str(least), "max": str(most)})
            )
    return findings
