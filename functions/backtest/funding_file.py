"""Funding settlements from a CSV, plain or gzip: header ``timestamp,rate``, rising times, rates as fractions."""

from __future__ import annotations

from pathlib import Path

from chalicelib.domain.datasets.funding_text import parse_funding
from chalicelib.domain.datasets.table_text import UnreadableTable, inflated
from chalicelib.domain.market.funding_series import FundingSeries
from functions.backtest.candle_file import CandleFileError

_MOST_BYTES = 64 * 1024 * 1024


def read_funding(path: Path) -> FundingSeries:
    """The settlements of ``path``. Raises CandleFileError."""
    try:
        return parse_funding(inflated(path.read_bytes(), _MOST_BYTES))
    except (OSError, UnreadableTable) as error:
        raise CandleFileError(f"{path}: {error}") from error
