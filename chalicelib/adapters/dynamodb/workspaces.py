"""Workspaces and memberships."""

from __future__ import annotations

from chalicelib.adapters.dynamodb.account_items import AccountItem, get_item
from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, Workspace


class DynamoWorkspaces:
    """``WorkspaceRepository`` on the accounts table."""

    def workspace(self, workspace_id: str) -> Workspace:
        """See ``WorkspaceRepository.workspace``."""
        return _workspace(get_item(f"WORKSPACE#{workspace_id}", "PROFILE"))

    def update_workspace(self, workspace: Workspace) -> None:
        """See ``WorkspaceRepository.update_workspace``."""
        workspace_item(workspace).save(condition=AccountItem.pk.exists())

    def memberships(self, user_id: str) -> tuple[Membership, ...]:
        """See ``WorkspaceRepository.memberships``; workspace ids are ULIDs, so the key's order is that of age."""
        rows = AccountItem.query(
            f"USER#{user_id}", AccountItem.sk.startswith("MEMBER#"), consistent_read=True, scan_index_forward=True
        )
        return tuple(Membership(user_id, str(row.workspace_id), Role(str(row.role))) for row in rows)

    def membership(self, user_id: str, workspace_id: str) -> Membership:
        """See ``WorkspaceRepository.membership``."""
        row = get_item(f"USER#{user_id}", f"MEMBER#{workspace_id}")
        return Membership(user_id, workspace_id, Role(str(row.role)))


def membership_items(membership: Membership) -> tuple[AccountItem, AccountItem]:
    """The membership as the user's row and as the workspace's."""
    user, workspace = f"USER#{membership.user_id}", f"WORKSPACE#{membership.workspace_id}"
    return (
        _member_item(user, f"MEMBER#{membership.workspace_id}", membership),
        _member_item(workspace, f"MEMBER#{membership.user_id}", membership),
    )


def _member_item(pk: str, sk: str, membership: Membership) -> AccountItem:
    return AccountItem(
        pk, sk, user_id=membership.user_id, workspace_id=membership.workspace_id, role=membership.role.value
    )


def workspace_item(workspace: Workspace) -> AccountItem:
    """The workspace's item."""
    limits = workspace.limits
    return AccountItem(
        f"WORKSPACE#{workspace.workspace_id}",
        "PROFILE",
        workspace_id=workspace.workspace_id,
        name=workspace.name,
        max_active_runs=limits.max_active_runs,
        max_duration_minutes=limits.max_duration_minutes,
        default_duration_minutes=limits.default_duration_minutes,
        start_cooldown_seconds=limits.start_cooldown_seconds,
        created_ms=workspace.created_ms,
    )


def _workspace(item: AccountItem) -> Workspace:
    return Workspace(
        workspace_id=str(item.workspace_id),
        name=str(item.name),
        limits=WorkspaceLimits(
            max_active_runs=int(item.max_active_runs or 0),
            max_duration_minutes=int(item.max_duration_minutes or 0),
            default_duration_minutes=int(item.default_duration_minutes or 0),
            start_cooldown_seconds=int(item.start_cooldown_seconds or 0),
        ),
        created_ms=int(item.created_ms or 0),
    )
