"""Who asks: the verified identity that every use-case takes as its first argument."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A user inside one workspace. Made only from a verified access token, never from a request's fields."""

    user_id: str
    workspace_id: str
    role: Role

    def has(self, role: Role) -> bool:
        """Whether the actor's role reaches ``role``."""
        return self.role.reaches(role)
