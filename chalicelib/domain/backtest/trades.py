"""The trades of a backtest, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from chalicelib.domain.backtest.outcome import ExitReason, Leg
from chalicelib.domain.market.bars import Floats, Ints
from chalicelib.domain.market.side import Side


class TradeRow(NamedTuple):
    """One trade; the columns of ``Trades`` in their order."""

    signal_bar: int
    entry_bar: int
    exit_bar: int
    sign: int
    qty: float
    entry_price: float
    exit_price: float
    stop: float
    gross: float
    fees: float
    funding: float
    pnl: float
    reason: int
    entry_time_ms: int
    exit_time_ms: int


_WHOLE = {"signal_bar", "entry_bar", "exit_bar", "sign", "reason", "entry_time_ms", "exit_time_ms"}
Legs = dict[int, tuple[tuple[Leg, ...], tuple[Leg, ...]]]


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """One row per closed position, in time order; money in quote currency, quantity in base coin.

    ``entry_bar``/``exit_bar`` are decision bars; ``entry_price``/``exit_price`` averages with slippage in; ``fees`` and
    ``funding`` are positive when paid; ``pnl`` is net of both. A position that ended inside a bar has the time of that
    bar's close (known by then). ``legs`` has the parts of positions that were opened or
    closed in several, by row: (entries, exits).
    """

    signal_bar: Ints
    entry_bar: Ints
    exit_bar: Ints
    sign: Ints
    qty: Floats
    entry_price: Floats
    exit_price: Floats
    stop: Floats
    gross: Floats
    fees: Floats
    funding: Floats
    pnl: Floats
    reason: Ints
    entry_time_ms: Ints
    exit_time_ms: Ints
    legs: Legs

    @classmethod
    def from_rows(cls, rows: Sequence[TradeRow], legs: Legs) -> Trades:
        """The rows as columns."""
        columns: dict[str, Any] = {
            name: np.array([row[at] for row in rows], np.int64 if name in _WHOLE else np.float64)
            for at, name in enumerate(TradeRow._fields)
        }
        return cls(**columns, legs=legs)

    def __len__(self) -> int:
        return len(self.pnl)

    @property
    def wins(self) -> int:
        """Trades with a positive net result."""
        return int(np.count_nonzero(self.pnl > 0))

    @property
    def net_pnl(self) -> float:
        """The sum of all net results."""
        return float(self.pnl.sum())

    def rows(self) -> list[dict[str, Any]]:
        """The trades as plain JSON objects."""
        columns = zip(
            self.sign.tolist(),
            self.entry_time_ms.tolist(),
            self.exit_time_ms.tolist(),
            self.qty.tolist(),
            self.entry_price.tolist(),
            self.exit_price.tolist(),
            self.gross.tolist(),
            self.fees.tolist(),
            self.funding.tolist(),
            self.pnl.tolist(),
            self.reason.tolist(),
            (self.exit_bar - self.entry_bar).tolist(),
            strict=True,
        )
        names = (
            "side",
            "entry_time_ms",
            "exit_time_ms",
            "qty",
            "entry_price",
            "exit_price",
            "gross_pnl",
            "fees",
            "funding",
        )
        return [
            {
                **dict(zip(names, (Side.BUY.value if sign > 0 else Side.SELL.value, *rest[:8]), strict=True)),
                "net_pnl": rest[8],
                "reason": ExitReason(rest[9]).label,
                "bars_held": rest[10],
            }
            for sign, *rest in columns
        ]
