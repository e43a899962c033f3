"""Datasets, as a user makes and looks at them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chalicelib.domain.accounts.actor import Actor
from chalicelib.domain.datasets.candle_text import parse_candles
from chalicelib.domain.datasets.dataset import Dataset, DatasetStatus, Source
from chalicelib.domain.datasets.quality import judge
from chalicelib.domain.datasets.table_text import UnreadableTable, inflated
from chalicelib.domain.errors import Finding, InvalidDocument
from chalicelib.domain.lab.job import DEAD_AFTER_MS
from chalicelib.domain.market.interval import Interval
from chalicelib.lab_ports import DatasetRepository, LabStore, LabWorker, Upload
from chalicelib.ports import Clock, Conflict, Ids
from chalicelib.services.instruments import Instruments
from chalicelib.services.lab.store_candles import CandleArchive

if TYPE_CHECKING:
    from chalicelib.domain.market.bars import Bars

# What the API function may unpack and parse in its time and memory; more goes by upload.
MOST_IMPORT_BYTES = 12 * 1024 * 1024
_MOST_DAYS = 366
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Datasets:
    """The use-cases of datasets."""

    rows: DatasetRepository
    store: LabStore
    worker: LabWorker
    instruments: Instruments
    clock: Clock
    ids: Ids

    def import_csv(self, actor: Actor, name: str | None, symbol: str, interval: Interval, content: bytes) -> Dataset:
        """A dataset of a CSV (plain or gzip), at once. The same file again finds the same dataset.

        Raises InvalidDocument (``/csv``) for a file that cannot be used.
        """
        try:
            rows = parse_candles(inflated(content, MOST_IMPORT_BYTES))
        except UnreadableTable as error:
            raise _refused("/csv", "lab.csv_unreadable", str(error)) from error
        judged = judge(rows, interval)
        if judged.detail:
            raise _refused("/csv", "lab.csv_unusable", judged.detail)
        identity = hashlib.sha256(f"{symbol} {interval} {name}\n".encode() + content).hexdigest()[:26]
        dataset = self._pending(actor, identity, name, Source.CSV, symbol, interval, 0, 0)
        settled = CandleArchive(self.store).settled(dataset, judged, self.clock.now_ms())
        try:
            self.rows.create(settled)
        except Conflict:
            return self.rows.get(actor.workspace_id, identity)
        return settled

    def collect(
        self, actor: Actor, name: str | None, symbol: str, interval: Interval, from_ms: int, to_ms: int
    ) -> Dataset:
        """A PENDING dataset that is collected from the exchange. Raises InvalidDocument, UnknownSymbol."""
        self.instruments.get(symbol)
        if not from_ms < to_ms <= from_ms + _MOST_DAYS * _DAY_MS:
            raise _refused("/to", "lab.range", f"to must be after from, by at most {_MOST_DAYS} days", days=_MOST_DAYS)
        dataset = self._pending(actor, self.ids.ulid(), name, Source.EXCHANGE, symbol, interval, from_ms, to_ms)
        return self._begin(dataset)

    def from_upload(self, actor: Actor, name: str | None, symbol: str, interval: Interval, upload: str) -> Dataset:
        """A PENDING dataset that is read from an upload."""
        dataset = self._pending(actor, self.ids.ulid(), name, Source.CSV, symbol, interval, 0, 0, upload)
        return self._begin(dataset)

    def offer_upload(self, actor: Actor) -> Upload:
        """An address to put a CSV (plain or gzip) at."""
        return self.store.offer_upload(actor.workspace_id, self.ids.ulid())

    def list(self, actor: Actor) -> tuple[Dataset, ...]:
        """All datasets of the workspace, newest first."""
        return tuple(self._seen(dataset) for dataset in self.rows.list(actor.workspace_id))

    def get(self, actor: Actor, dataset_id: str) -> Dataset:
        """One dataset. Raises NotFound."""
        return self._seen(self.rows.get(actor.workspace_id, dataset_id))

    def preview(self, actor: Actor, dataset_id: str, offset: int, limit: int) -> tuple[Dataset, Bars]:
        """A page of a dataset's candles. Raises NotFound."""
        dataset = self.get(actor, dataset_id)
        return dataset, CandleArchive(self.store).page(dataset, offset, limit)

    def _seen(self, dataset: Dataset) -> Dataset:
        """The dataset; one whose function has died is FAILED, and stays so."""
        now_ms = self.clock.now_ms()
        if dataset.status is not DatasetStatus.PENDING or now_ms - dataset.updated_ms <= DEAD_AFTER_MS:
            return dataset
        detail = "the function that made it ended without a result"
        failed = replace(dataset, status=DatasetStatus.FAILED, detail=detail, updated_ms=now_ms)
        try:
            self.rows.settle(failed)
        except Conflict:
            return self.rows.get(dataset.workspace_id, dataset.dataset_id)
        return failed

    def _begin(self, dataset: Dataset) -> Dataset:
        self.rows.create(dataset)
        self.worker.make_dataset(dataset.workspace_id, dataset.dataset_id)
        return dataset

    def _pending(
        self,
        actor: Actor,
        dataset_id: str,
        name: str | None,
        source: Source,
        symbol: str,
        interval: Interval,
        from_ms: int,
        to_ms: int,
        upload: str = "",
    ) -> Dataset:
        now_ms = self.clock.now_ms()
        return Dataset(
            workspace_id=actor.workspace_id,
            dataset_id=dataset_id,
            name=name or f"{symbol} {interval}",
            source=source,
            symbol=symbol,
            interval=interval,
            from_ms=from_ms,
            to_ms=to_ms,
            status=DatasetStatus.PENDING,
            created_ms=now_ms,
            updated_ms=now_ms,
            upload=upload,
        )


def _refused(pointer: str, key: str, detail: str, **params: object) -> InvalidDocument:
    texts = {name: str(value) for name, value in params.items()} or {"reason": detail}
    return InvalidDocument([Finding(pointer, detail, key, texts)])
