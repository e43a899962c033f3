"""Makes a PENDING dataset, in the lab function: collected page by page from the exchange, or read from an upload."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.datasets.candle_text import parse_candles
from chalicelib.domain.datasets.dataset import Dataset, DatasetStatus
from chalicelib.domain.datasets.funding_quality import missing_rates
from chalicelib.domain.datasets.quality import Judged, judge, with_funding
from chalicelib.domain.datasets.table_text import UnreadableTable, inflated
from chalicelib.domain.market.bars import Bars
from chalicelib.domain.market.candle import Candle
from chalicelib.domain.market.funding_series import FundingSeries
from chalicelib.lab_ports import DatasetRepository, LabStore
from chalicelib.ports import Clock, Conflict, ExchangeUnavailable, MarketData, NotFound
from chalicelib.services.lab.store_candles import CandleArchive

CANDLES_A_PAGE = 1000
_PAGES_A_SAYING = 5
_MOST_UPLOAD_BYTES = 64 * 1024 * 1024
_MOST_INFLATED_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MakeDataset:
    """The use-case."""

    rows: DatasetRepository
    store: LabStore
    market: MarketData
    clock: Clock

    def __call__(self, workspace_id: str, dataset_id: str) -> Dataset:
        """The settled dataset; one that is settled already stays as it is. Raises NotFound."""
        dataset = self.rows.get(workspace_id, dataset_id)
        if dataset.status is not DatasetStatus.PENDING:
            return dataset
        try:
            judged = self._uploaded(dataset) if dataset.upload else self._collected(dataset)
        except (UnreadableTable, ExchangeUnavailable) as error:
            return self.fail(dataset, str(error))
        except NotFound:
            return self.fail(dataset, "there is no such upload or symbol")
        except Conflict:
            return self.fail(dataset, f"the upload is larger than {_MOST_UPLOAD_BYTES} bytes")
        settled = CandleArchive(self.store).settled(dataset, judged, self.clock.now_ms())
        self.rows.settle(settled)
        return settled

    def fail(self, dataset: Dataset, detail: str) -> Dataset:
        """Settles the dataset as FAILED."""
        failed = replace(dataset, status=DatasetStatus.FAILED, detail=detail, updated_ms=self.clock.now_ms())
        self.rows.settle(failed)
        return failed

    def _uploaded(self, dataset: Dataset) -> Judged:
        content = self.store.read_upload(dataset.workspace_id, dataset.upload, _MOST_UPLOAD_BYTES)
        return judge(parse_candles(inflated(content, _MOST_INFLATED_BYTES)), dataset.interval)

    def _collected(self, dataset: Dataset) -> Judged:
        length = dataset.interval.milliseconds
        end = min(dataset.to_ms, dataset.interval.open_time(self.clock.market_now_ms()))
        begin = -(-dataset.from_ms // length) * length
        pages = max(-(-(end - begin) // (length * CANDLES_A_PAGE)), 1)
        found: list[Candle] = []
        for page in range(pages):
            start = begin + page * CANDLES_A_PAGE * length
            stop = min(start + CANDLES_A_PAGE * length, end)
            if start < stop:
                found += self.market.candles_between(dataset.symbol, dataset.interval, start, stop)
            if page % _PAGES_A_SAYING == 0:
                self.rows.advance(dataset.workspace_id, dataset.dataset_id, page, pages, self.clock.now_ms())
        judged = judge(Bars.from_candles(found), dataset.interval, asked=(begin, end))
        return judged if judged.detail else self._funded(dataset.symbol, judged, dataset.interval.milliseconds)

    def _funded(self, symbol: str, judged: Judged, length: int) -> Judged:
        """With the funding that was settled from the first candle's opening to the last one's close."""
        begin = int(judged.bars.open_time_ms[0])
        end = int(judged.bars.open_time_ms[-1]) + length
        funding = FundingSeries.of(self.market.funding_between(symbol, begin, end))
        interval_ms = self.market.instrument(symbol).funding_interval_minutes * 60_000
        return with_funding(judged, funding, missing_rates(funding, begin, end, interval_ms))
