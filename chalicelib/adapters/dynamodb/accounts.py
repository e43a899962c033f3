"""Users, workspaces and memberships together, and the one write that spans all three."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.adapters.dynamodb.users import DynamoUsers, user_item
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
                address = AccountItem(f"EMAIL#{user.email}", "USER", user_id=user.user_id)
                transaction.save(address, condition=new)
                transaction.save(user_item(user), condition=new)
                transaction.save(workspace_item(workspace), condition=new)
                for item in membership_items(membership):
                    transaction.save(item)
        except TransactWriteError as error:
            reasons = [reason.code if reason else None for reason in error.cancellation_reasons]
            if reasons and reasons[0] == "ConditionalCheckFailed":
                raise Conflict("email") from error
            raise
