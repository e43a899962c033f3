"""Strategies: a head that moves (``{id}``) and versions that never change (``{id}#v000001``)."""

from __future__ import annotations

import orjson
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, TransactWriteError, UpdateError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.account_ports import Listing
from chalicelib.adapters.dynamodb.conditions import condition_failed, failed_conditions
from chalicelib.adapters.patience import Patient
from chalicelib.domain.workspace.strategy_version import StrategyHead, StrategyVersion
from chalicelib.ports import Conflict, NotFound


class StrategyItem(Model):
    """A head or a version: only heads have ``latest``."""

    class Meta(Patient):
        table_name = "strategies"

    workspace_id = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    strategy_id = UnicodeAttribute()
    name = UnicodeAttribute()
    version = NumberAttribute()
    latest = BooleanAttribute(null=True)
    spec = UnicodeAttribute(null=True)
    normalised = UnicodeAttribute(null=True)
    spec_hash = UnicodeAttribute()
    enabled = BooleanAttribute(null=True)
    created_ms = NumberAttribute()
    updated_ms = NumberAttribute(null=True)
    deleted_ms = NumberAttribute(null=True)


class DynamoStrategies:
    """``StrategyRepository`` on the strategies table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def create(self, head: StrategyHead, version: StrategyVersion) -> None:
        """See ``StrategyRepository.create``."""
        with TransactWrite(connection=self._connection) as transaction:
            transaction.save(head_item(head), condition=StrategyItem.sk.does_not_exist())
            transaction.save(version_item(version), condition=StrategyItem.sk.does_not_exist())

    def add_version(self, head: StrategyHead, version: StrategyVersion, expected_version: int) -> None:
        """See ``StrategyRepository.add_version``."""
        self.head(head.workspace_id, head.strategy_id)
        try:
            with TransactWrite(connection=self._connection) as transaction:
                transaction.save(
                    head_item(head),
                    condition=(StrategyItem.version == expected_version) & StrategyItem.deleted_ms.does_not_exist(),
                )
                transaction.save(version_item(version), condition=StrategyItem.sk.does_not_exist())
        except TransactWriteError as error:
            if failed_conditions(error):
                raise Conflict("version") from error
            raise

    def head(self, workspace_id: str, strategy_id: str) -> StrategyHead:
        """See ``StrategyRepository.head``."""
        item = _get(workspace_id, strategy_id)
        if not item.latest or item.deleted_ms is not None:
            raise NotFound("strategy")
        return _head(item)

    def version(self, workspace_id: str, strategy_id: str, version: int) -> StrategyVersion:
        """See ``StrategyRepository.version``."""
        return _version(_get(workspace_id, _version_key(strategy_id, version)))

    def list(self, workspace_id: str, limit: int, after: str | None) -> Listing[StrategyHead]:
        """See ``StrategyRepository.list``. Versions lie between heads and are filtered out by the table."""
        rows = StrategyItem.query(
            workspace_id,
            None if after is None else StrategyItem.sk < after,
            filter_condition=StrategyItem.latest.exists() & StrategyItem.deleted_ms.does_not_exist(),
            scan_index_forward=False,
            consistent_read=True,
        )
        heads: list[StrategyHead] = []
        for row in rows:
            if len(heads) == limit:
                return Listing(tuple(heads), heads[-1].strategy_id)
            heads.append(_head(row))
        return Listing(tuple(heads))

    def versions(self, workspace_id: str, strategy_id: str) -> tuple[StrategyVersion, ...]:
        """See ``StrategyRepository.versions``."""
        rows = StrategyItem.query(
            workspace_id,
            StrategyItem.sk.startswith(f"{strategy_id}#v"),
            scan_index_forward=False,
            consistent_read=True,
        )
        return tuple(_version(row) for row in rows)

    def delete(self, workspace_id: str, strategy_id: str, now_ms: int) -> None:
        """See ``StrategyRepository.delete``."""
        head = self.head(workspace_id, strategy_id)
        try:
            StrategyItem(workspace_id, head.strategy_id).update(
                actions=[StrategyItem.deleted_ms.set(now_ms), StrategyItem.updated_ms.set(now_ms)],
                condition=StrategyItem.latest.exists() & StrategyItem.deleted_ms.does_not_exist(),
            )
        except UpdateError as error:
            if condition_failed(error):
                raise NotFound("strategy") from error
            raise


def _version_key(strategy_id: str, version: int) -> str:
    return f"{strategy_id}#v{version:06d}"


def _get(workspace_id: str, sk: str) -> StrategyItem:
    try:
        return StrategyItem.get(workspace_id, sk, consistent_read=True)
    except DoesNotExist as error:
        raise NotFound("strategy") from error


def head_item(head: StrategyHead) -> StrategyItem:
    """The row of a head."""
    return StrategyItem(
        head.workspace_id,
        head.strategy_id,
        strategy_id=head.strategy_id,
        name=head.name,
        version=head.version,
        latest=True,
        spec_hash=head.spec_hash,
        enabled=head.enabled,
        created_ms=head.created_ms,
        updated_ms=head.updated_ms,
    )


def _head(item: StrategyItem) -> StrategyHead:
    return StrategyHead(
        workspace_id=item.workspace_id,
        strategy_id=item.strategy_id,
        name=item.name,
        version=int(item.version),
        spec_hash=item.spec_hash,
        enabled=bool(item.enabled),
        created_ms=int(item.created_ms),
        updated_ms=int(item.updated_ms or item.created_ms),
    )


def version_item(version: StrategyVersion) -> StrategyItem:
    """The row of a version."""
    return StrategyItem(
        version.workspace_id,
        _version_key(version.strategy_id, version.version),
        strategy_id=version.strategy_id,
        name=version.name,
        version=version.version,
        spec=orjson.dumps(version.spec).decode(),
        normalised=orjson.dumps(version.normalised).decode(),
        spec_hash=version.spec_hash,
        created_ms=version.created_ms,
    )


def _version(item: StrategyItem) -> StrategyVersion:
    return StrategyVersion(
        workspace_id=item.workspace_id,
        strategy_id=item.strategy_id,
        version=int(item.version),
        name=item.name,
        spec=orjson.loads(str(item.spec)),
        normalised=orjson.loads(str(item.normalised)),
        spec_hash=item.spec_hash,
        created_ms=int(item.created_ms),
    )
