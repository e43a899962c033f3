"""Members of a workspace: two rows each, ``WORKSPACE#id / MEMBER#user`` and ``USER#id / MEMBER#workspace``."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.adapters.dynamodb.conditions import failed_conditions
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership
from chalicelib.ports import Conflict


class DynamoMembers:
    """``MemberRepository`` on the accounts table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def members(self, workspace_id: str) -> tuple[Membership, ...]:
        """See ``MemberRepository.members``."""
        rows = AccountItem.query(
            f"WORKSPACE#{workspace_id}", AccountItem.sk.startswith("MEMBER#"), consistent_read=True
        )
        return tuple(Membership(str(row.user_id), workspace_id, Role(str(row.role))) for row in rows)

    def change_role(self, member: Membership, role: Role, still_admin: str | None) -> None:
        """See ``MemberRepository.change_role``."""
        with self._guarded(member, still_admin) as transaction:
            for pk, sk in _keys(member):
                transaction.update(
                    AccountItem(pk, sk),
                    actions=[AccountItem.role.set(role.value)],
                    condition=AccountItem.role == member.role.value,
                )

    def remove(self, member: Membership, still_admin: str | None) -> None:
        """See ``MemberRepository.remove``."""
        with self._guarded(member, still_admin) as transaction:
            for pk, sk in _keys(member):
                transaction.delete(AccountItem(pk, sk), condition=AccountItem.role == member.role.value)

    def _guarded(self, member: Membership, still_admin: str | None) -> _Guarded:
        return _Guarded(self._connection, member.workspace_id, still_admin)


class _Guarded(TransactWrite):
    """A transaction that also holds an admin fast, and tells a lost condition as a conflict."""

    def __init__(self, connection: Connection, workspace_id: str, still_admin: str | None) -> None:
        super().__init__(connection=connection)
        if still_admin is not None:
            self.condition_check(
                AccountItem,
                f"WORKSPACE#{workspace_id}",
                f"MEMBER#{still_admin}",
                condition=AccountItem.role == Role.ADMIN.value,
            )

    def __exit__(self, *raised: object) -> None:
        try:
            super().__exit__(*raised)
        except TransactWriteError as error:
            if failed_conditions(error):
                raise Conflict("member") from error
            raise


def _keys(member: Membership) -> tuple[tuple[str, str], tuple[str, str]]:
    user, workspace = member.user_id, member.workspace_id
    return (f"WORKSPACE#{workspace}", f"MEMBER#{user}"), (f"USER#{user}", f"MEMBER#{workspace}")
