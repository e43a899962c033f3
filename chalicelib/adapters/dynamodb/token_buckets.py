"""The shared token buckets of API requests, one row a bucket; a row is gone a while after its bucket is full.

A draw is one conditional write where the bucket is in use, two where it was full, three and a read where it is empty.
Nothing is read and written back, so draws at one moment cannot grant more than there is.
"""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PynamoDBException, UpdateError
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.conditions import condition_failed, response_code
from chalicelib.adapters.patience import Hurried
from chalicelib.request_rate_ports import Draw, RatesUnavailable

_KEPT_SECONDS = 3_600


class TokenBucketItem(Model):
    """One bucket."""

    class Meta(Hurried):
        table_name = "request-rates"

    bucket = UnicodeAttribute(hash_key=True)
    full_at_us = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class DynamoTokenBuckets:
    """``TokenBuckets`` on the request-rates table."""

    def draw(self, bucket: str, price_us: int, period_us: int, now_us: int) -> Draw:
        """See ``TokenBuckets.draw``."""
        column = TokenBucketItem.full_at_us
        kept = TokenBucketItem.expires_at.set((now_us + period_us) // 1_000_000 + _KEPT_SECONDS)
        in_use = (column > now_us) & (column <= now_us + period_us - price_us)
        full = column.does_not_exist() | (column <= now_us)
        take, begin = (column.add(price_us), in_use), (column.set(now_us + price_us), full)
        try:
            # Once more at the end: of several that find a full bucket one begins it, and the others take from it then.
            for action, condition in (take, begin, take):
                item = TokenBucketItem(bucket)
                try:
                    item.update([action, kept], condition=condition)
                except UpdateError as error:
                    if not condition_failed(error):
                        raise
                else:
                    return Draw(granted=True, full_at_us=int(item.full_at_us or now_us))
            return Draw(granted=False, full_at_us=_full_at_us(bucket, now_us + period_us))
        except PynamoDBException as error:
            raise RatesUnavailable(f"the request-rates table does not answer: {response_code(error)}") from error


def _full_at_us(bucket: str, otherwise: int) -> int:
    try:
        return int(TokenBucketItem.get(bucket, consistent_read=True).full_at_us or otherwise)
    except DoesNotExist:
        return otherwise
