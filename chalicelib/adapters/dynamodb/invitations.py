"""Invitations: ``INVITATION#hash / INVITATION``, found by the token's hash."""

from __future__ import annotations

from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.account_items import AccountItem, get_item
from chalicelib.adapters.dynamodb.users import user_item
from chalicelib.adapters.dynamodb.workspaces import membership_items
from chalicelib.domain.accounts.invitation import Invitation
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.user import Membership, User
from chalicelib.ports import Conflict, NotFound

_CONDITION_FAILED = "ConditionalCheckFailed"


class DynamoInvitations:
    """``InvitationRepository`` on the accounts table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, invitation: Invitation) -> None:
        """Stores an open invitation."""
        AccountItem(
            f"INVITATION#{invitation.token_hash}",
            "INVITATION",
            workspace_id=invitation.workspace_id,
            invitation_id=invitation.invitation_id,
            email=invitation.email,
            role=invitation.role.value,
            user_id=invitation.invited_by,
            created_ms=invitation.created_ms,
            expires_ms=invitation.expires_ms,
            expires_at=invitation.expires_ms // 1000 + 1,
        ).save()

    def by_token(self, token_hash: str, now_ms: int) -> Invitation:
        """See ``InvitationRepository.by_token``."""
        item = get_item(f"INVITATION#{token_hash}", "INVITATION")
        if int(item.expires_ms or 0) <= now_ms:
            raise NotFound("invitation")
        return Invitation(
            workspace_id=str(item.workspace_id),
            invitation_id=str(item.invitation_id),
            token_hash=token_hash,
            email=str(item.email),
            role=Role(str(item.role)),
            invited_by=str(item.user_id),
            created_ms=int(item.created_ms or 0),
            expires_ms=int(item.expires_ms or 0),
        )

    def register(self, user: User, invitation: Invitation, now_ms: int) -> None:
        """See ``InvitationRepository.register``."""
        new = AccountItem.pk.does_not_exist()
        try:
            with TransactWrite(connection=self._connection) as transaction:
                address = AccountItem(f"EMAIL#{user.email}", "USER", user_id=user.user_id)
                transaction.save(address, condition=new)
                transaction.save(user_item(user), condition=new)
                transaction.delete(
                    AccountItem(f"INVITATION#{invitation.token_hash}", "INVITATION"),
                    condition=AccountItem.pk.exists() & (AccountItem.expires_ms > now_ms),
                )
                for item in membership_items(Membership(user.user_id, invitation.workspace_id, invitation.role)):
                    transaction.save(item)
        except TransactWriteError as error:
            # The table's deletes go before its puts: the invitation is the first item, the address the second.
            failed = [reason is not None and reason.code == _CONDITION_FAILED for reason in error.cancellation_reasons]
            if failed[1:2] == [True]:
                raise Conflict("email") from error
            if failed[:1] == [True]:
                raise NotFound("invitation") from error
            raise
