"""The leases of the sidecar's tasks.

Rows: ``task#{id}`` (heartbeat; expires a day after its last beat) and ``shard#{name}`` (owner and epoch). The table
holds a handful of rows, and each task reads all of them every three seconds: a scan is one read unit here.
"""

from __future__ import annotations

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import PutError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.patience import Patient
from chalicelib.domain.streams.leases import Heartbeat, LeaseView, ShardRow

_TASK = "task#"
_SHARD = "shard#"
_KEPT_SECONDS = 86_400


class LeaseItem(Model):
    """A heartbeat or a shard's lease."""

    class Meta(Patient):
        table_name = "leases"

    lease = UnicodeAttribute(hash_key=True)
    owner = UnicodeAttribute(null=True)
    epoch = NumberAttribute(null=True)
    beat = NumberAttribute(null=True)
    at_ms = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class DynamoLeases:
    """``LeaseStore`` on the leases table."""

    def beat(self, heartbeat: Heartbeat) -> None:
        """See ``LeaseStore.beat``."""
        LeaseItem(
            _TASK + heartbeat.task,
            beat=heartbeat.beat,
            at_ms=heartbeat.at_ms,
            expires_at=heartbeat.at_ms // 1000 + _KEPT_SECONDS,
        ).save()

    def read(self) -> LeaseView:
        """See ``LeaseStore.read``."""
        tasks: list[Heartbeat] = []
        shards: list[ShardRow] = []
        for item in LeaseItem.scan(consistent_read=True):
            if item.lease.startswith(_TASK):
                task = item.lease.removeprefix(_TASK)
                tasks.append(Heartbeat(task, int(item.beat or 0), int(item.at_ms or 0)))
            else:
                shards.append(_row(item))
        return LeaseView(tuple(tasks), tuple(shards))

    def claim(self, name: str, expected: ShardRow | None, owner: str) -> ShardRow | None:
        """See ``LeaseStore.claim``."""
        key = _SHARD + name
        if expected is None:
            item = LeaseItem(key, owner=owner, epoch=1)
            condition = LeaseItem.lease.does_not_exist()
        else:
            item = LeaseItem(key, owner=owner, epoch=expected.epoch + 1)
            condition = (LeaseItem.epoch == expected.epoch) & (LeaseItem.owner == expected.owner)
        return _row(item) if _saved(item, condition) else None

    def release(self, row: ShardRow) -> None:
        """See ``LeaseStore.release``."""
        item = LeaseItem(_SHARD + row.name, owner="", epoch=row.epoch)
        _saved(item, (LeaseItem.epoch == row.epoch) & (LeaseItem.owner == row.owner))

    def forget(self, task: str) -> None:
        """See ``LeaseStore.forget``."""
        LeaseItem(_TASK + task).delete()


def _row(item: LeaseItem) -> ShardRow:
    return ShardRow(item.lease.removeprefix(_SHARD), item.owner or "", int(item.epoch or 0))


def _saved(item: LeaseItem, condition: Condition) -> bool:
    """Whether the write happened; False when the condition did not hold."""
    try:
        item.save(condition)
    except PutError as error:
        if condition_failed(error):
            return False
        raise
    return True
