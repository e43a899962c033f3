"""A dataset: candles of one symbol and interval, with the funding of their time, fixed for ever by a hash (FR-63)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from chalicelib.domain.market.interval import Interval


class DatasetStatus(StrEnum):
    """``READY``: whole. ``PARTIAL``: usable, and the quality says what is missing. ``FAILED``: nothing usable."""

    PENDING = "PENDING"
    READY = "READY"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"

    @property
    def usable(self) -> bool:
        """Whether backtests may read it."""
        return self in (DatasetStatus.READY, DatasetStatus.PARTIAL)


class Source(StrEnum):
    """Where the candles come from."""

    EXCHANGE = "exchange"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found in the rows as they came. Rows that are repeated, impossible or misaligned were left out.

    ``gaps`` are places without candles, ``missing`` the candles not there (those at the ends of an asked range
    included), ``longest_gap_ms`` the longest such place. ``duplicates`` repeat a row exactly, ``conflicts`` repeat a
    time with other values (the first row stays), ``impossible`` contradict themselves, ``misaligned`` do not begin
    where candles of the interval do. ``funding_rates`` settlements of funding were found, ``funding_missing`` were not.
    """

    gaps: int = 0
    missing: int = 0
    longest_gap_ms: int = 0
    duplicates: int = 0
    conflicts: int = 0
    impossible: int = 0
    misaligned: int = 0
    funding_rates: int = 0
    funding_missing: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is missing or in doubt; exact repeats do no harm."""
        return not (self.missing or self.conflicts or self.impossible or self.misaligned or self.funding_missing)


@dataclass(frozen=True, slots=True)
class Month:
    """The candles of one month (UTC, ``2022-01``) and the key under which they are stored."""

    name: str
    key: str
    candles: int


@dataclass(frozen=True, slots=True)
class Dataset:
    """The index row of a dataset. Times are milliseconds UTC; ``to_ms`` is the last candle's close.

    ``done`` of ``total`` steps are made while it is PENDING. ``detail`` says why it FAILED. ``upload`` is the upload
    that it is made from, "" for none. ``funding_key`` is where its funding rates are stored, "" when it has none.
    """

    workspace_id: str
    dataset_id: str
    name: str
    source: Source
    symbol: str
    interval: Interval
    from_ms: int
    to_ms: int
    status: DatasetStatus
    created_ms: int
    updated_ms: int
    candles: int = 0
    rows_hash: str = ""
    quality: Quality = field(default_factory=Quality)
    months: tuple[Month, ...] = ()
    done: int = 0
    total: int = 1
    detail: str = ""
    upload: str = ""
    funding_key: str = ""
