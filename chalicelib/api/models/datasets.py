"""Datasets."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from chalicelib.api.models.base import Id, RequestModel, Symbol, Timestamp, View
from chalicelib.domain.datasets.dataset import Dataset, DatasetStatus, Source
from chalicelib.domain.market.interval import Interval
from chalicelib.domain.timestamps import iso
from chalicelib.lab_ports import Upload

if TYPE_CHECKING:
    from chalicelib.domain.market.bars import Bars

MOST_IMPORT_BODY_BYTES = 5 * 1024 * 1024
IntervalName = Literal["1m", "5m", "15m", "30m", "1h", "4h", "1d"]
DatasetName = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S", examples=["January, minutes"])]
TimeMs = Annotated[int, Field(ge=0, le=4_102_444_800_000)]


class ImportDatasetBody(RequestModel):
    """A CSV with the header ``timestamp,open,high,low,close,volume``, as text or as base64 of its gzip."""

    symbol: Symbol
    interval: IntervalName
    name: DatasetName | None = None
    csv: str | None = Field(default=None, min_length=1)
    csv_gzip_base64: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> ImportDatasetBody:
        if (self.csv is None) == (self.csv_gzip_base64 is None):
            raise PydanticCustomError("one_csv", "give csv or csvGzipBase64")
        return self

    def content(self) -> bytes:
        """The file. Raises ValueError when it is not base64."""
        if self.csv is not None:
            return self.csv.encode()
        try:
            return base64.b64decode(self.csv_gzip_base64 or "", validate=True)
        except binascii.Error as error:
            raise ValueError("csvGzipBase64 is not base64") from error


class CreateDatasetBody(RequestModel):
    """Candles of the exchange between two times (milliseconds UTC, the end excluded), or those of an upload."""

    symbol: Symbol
    interval: IntervalName
    name: DatasetName | None = None
    from_: TimeMs | None = Field(default=None, alias="from")
    to: TimeMs | None = None
    upload_key: Id | None = None

    @model_validator(mode="after")
    def _range_or_upload(self) -> CreateDatasetBody:
        has_range = self.from_ is not None and self.to is not None
        if has_range == (self.upload_key is not None):
            raise PydanticCustomError("range_or_upload", "give from and to, or uploadKey")
        return self


class PreviewQuery(RequestModel):
    """Which candles."""

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=200, ge=1, le=1000)


class QualityView(View):
    """What was found in the rows as they came, and of the funding of their time (collected datasets only)."""

    gaps: int
    missing: int
    longest_gap_ms: int
    duplicates: int
    conflicts: int
    impossible: int
    misaligned: int
    funding_rates: int
    funding_missing: int


class MonthView(View):
    """How many candles a month has."""

    month: str
    candles: int


class DatasetView(View):
    """A dataset. ``hash`` is the SHA-256 of its canonical rows: what it contains never changes."""

    id: Id
    name: str
    source: Source
    symbol: str
    interval: Interval
    status: DatasetStatus
    progress: float = Field(ge=0, le=1)
    from_: Timestamp | None = Field(alias="from")
    to: Timestamp | None
    candles: int
    hash: str | None
    quality: QualityView | None
    months: list[MonthView]
    detail: str | None
    created_at: Timestamp
    updated_at: Timestamp

    @classmethod
    def of(cls, dataset: Dataset) -> DatasetView:
        """The view of a dataset."""
        pending = dataset.status is DatasetStatus.PENDING
        found = dataset.quality
        return cls(
            id=dataset.dataset_id,
            name=dataset.name,
            source=dataset.source,
            symbol=dataset.symbol,
            interval=dataset.interval,
            status=dataset.status,
            progress=min(dataset.done / dataset.total, 1) if pending else 1,
            from_=iso(dataset.from_ms) if dataset.to_ms else None,
            to=iso(dataset.to_ms) if dataset.to_ms else None,
            candles=dataset.candles,
            hash=dataset.rows_hash or None,
            quality=None
            if pending
            else QualityView(
                gaps=found.gaps,
                missing=found.missing,
                longest_gap_ms=found.longest_gap_ms,
                duplicates=found.duplicates,
                conflicts=found.conflicts,
                impossible=found.impossible,
                misaligned=found.misaligned,
                funding_rates=found.funding_rates,
                funding_missing=found.funding_missing,
            ),
            months=[MonthView(month=month.name, candles=month.candles) for month in dataset.months],
            detail=dataset.detail or None,
            created_at=iso(dataset.created_ms),
            updated_at=iso(dataset.updated_ms),
        )


class DatasetList(View):
    """All datasets, newest first."""

    items: list[DatasetView]
    next_cursor: str | None


class UploadView(View):
    """Where to put a CSV (plain or gzip) by an HTTP PUT; ``uploadKey`` then names it."""

    upload_key: Id
    url: str
    expires_at: Timestamp

    @classmethod
    def of(cls, upload: Upload) -> UploadView:
        """The view of an upload."""
        return cls(upload_key=upload.key, url=upload.url, expires_at=iso(upload.expires_ms))


class BarView(View):
    """A candle of a dataset: floating-point numbers, as the engine computes with them."""

    open_time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class BarList(View):
    """A page of a dataset's candles, oldest first; ``total`` of them there are."""

    items: list[BarView]
    total: int

    @classmethod
    def of(cls, dataset: Dataset, bars: Bars) -> BarList:
        """The view of a page."""
        columns = (bars.open_time_ms, bars.open, bars.high, bars.low, bars.close, bars.volume)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        names = ("open_time", "open", "high", "low", "close", "volume")
        items = [BarView(**dict(zip(names, row, strict=True))) for row in rows]
        return cls(items=items, total=dataset.candles)
