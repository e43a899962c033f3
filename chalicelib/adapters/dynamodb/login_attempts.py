"""Tries to prove an identity, counted before they are judged: not even many at one moment exceed the limit."""

from __future__ import annotations

from pynamodb.exceptions import DoesNotExist, UpdateError

from chalicelib.adapters.dynamodb.account_items import AccountItem
from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.identity_ports import Attempt

_FORGOTTEN_AFTER_MS = 24 * 3600 * 1000


class DynamoLoginAttempts:
    """``LoginAttempts`` on the accounts table."""

    def take(self, key: str, now_ms: int, *, lock_after: int, lock_ms: int) -> Attempt:
        """See ``LoginAttempts.take``: one write, a second one for the last try allowed."""
        item = AccountItem(f"LOGIN#{key}", "ATTEMPTS")
        until = now_ms + _FORGOTTEN_AFTER_MS
        kept = [AccountItem.expires_ms.set(until), AccountItem.expires_at.set(until // 1000)]
        unlocked = AccountItem.locked_until_ms.does_not_exist() | (AccountItem.locked_until_ms <= now_ms)
        fresh = AccountItem.expires_ms.does_not_exist() | (AccountItem.expires_ms > now_ms)
        try:
            item.update(actions=[AccountItem.failures.add(1), *kept], condition=unlocked & fresh)
        except UpdateError as error:
            if not condition_failed(error):
                raise
            if _is_locked(key, now_ms):
                return Attempt(allowed=False)
            item.update(actions=[AccountItem.failures.set(1), AccountItem.locked_until_ms.remove(), *kept])
        tries = int(item.failures or 0)
        if tries == lock_after:
            item.update(actions=[AccountItem.locked_until_ms.set(now_ms + lock_ms), AccountItem.failures.set(0)])
        return Attempt(allowed=tries <= lock_after, last=tries == lock_after)

    def clear(self, key: str) -> None:
        """See ``LoginAttempts.clear``."""
        AccountItem(f"LOGIN#{key}", "ATTEMPTS").delete()


def _is_locked(key: str, now_ms: int) -> bool:
    try:
        item = AccountItem.get(f"LOGIN#{key}", "ATTEMPTS", consistent_read=True)
    except DoesNotExist:
        return False
    return int(item.locked_until_ms or 0) > now_ms
