"""Users with their second factor. Recovery codes are a set of hashes of the profile: using one up is one write."""

from __future__ import annotations

from typing import Any

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition

from chalicelib.adapters.dynamodb.account_items import AccountItem, get_item
from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.domain.accounts.user import User
from chalicelib.ports import Conflict, NotFound

_NOBODY = "nobody"


class DynamoUsers:
    """``UserRepository`` on the accounts table."""

    def user(self, user_id: str) -> User:
        """See ``UserRepository.user``."""
        return _user(get_item(f"USER#{user_id}", "PROFILE"))

    def user_by_email(self, email: str) -> User | None:
        """See ``UserRepository.user_by_email``: two reads, whoever asks for whom."""
        try:
            user_id = str(get_item(f"EMAIL#{email}", "USER").user_id)
        except NotFound:
            user_id = _NOBODY
        try:
            return self.user(user_id)
        except NotFound:
            return None

    def update_profile(self, user_id: str, name: str, locale: str) -> None:
        """See ``UserRepository.update_profile``."""
        _update(user_id, [AccountItem.name.set(name), AccountItem.locale.set(locale)])

    def verify_email(self, user_id: str) -> None:
        """See ``UserRepository.verify_email``."""
        _update(user_id, [AccountItem.email_verified.set(True)])

    def set_password(self, user_id: str, password_hash: str, now_ms: int) -> None:
        """See ``UserRepository.set_password``."""
        _update(user_id, [AccountItem.password_hash.set(password_hash), AccountItem.password_changed_ms.set(now_ms)])

    def set_up_totp(self, user_id: str, version: int) -> None:
        """See ``UserRepository.set_up_totp``."""
        unconfirmed = (AccountItem.totp_version == version - 1) & (AccountItem.totp_confirmed == False)  # noqa: E712  # a condition, not a comparison
        _update(user_id, [AccountItem.totp_version.set(version)], unconfirmed, "totp")

    def confirm_totp(self, user_id: str, version: int, step: int, recovery_hashes: tuple[str, ...]) -> None:
        """See ``UserRepository.confirm_totp``."""
        waiting = (AccountItem.totp_version == version) & (AccountItem.totp_confirmed == False)  # noqa: E712  # a condition, not a comparison
        actions = [
            AccountItem.totp_confirmed.set(True),
            AccountItem.totp_step.set(step),
            _recovery_codes(recovery_hashes),
        ]
        _update(user_id, actions, waiting, "totp")

    def disable_totp(self, user_id: str) -> None:
        """See ``UserRepository.disable_totp``."""
        _update(user_id, [AccountItem.totp_confirmed.set(False), AccountItem.recovery_hashes.remove()])

    def use_totp_step(self, user_id: str, step: int) -> None:
        """See ``UserRepository.use_totp_step``: of two requests with one code, one wins."""
        _update(user_id, [AccountItem.totp_step.set(step)], AccountItem.totp_step < step, "totp_step")

    def replace_recovery_codes(self, user_id: str, recovery_hashes: tuple[str, ...]) -> None:
        """See ``UserRepository.replace_recovery_codes``."""
        confirmed = AccountItem.totp_confirmed == True  # noqa: E712  # a condition, not a comparison
        _update(user_id, [_recovery_codes(recovery_hashes)], confirmed, "totp")

    def use_recovery_code(self, user_id: str, recovery_hash: str) -> int:
        """See ``UserRepository.use_recovery_code``."""
        try:
            item = _update(
                user_id,
                [AccountItem.recovery_hashes.delete({recovery_hash})],
                AccountItem.recovery_hashes.contains(recovery_hash),
                "recovery_code",
            )
        except Conflict as unknown:
            raise NotFound("recovery_code") from unknown
        return len(item.recovery_hashes or ())


def new_user_items(user: User) -> tuple[AccountItem, AccountItem]:
    """The address's item, which only one user can have, and the profile's."""
    return AccountItem(f"EMAIL#{user.email}", "USER", user_id=user.user_id), _profile(user)


def _profile(user: User) -> AccountItem:
    return AccountItem(
        f"USER#{user.user_id}",
        "PROFILE",
        user_id=user.user_id,
        email=user.email,
        email_verified=user.email_verified,
        password_hash=user.password_hash,
        password_changed_ms=user.password_changed_ms,
        totp_version=user.totp_version,
        totp_confirmed=user.totp_confirmed,
        totp_step=user.totp_step,
        locale=user.locale,
        name=user.name,
        created_ms=user.created_ms,
    )


def _user(item: AccountItem) -> User:
    return User(
        user_id=str(item.user_id),
        email=str(item.email),
        password_hash=str(item.password_hash),
        locale=str(item.locale),
        created_ms=int(item.created_ms or 0),
        name=item.name or "",
        email_verified=bool(item.email_verified),
        totp_version=int(item.totp_version or 0),
        totp_confirmed=bool(item.totp_confirmed),
        totp_step=int(item.totp_step or 0),
        password_changed_ms=int(item.password_changed_ms or 0),
    )


def _recovery_codes(hashes: tuple[str, ...]) -> Any:
    return AccountItem.recovery_hashes.set(set(hashes)) if hashes else AccountItem.recovery_hashes.remove()


def _update(user_id: str, actions: list[Any], condition: Condition | None = None, what: str = "") -> AccountItem:
    """The profile after the update. Raises NotFound, and Conflict(what) where it is not as ``condition`` says."""
    item = AccountItem(f"USER#{user_id}", "PROFILE")
    there = AccountItem.pk.exists()
    try:
        item.update(actions=actions, condition=there if condition is None else there & condition)
    except UpdateError as error:
        if not condition_failed(error):
            raise
        if condition is None:
            raise NotFound("profile") from error
        raise Conflict(what) from error
    return item
