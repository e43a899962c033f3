"""Members of a workspace: who they are, their roles, and taking them away."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.accounts.errors import Refusal
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User
from chalicelib.identity_ports import UserRepository
from chalicelib.ports import NotFound
from chalicelib.services.accounts.ending import EndSessions
from chalicelib.services.contention import despite_contention
from chalicelib.workspace_ports import MemberRepository

_ATTEMPTS = 3


class LastAdmin(Refusal):
    """A workspace without an admin could never be governed again."""

    def __init__(self) -> None:
        super().__init__("member.last_admin", "the workspace needs an admin: make somebody else one first")


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a workspace."""

    user: User
    role: Role


@dataclass(frozen=True, slots=True)
class Members:
    """The use-cases of members."""

    users: UserRepository
    members: MemberRepository
    ending: EndSessions

    def list(self, actor: Actor) -> tuple[Member, ...]:
        """All members of the workspace."""
        found = self.members.members(actor.workspace_id)
        return tuple(Member(self.users.user(member.user_id), member.role) for member in found)

    def change_role(self, actor: Actor, user_id: str, role: Role) -> Member:
        """Gives a member another role. Raises NotFound, LastAdmin, Conflict("member") while others change it too."""

        def change() -> None:
            member, guard = self._look(actor, user_id, keeps_admin=role is Role.ADMIN)
            if member.role is not role:
                self.members.change_role(member, role, guard)

        despite_contention(change, _ATTEMPTS)
        return Member(self.users.user(user_id), role)

    def remove(self, actor: Actor, user_id: str) -> None:
        """Takes a member away, and ends their sessions in this workspace at once. Raises as ``change_role`` does."""

        def remove() -> None:
            member, guard = self._look(actor, user_id, keeps_admin=False)
            self.members.remove(member, guard)

        despite_contention(remove, _ATTEMPTS)
        self.ending.all_of(user_id, workspace_id=actor.workspace_id)

    def _look(self, actor: Actor, user_id: str, *, keeps_admin: bool) -> tuple[Membership, str | None]:
        """The member as it is now and, where an admin goes, another one who must stay."""
        found = self.members.members(actor.workspace_id)
        member = next((one for one in found if one.user_id == user_id), None)
        if member is None:
            raise NotFound("member")
        if member.role is not Role.ADMIN or keeps_admin:
            return member, None
        others = [one.user_id for one in found if one.role is Role.ADMIN and one.user_id != user_id]
        if not others:
            raise LastAdmin
        return member, others[0]
