"""The index of datasets. A settled row never changes: its months are named by the hashes of their candles."""

from __future__ import annotations

from dataclasses import asdict

import orjson
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PutError
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.conditions import condition_failed
from chalicelib.adapters.patience import Patient
from chalicelib.domain.datasets.dataset import Dataset, DatasetStatus, Month, Quality, Source
from chalicelib.domain.market.interval import Interval
from chalicelib.ports import Conflict, NotFound


class DatasetItem(Model):
    """One dataset of a workspace."""

    class Meta(Patient):
        table_name = "datasets"

    workspace_id = UnicodeAttribute(hash_key=True)
    dataset_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    source = UnicodeAttribute()
    symbol = UnicodeAttribute()
    interval = UnicodeAttribute()
    from_ms = NumberAttribute()
    to_ms = NumberAttribute()
    status = UnicodeAttribute()
    created_ms = NumberAttribute()
    updated_ms = NumberAttribute()
    candles = NumberAttribute()
    rows_hash = UnicodeAttribute(null=True)
    quality = UnicodeAttribute()
    months = UnicodeAttribute()
    done = NumberAttribute()
    total = NumberAttribute()
    detail = UnicodeAttribute(null=True)
    upload = UnicodeAttribute(null=True)
    funding_key = UnicodeAttribute(null=True)


class DynamoDatasets:
    """See ``DatasetRepository``."""

    def create(self, dataset: Dataset) -> None:
        """See ``DatasetRepository.create``."""
        try:
            _item(dataset).save(condition=DatasetItem.dataset_id.does_not_exist())
        except PutError as error:
            raise _conflict(error) from error

    def get(self, workspace_id: str, dataset_id: str) -> Dataset:
        """See ``DatasetRepository.get``."""
        try:
            return _dataset(DatasetItem.get(workspace_id, dataset_id, consistent_read=True))
        except DoesNotExist as error:
            raise NotFound("dataset") from error

    def list(self, workspace_id: str) -> tuple[Dataset, ...]:
        """See ``DatasetRepository.list``."""
        rows = [_dataset(item) for item in DatasetItem.query(workspace_id, consistent_read=True)]
        return tuple(sorted(rows, key=lambda row: (row.created_ms, row.dataset_id), reverse=True))

    def advance(self, workspace_id: str, dataset_id: str, done: int, total: int, now_ms: int) -> None:
        """See ``DatasetRepository.advance``."""
        DatasetItem(workspace_id, dataset_id).update(
            actions=[DatasetItem.done.set(done), DatasetItem.total.set(total), DatasetItem.updated_ms.set(now_ms)],
            condition=DatasetItem.status == DatasetStatus.PENDING.value,
        )

    def settle(self, dataset: Dataset) -> None:
        """See ``DatasetRepository.settle``."""
        try:
            _item(dataset).save(condition=DatasetItem.status == DatasetStatus.PENDING.value)
        except PutError as error:
            raise _conflict(error) from error


def _conflict(error: PutError) -> Exception:
    return Conflict("dataset") if condition_failed(error) else error


def _item(dataset: Dataset) -> DatasetItem:
    return DatasetItem(
        dataset.workspace_id,
        dataset.dataset_id,
        name=dataset.name,
        source=dataset.source.value,
        symbol=dataset.symbol,
        interval=dataset.interval.value,
        from_ms=dataset.from_ms,
        to_ms=dataset.to_ms,
        status=dataset.status.value,
        created_ms=dataset.created_ms,
        updated_ms=dataset.updated_ms,
        candles=dataset.candles,
        rows_hash=dataset.rows_hash or None,
        quality=orjson.dumps(asdict(dataset.quality)).decode(),
        months=orjson.dumps([asdict(month) for month in dataset.months]).decode(),
        done=dataset.done,
        total=dataset.total,
        detail=dataset.detail or None,
        upload=dataset.upload or None,
        funding_key=dataset.funding_key or None,
    )


def _dataset(item: DatasetItem) -> Dataset:
    return Dataset(
        workspace_id=item.workspace_id,
        dataset_id=item.dataset_id,
        name=item.name,
        source=Source(item.source),
        symbol=item.symbol,
        interval=Interval(item.interval),
        from_ms=int(item.from_ms),
        to_ms=int(item.to_ms),
        status=DatasetStatus(item.status),
        created_ms=int(item.created_ms),
        updated_ms=int(item.updated_ms),
        candles=int(item.candles),
        rows_hash=item.rows_hash or "",
        quality=Quality(**orjson.loads(item.quality)),
        months=tuple(Month(**month) for month in orjson.loads(item.months)),
        done=int(item.done),
        total=int(item.total),
        detail=item.detail or "",
        upload=item.upload or "",
        funding_key=item.funding_key or "",
    )
