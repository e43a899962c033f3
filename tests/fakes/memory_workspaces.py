"""Members and quotas in memory, with the conditions of the DynamoDB repositories."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from chalicelib.domain.accounts.quotas import Quotas
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User, Workspace, erased_email
from chalicelib.ports import Conflict
from tests.fakes.memory_accounts import MemoryAccounts, MemorySessions


@dataclass
class MemoryMembers:
    """A ``MemberRepository`` over the accounts' own rows."""

    accounts: MemoryAccounts

    def members(self, workspace_id: str) -> tuple[Membership, ...]:
        mine = [member for member in self.accounts.members if member.workspace_id == workspace_id]
        return tuple(sorted(mine, key=lambda member: member.user_id))

    def change_role(self, member: Membership, role: Role, still_admin: str | None) -> None:
        self._require(member, still_admin)
        self.accounts.members[self.accounts.members.index(member)] = Membership(
            member.user_id, member.workspace_id, role
        )

    def remove(self, member: Membership, still_admin: str | None) -> None:
        self._require(member, still_admin)
        self.accounts.members.remove(member)

    def _require(self, member: Membership, still_admin: str | None) -> None:
        admin = None if still_admin is None else Membership(still_admin, member.workspace_id, Role.ADMIN)
        if member not in self.accounts.members or (admin is not None and admin not in self.accounts.members):
            raise Conflict("member")


@dataclass
class MemoryQuotas:
    """A ``QuotaRepository``."""

    rows: dict[str, Quotas] = field(default_factory=dict)

    def quotas(self, workspace_id: str) -> Quotas:
        return self.rows.get(workspace_id, Quotas())

    def set_quotas(self, workspace_id: str, quotas: Quotas) -> None:
        self.rows[workspace_id] = quotas


@dataclass
class MemoryErasure:
    """An ``ErasureRepository`` over the accounts' and sessions' own rows."""

    accounts: MemoryAccounts
    sessions: MemorySessions

    def erase_user(self, user: User) -> None:
        self.accounts.users[user.user_id] = replace(
            user,
            email=erased_email(user.user_id),
            email_verified=False,
            name="",
            locale="en",
            password_hash="",
            totp_confirmed=False,
        )
        self.accounts.recovery.pop(user.user_id, None)

    def forget_sessions(self, user_id: str) -> None:
        for key in [key for key in self.sessions.rows if key[0] == user_id]:
            del self.sessions.rows[key]

    def rename_workspace(self, workspace: Workspace, name: str) -> None:
        self.accounts.workspaces[workspace.workspace_id] = replace(workspace, name=name)
