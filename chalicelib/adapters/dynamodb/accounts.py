"""Users, workspaces and memberships together, and the one write that spans all three."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.adapters.dynamodb.conditions import failed_conditions
from chalicelib.adapters.dynamodb.users import DynamoUsers, new_user_items
from chalicelib.adapters.dynamodb.workspaces import DynamoWorkspaces, membership_items, workspace_item
from chalicelib.domain.accounts.user import Membership, User, Workspace
from chalicelib.ports import Conflict


class DynamoAccounts(DynamoUsers, DynamoWorkspaces):
    """``AccountRepository`` on the accounts table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, user: User, workspace: Workspace, membership: Membership) -> None:
        """See ``AccountRepository.create``; the address is its own item, so two users cannot share it."""
        new = AccountItem.pk.does_not_exist()
        try:
            with TransactWrite(connection=self._connection) as transaction:
                for item in (*new_user_items(user), workspace_item(workspace)):
                    transaction.save(item, condition=new)
                for item in membership_items(membership):
                    transaction.save(item)
        except TransactWriteError as error:
            if 0 in failed_conditions(error):
                raise Conflict("email") from error
            raise
