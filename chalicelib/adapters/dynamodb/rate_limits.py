"""The shared counters of the exchange's rate limits.

Rows: ``{limit}#{start of the window in ms}`` with one counter a part of the window, and ``ban``. They expire an hour
later, and nothing is lost when the table is. Each call is one request of one unit, and gives up soon: a request to the
exchange waits behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PynamoDBException, UpdateError
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.conditions import condition_failed, response_code
from chalicelib.adapters.patience import Hurried
from chalicelib.domain.exchange.rate_window import Counted
from chalicelib.rate_ports import RateLimitsUnavailable

_BAN = "ban"
_KEPT_SECONDS = 3_600


class RateLimitItem(Model):
    """One window of one limit, or the ban."""

    class Meta(Hurried):
        table_name = "rate-limits"

    bucket = UnicodeAttribute(hash_key=True)
    used = NumberAttribute(null=True)
    part_0 = NumberAttribute(null=True)
    part_1 = NumberAttribute(null=True)
    part_2 = NumberAttribute(null=True)
    part_3 = NumberAttribute(null=True)
    part_4 = NumberAttribute(null=True)
    until_ms = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class DynamoRateLimits:
    """``RateLimitStore`` on the rate-limits table."""

    def counted(self, bucket: str, part_count: int) -> Counted:
        """See ``RateLimitStore.counted``."""
        with _available():
            try:
                return _counted(RateLimitItem.get(bucket, consistent_read=True), part_count)
            except DoesNotExist:
                return Counted((0,) * part_count)

    def spend(self, bucket: str, part: int, tokens: int, at_most: int, now_ms: int, part_count: int) -> Counted | None:
        """See ``RateLimitStore.spend``."""
        if tokens > at_most:
            return None
        item = RateLimitItem(bucket)
        room = RateLimitItem.used.does_not_exist() | (RateLimitItem.used <= at_most - tokens)
        opened = RateLimitItem.until_ms.does_not_exist() | (RateLimitItem.until_ms <= now_ms)
        actions = [
            RateLimitItem.used.add(tokens),
            getattr(RateLimitItem, f"part_{part}").add(tokens),
            RateLimitItem.expires_at.set(now_ms // 1000 + _KEPT_SECONDS),
        ]
        with _available():
            try:
                item.update(actions, condition=room & opened)
            except UpdateError as error:
                if condition_failed(error):
                    return None
                raise
        return _counted(item, part_count)

    def close(self, bucket: str, until_ms: int, now_ms: int) -> None:
        """See ``RateLimitStore.close``."""
        expires_at = now_ms // 1000 + _KEPT_SECONDS
        with _available():
            RateLimitItem(bucket).update(
                [RateLimitItem.until_ms.set(until_ms), RateLimitItem.expires_at.set(expires_at)]
            )

    def banned_until_ms(self) -> int:
        """See ``RateLimitStore.banned_until_ms``."""
        with _available():
            try:
                return int(RateLimitItem.get(_BAN, consistent_read=True).until_ms or 0)
            except DoesNotExist:
                return 0

    def ban(self, until_ms: int) -> None:
        """See ``RateLimitStore.ban``."""
        with _available():
            RateLimitItem(_BAN, until_ms=until_ms, expires_at=until_ms // 1000 + _KEPT_SECONDS).save()


def _counted(item: RateLimitItem, part_count: int) -> Counted:
    parts = (getattr(item, f"part_{part}") or 0 for part in range(part_count))
    return Counted(tuple(int(part) for part in parts), int(item.until_ms or 0))


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except PynamoDBException as error:
        raise RateLimitsUnavailable(f"the rate-limits table does not answer: {response_code(error)}") from error
