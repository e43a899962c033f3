"""Users, workspaces, memberships, refresh families and socket tickets in one table, keyed ``pk`` and ``sk``.

``USER#id / PROFILE``, ``USER#id / MEMBER#workspace``, ``EMAIL#address / USER``, ``WORKSPACE#id / PROFILE``,
``WORKSPACE#id / MEMBER#user``, ``REFRESH#id / FAMILY``, ``TICKET#hash / TICKET``.
"""

from __future__ import annotations

from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, DoesNotExist, TransactWriteError, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.domain.accounts.limits import WorkspaceLimits
from chalicelib.domain.accounts.roles import Role
from chalicelib.domain.accounts.session import RefreshFamily, SocketTicket
from chalicelib.domain.accounts.user import Membership, User, Workspace
from chalicelib.ports import Conflict, NotFound

_CONDITION_FAILED = "ConditionalCheckFailedException"


class AccountItem(Model):
    """One item of the table; which attributes it has depends on its kind."""

    class Meta:
        table_name = "accounts"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute(null=True)
    workspace_id = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    password_hash = UnicodeAttribute(null=True)
    totp_secret = UnicodeAttribute(null=True)
    locale = UnicodeAttribute(null=True)
    failed_logins = NumberAttribute(null=True)
    locked_until_ms = NumberAttribute(null=True)
    role = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    max_active_runs = NumberAttribute(null=True)
    max_duration_minutes = NumberAttribute(null=True)
    default_duration_minutes = NumberAttribute(null=True)
    start_cooldown_seconds = NumberAttribute(null=True)
    current_hash = UnicodeAttribute(null=True)
    csrf_hash = UnicodeAttribute(null=True)
    generation = NumberAttribute(null=True)
    revoked = BooleanAttribute(null=True)
    expires_ms = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    created_ms = NumberAttribute(null=True)


class DynamoAccounts:
    """``AccountRepository`` on the accounts table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, user: User, workspace: Workspace, membership: Membership) -> None:
        """See ``AccountRepository.create``; the address is its own item, so two users cannot share it."""
        member_role: dict[str, Any] = {
            "user_id": user.user_id,
            "workspace_id": workspace.workspace_id,
            "role": membership.role.value,
        }
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(
                    AccountItem(f"EMAIL#{user.email}", "USER", user_id=user.user_id),
                    condition=AccountItem.pk.does_not_exist(),
                )
                transaction.save(_user_item(user), condition=AccountItem.pk.does_not_exist())
                transaction.save(_workspace_item(workspace), condition=AccountItem.pk.does_not_exist())
                transaction.save(AccountItem(f"USER#{user.user_id}", f"MEMBER#{workspace.workspace_id}", **member_role))
                transaction.save(
                    AccountItem(f"WORKSPACE#{workspace.workspace_id}", f"MEMBER#{user.user_id}", **member_role)
                )
        except TransactWriteError as error:
            reasons = [reason.code if reason else None for reason in error.cancellation_reasons]
            if reasons and reasons[0] == "ConditionalCheckFailed":
                raise Conflict("email") from error
            raise

    def user(self, user_id: str) -> User:
        """See ``AccountRepository.user``."""
        return _user(_item(f"USER#{user_id}", "PROFILE"))

    def user_by_email(self, email: str) -> User | None:
        """See ``AccountRepository.user_by_email``."""
        try:
            address = AccountItem.get(f"EMAIL#{email}", "USER", consistent_read=True)
        except DoesNotExist:
            return None
        return self.user(str(address.user_id))

    def workspace(self, workspace_id: str) -> Workspace:
        """See ``AccountRepository.workspace``."""
        return _workspace(_item(f"WORKSPACE#{workspace_id}", "PROFILE"))

    def memberships(self, user_id: str) -> tuple[Membership, ...]:
        """See ``AccountRepository.memberships``; workspace ids are ULIDs, so the key's order is that of age."""
        rows = AccountItem.query(
            f"USER#{user_id}", AccountItem.sk.startswith("MEMBER#"), consistent_read=True, scan_index_forward=True
        )
        return tuple(Membership(user_id, str(row.workspace_id), Role(str(row.role))) for row in rows)

    def count_failed_login(self, user_id: str, lock_after: int, lock_until_ms: int) -> None:
        """See ``AccountRepository.count_failed_login``."""
        item = AccountItem(f"USER#{user_id}", "PROFILE")
        item.update(actions=[AccountItem.failed_logins.add(1)], condition=AccountItem.pk.exists())
        if item.failed_logins is not None and item.failed_logins >= lock_after:
            item.update(actions=[AccountItem.locked_until_ms.set(lock_until_ms), AccountItem.failed_logins.set(0)])

    def clear_failed_logins(self, user_id: str) -> None:
        """See ``AccountRepository.clear_failed_logins``."""
        AccountItem(f"USER#{user_id}", "PROFILE").update(
            actions=[AccountItem.failed_logins.set(0), AccountItem.locked_until_ms.set(0)],
            condition=AccountItem.pk.exists(),
        )

    def update_credentials(self, user_id: str, password_hash: str, totp_secret: str | None) -> None:
        """See ``AccountRepository.update_credentials``."""
        totp = AccountItem.totp_secret.remove() if totp_secret is None else AccountItem.totp_secret.set(totp_secret)
        AccountItem(f"USER#{user_id}", "PROFILE").update(
            actions=[AccountItem.password_hash.set(password_hash), totp], condition=AccountItem.pk.exists()
        )

    def update_workspace(self, workspace: Workspace) -> None:
        """See ``AccountRepository.update_workspace``."""
        _workspace_item(workspace).save(condition=AccountItem.pk.exists())


