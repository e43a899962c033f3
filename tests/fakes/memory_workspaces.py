"""Members and quotas in memory, with the conditions of the DynamoDB repositories."""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.accounts.quotas import Quotas
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership
from chalicelib.ports import Conflict
from tests.fakes.memory_accounts import MemoryAccounts


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
