"""Turns judged candles into a settled dataset, and a settled dataset into bars again: one write, one read a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.domain.datasets.dataset import Dataset, DatasetStatus, Month
from chalicelib.domain.datasets.quality import Judged, months, rows_hash
from chalicelib.domain.errors import UnknownFact
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.lab_ports import LabStore


@dataclass(frozen=True, slots=True, eq=False)
class DatasetRows:
    """What a dataset holds: candles, and the funding of their time when it has been collected."""

    bars: Bars
    funding: FundingSeries | None


@dataclass(frozen=True, slots=True)
class CandleArchive:
    """Rows of datasets in the store."""

    store: LabStore

    def settled(self, dataset: Dataset, judged: Judged, now_ms: int) -> Dataset:
        """The dataset with its candles stored, or FAILED when there are none to store."""
        settled = replace(
            dataset,
            status=judged.status,
            quality=judged.quality,
            detail=judged.detail,
            updated_ms=now_ms,
            done=1,
            total=1,
        )
        if judged.status is DatasetStatus.FAILED:
            return settled
        bars, interval = judged.bars, dataset.interval
        stored = tuple(
            Month(name, self.store.put_month(dataset.workspace_id, dataset.symbol, interval, name, part), len(part))
            for name, part in months(bars)
        )
        return replace(
            settled,
            from_ms=int(bars.open_time_ms[0]),
            to_ms=int(bars.open_time_ms[-1]) + interval.milliseconds,
            candles=len(bars),
            rows_hash=rows_hash(dataset.symbol, interval, bars, judged.funding),
            months=stored,
            funding_key=self._put_funding(dataset, judged.funding),
        )

    def rows(self, dataset: Dataset) -> DatasetRows:
        """All candles and the funding. Raises UnknownFact when they are not those that the hash was made of."""
        bars = _joined(self.store.get_month(month.key) for month in dataset.months)
        funding = self.store.get_funding(dataset.funding_key) if dataset.funding_key else None
        if rows_hash(dataset.symbol, dataset.interval, bars, funding) != dataset.rows_hash:
            raise UnknownFact(f"the rows of dataset {dataset.dataset_id} are not the ones it was made of")
        return DatasetRows(bars, funding)

    def bars(self, dataset: Dataset) -> Bars:
        """All candles. Raises UnknownFact as ``rows`` does."""
        return self.rows(dataset).bars

    def _put_funding(self, dataset: Dataset, funding: FundingSeries | None) -> str:
        return "" if funding is None else self.store.put_funding(dataset.workspace_id, dataset.symbol, funding)

    def page(self, dataset: Dataset, offset: int, limit: int) -> Bars:
        """The candles offset <= i < offset + limit, from the months they lie in."""
        parts, seen = [], 0
        for month in dataset.months:
            begin, end = max(offset - seen, 0), min(offset + limit - seen, month.candles)
            if begin < end:
                parts.append(self.store.get_month(month.key).slice(begin, end))
            seen += month.candles
        return _joined(parts)


def _joined(parts: Iterable[Bars]) -> Bars:
    found = list(parts)
    if not found:
        return Bars(np.empty(0, np.int64), *(np.empty(0) for _ in range(5)))
    return Bars(
        np.concatenate([part.open_time_ms for part in found]),
        np.concatenate([part.open for part in found]),
        np.concatenate([part.high for part in found]),
        np.concatenate([part.low for part in found]),
        np.concatenate([part.close for part in found]),
        np.concatenate([part.volume for part in found]),
    )
