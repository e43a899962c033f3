"""What the use-cases of workspaces need to remember, as protocols. Part of the ports layer beside ``ports``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.accounts.quotas import Quotas
    from chalicelib.domain.accounts.roles import Role
    from chalicelib.domain.accounts.user import Membership, User, Workspace


class MemberRepository(Protocol):
    """Who belongs to a workspace. ``still_admin`` names a member who must be an admin at the moment of the change, so
    that of two admins who remove each other at once one fails."""

    def members(self, workspace_id: str) -> tuple[Membership, ...]:
        """All members, in the order of their ids."""

    def change_role(self, member: Membership, role: Role, still_admin: str | None) -> None:
        """Gives a member another role. Raises NotFound, Conflict("member") when ``member`` or the admin changed."""

    def remove(self, member: Membership, still_admin: str | None) -> None:
        """Takes a member away. Raises as ``change_role`` does."""


class QuotaRepository(Protocol):
    """What the platform lets each workspace have."""

    def quotas(self, workspace_id: str) -> Quotas:
        """The workspace's own, or the platform's defaults."""

    def set_quotas(self, workspace_id: str, quotas: Quotas) -> None:
        """Replaces them."""


class ErasureRepository(Protocol):
    """Takes a person's data away. Each may be done again."""

    def erase_user(self, user: User) -> None:
        """Frees the address, and leaves a profile that names nobody and that no password opens."""

    def forget_sessions(self, user_id: str) -> None:
        """Removes the user's sessions, with the devices and addresses that they name."""

    def rename_workspace(self, workspace: Workspace, name: str) -> None:
        """Replaces its name."""
