"""Who asks: the verified identity that every use-case takes as its first argument."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.errors import Forbidden
from chalicelib.domain.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A user inside one workspace. Made only from a verified access token, never from a request's fields.

    ``stepped_up``: the session has proved its owner's presence within the last minutes.
    """

    user_id: str
    workspace_id: str
    role: Role
    session_id: str = ""
    stepped_up: bool = False

    def has(self, role: Role) -> bool:
        """Whether the actor's role reaches ``role``."""
        return self.role.reaches(role)

    def require_step_up(self) -> None:
        """Raises Forbidden (``auth.step_up_required``) unless the session has just proved itself again."""
        if not self.stepped_up:
            raise Forbidden("auth.step_up_required", "prove that it is you first: POST /auth/step-up")
