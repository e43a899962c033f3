"""Invitations: ``INVITATION#hash / INVITATION`` by the token's hash, ``WORKSPACE#id / INVITATION#id`` for the list."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.account_items import AccountItem, get_item
from chalicelib.adapters.dynamodb.conditions import failed_conditions
from chalicelib.adapters.dynamodb.users import new_user_items
from chalicelib.adapters.dynamodb.workspaces import membership_items
from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User
from chalicelib.ports import Conflict, NotFound


class DynamoInvitations:
    """``InvitationRepository`` on the accounts table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, invitation: Invitation) -> None:
        """See ``InvitationRepository.put``."""
        with TransactWrite(connection=self._connection) as transaction:
            for item in _items(invitation):
                transaction.save(item, condition=AccountItem.pk.does_not_exist())

    def open(self, workspace_id: str, now_ms: int) -> tuple[Invitation, ...]:
        """See ``InvitationRepository.open``; ids are ULIDs, so the key's order is that of age."""
        rows = AccountItem.query(
            f"WORKSPACE#{workspace_id}",
            AccountItem.sk.startswith("INVITATION#"),
            consistent_read=True,
            scan_index_forward=False,
        )
        return tuple(_invitation(row) for row in rows if int(row.expires_ms or 0) > now_ms)

    def renew(self, invitation: Invitation, renewed: Invitation) -> None:
        """See ``InvitationRepository.renew``."""
        by_token, of_workspace = _items(renewed)
        with _WhileOpen(self._connection) as transaction:
            transaction.delete(_items(invitation)[0], condition=AccountItem.pk.exists())
            transaction.save(by_token, condition=AccountItem.pk.does_not_exist())
            transaction.save(of_workspace, condition=AccountItem.pk.exists())

    def cancel(self, invitation: Invitation) -> None:
        """See ``InvitationRepository.cancel``."""
        with _WhileOpen(self._connection) as transaction:
            for item in _items(invitation):
                transaction.delete(item, condition=AccountItem.pk.exists())

    def join(self, membership: Membership, invitation: Invitation, now_ms: int) -> None:
        """See ``InvitationRepository.join``."""
        try:
            with TransactWrite(connection=self._connection) as transaction:
                self._use_up(transaction, invitation, now_ms)
                for item in membership_items(membership):
                    transaction.save(item, condition=AccountItem.pk.does_not_exist())
        except TransactWriteError as error:
            failed = failed_conditions(error)
            if 0 in failed:
                raise NotFound("invitation") from error
            if failed:
                raise Conflict("member") from error
            raise

    def by_token(self, token_hash: str, now_ms: int) -> Invitation:
        """See ``InvitationRepository.by_token``."""
        item = get_item(f"INVITATION#{token_hash}", "INVITATION")
        if int(item.expires_ms or 0) <= now_ms:
            raise NotFound("invitation")
        return _invitation(item)

    def register(self, user: User, invitation: Invitation, now_ms: int) -> None:
        """See ``InvitationRepository.register``."""
        new = AccountItem.pk.does_not_exist()
        try:
            with TransactWrite(connection=self._connection) as transaction:
                for item in new_user_items(user):
                    transaction.save(item, condition=new)
                self._use_up(transaction, invitation, now_ms)
                for item in membership_items(Membership(user.user_id, invitation.workspace_id, invitation.role)):
                    transaction.save(item)
        except TransactWriteError as error:
            # The table's deletes go before its puts: two items of the invitation are the first, the address the third.
            failed = failed_conditions(error)
            if 2 in failed:
                raise Conflict("email") from error
            if 0 in failed:
                raise NotFound("invitation") from error
            raise

    def _use_up(self, transaction: TransactWrite, invitation: Invitation, now_ms: int) -> None:
        by_token, of_workspace = _items(invitation)
        transaction.delete(by_token, condition=AccountItem.pk.exists() & (AccountItem.expires_ms > now_ms))
        transaction.delete(of_workspace)


class _WhileOpen(TransactWrite):
    """A transaction whose lost conditions mean that the invitation is gone."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection=connection)

    def __exit__(self, *raised: object) -> None:
        try:
            super().__exit__(*raised)
        except TransactWriteError as error:
            if failed_conditions(error):
                raise NotFound("invitation") from error
            raise


def _items(invitation: Invitation) -> tuple[AccountItem, AccountItem]:
    """The invitation as its token finds it, and as its workspace lists it."""
    facts = {
        "workspace_id": invitation.workspace_id,
        "invitation_id": invitation.invitation_id,
        "current_hash": invitation.token_hash,
        "email": invitation.email,
        "role": invitation.role.value,
        "user_id": invitation.invited_by,
        "created_ms": invitation.created_ms,
        "expires_ms": invitation.expires_ms,
        "expires_at": invitation.expires_ms // 1000 + 1,
    }
    return (
        AccountItem(f"INVITATION#{invitation.token_hash}", "INVITATION", **facts),  # type: ignore[arg-type]  # attributes by name
        AccountItem(f"WORKSPACE#{invitation.workspace_id}", f"INVITATION#{invitation.invitation_id}", **facts),  # type: ignore[arg-type]  # the same
    )


def _invitation(item: AccountItem) -> Invitation:
    return Invitation(
        workspace_id=str(item.workspace_id),
        invitation_id=str(item.invitation_id),
        token_hash=str(item.current_hash),
        email=str(item.email),
        role=Role(str(item.role)),
        invited_by=str(item.user_id),
        created_ms=int(item.created_ms or 0),
        expires_ms=int(item.expires_ms or 0),
    )
