"""Takes a person out of the accounts table."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.domain.accounts.user import User, Workspace, erased_email


class DynamoErasure:
    """``ErasureRepository`` on the accounts table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def erase_user(self, user: User) -> None:
        """See ``ErasureRepository.erase_user``."""
        with TransactWrite(connection=self._connection) as transaction:
            transaction.delete(AccountItem(f"EMAIL#{user.email}", "USER"))
            transaction.update(
                AccountItem(f"USER#{user.user_id}", "PROFILE"),
                actions=[
                    AccountItem.email.set(erased_email(user.user_id)),
                    AccountItem.email_verified.set(False),
                    AccountItem.name.set(""),
                    AccountItem.locale.set("en"),
                    AccountItem.password_hash.set(""),
                    AccountItem.totp_confirmed.set(False),
                    AccountItem.recovery_hashes.remove(),
                ],
                condition=AccountItem.pk.exists(),
            )

    def forget_sessions(self, user_id: str) -> None:
        """See ``ErasureRepository.forget_sessions``."""
        for row in AccountItem.query(f"USER#{user_id}", AccountItem.sk.startswith("SESSION#"), consistent_read=True):
            row.delete()

    def rename_workspace(self, workspace: Workspace, name: str) -> None:
        """See ``ErasureRepository.rename_workspace``."""
        AccountItem(f"WORKSPACE#{workspace.workspace_id}", "PROFILE").update(
            actions=[AccountItem.name.set(name)], condition=AccountItem.pk.exists()
        )