class DynamoSessions:
    """``SessionRepository`` on the accounts table. TTL removes late, so every read compares the time too."""

    def create_family(self, family: RefreshFamily) -> None:
        """See ``SessionRepository.create_family``."""
        _family_item(family).save(condition=AccountItem.pk.does_not_exist())

    def family(self, family_id: str) -> RefreshFamily:
        """See ``SessionRepository.family``."""
        item = _item(f"REFRESH#{family_id}", "FAMILY")
        return RefreshFamily(
            family_id=family_id,
            user_id=str(item.user_id),
            workspace_id=str(item.workspace_id),
            current_hash=str(item.current_hash),
            csrf_hash=str(item.csrf_hash),
            generation=int(item.generation or 0),
            revoked=bool(item.revoked),
            created_ms=int(item.created_ms or 0),
            expires_ms=int(item.expires_ms or 0),
        )

    def rotate(self, family: RefreshFamily, expected_hash: str) -> None:
        """See ``SessionRepository.rotate``."""
        unchanged = (AccountItem.current_hash == expected_hash) & (AccountItem.revoked == False)  # noqa: E712  # a condition, not a comparison
        try:
            AccountItem(f"REFRESH#{family.family_id}", "FAMILY").update(
                actions=[
                    AccountItem.current_hash.set(family.current_hash),
                    AccountItem.csrf_hash.set(family.csrf_hash),
                    AccountItem.generation.set(family.generation),
                    AccountItem.expires_ms.set(family.expires_ms),
                    AccountItem.expires_at.set(family.expires_ms // 1000),
                ],
                condition=unchanged,
            )
        except UpdateError as error:
            if error.cause_response_code == _CONDITION_FAILED:
                raise Conflict("rotated") from error
            raise

    def revoke(self, family_id: str) -> None:
        """See ``SessionRepository.revoke``."""
        try:
            AccountItem(f"REFRESH#{family_id}", "FAMILY").update(
                actions=[AccountItem.revoked.set(True)], condition=AccountItem.pk.exists()
            )
        except UpdateError as error:
            if error.cause_response_code != _CONDITION_FAILED:
                raise

    def put_ticket(self, ticket: SocketTicket) -> None:
        """See ``SessionRepository.put_ticket``."""
        AccountItem(
            f"TICKET#{ticket.ticket_hash}",
            "TICKET",
            user_id=ticket.user_id,
            workspace_id=ticket.workspace_id,
            expires_ms=ticket.expires_ms,
            expires_at=ticket.expires_ms // 1000 + 1,
        ).save()

    def take_ticket(self, ticket_hash: str, now_ms: int) -> SocketTicket:
        """See ``SessionRepository.take_ticket``: read, then a conditional delete that only one taker wins."""
        item = _item(f"TICKET#{ticket_hash}", "TICKET")
        try:
            item.delete(condition=AccountItem.pk.exists() & (AccountItem.expires_ms > now_ms))
        except DeleteError as error:
            if error.cause_response_code == _CONDITION_FAILED:
                raise NotFound("ticket") from error
            raise
        return SocketTicket(ticket_hash, str(item.user_id), str(item.workspace_id), int(item.expires_ms or 0))


def _item(pk: str, sk: str) -> AccountItem:
    try:
        return AccountItem.get(pk, sk, consistent_read=True)
    except DoesNotExist as error:
        raise NotFound(sk.lower()) from error


def _user_item(user: User) -> AccountItem:
    return AccountItem(
        f"USER#{user.user_id}",
        "PROFILE",
        user_id=user.user_id,
        email=user.email,
        password_hash=user.password_hash,
        totp_secret=user.totp_secret,
        locale=user.locale,
        failed_logins=user.failed_logins,
        locked_until_ms=user.locked_until_ms,
        created_ms=user.created_ms,
    )


def _user(item: AccountItem) -> User:
    return User(
        user_id=str(item.user_id),
        email=str(item.email),
        password_hash=str(item.password_hash),
        totp_secret=item.totp_secret,
        locale=str(item.locale),
        failed_logins=int(item.failed_logins or 0),
        locked_until_ms=int(item.locked_until_ms or 0),
        created_ms=int(item.created_ms or 0),
    )


def _workspace_item(workspace: Workspace) -> AccountItem:
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


def _family_item(family: RefreshFamily) -> AccountItem:
    return AccountItem(
        f"REFRESH#{family.family_id}",
        "FAMILY",
        user_id=family.user_id,
        workspace_id=family.workspace_id,
        current_hash=family.current_hash,
        csrf_hash=family.csrf_hash,
        generation=family.generation,
        revoked=family.revoked,
        created_ms=family.created_ms,
        expires_ms=family.expires_ms,
        expires_at=family.expires_ms // 1000,
    )
