"""What a job of the lab computes: strategy, data, assumptions, and for sweeps and walk-forwards what is varied.

An experiment pins everything that its result depends on (the normalised document, the datasets with their hashes, the
instrument's rules of that day), so that it can be repeated exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from chalicelib.domain.backtest.folds import FoldConfig
from chalicelib.domain.backtest.parameters import Parameter
from chalicelib.domain.backtest.search_choice import WHOLE_GRID, Search, SearchMethod
from chalicelib.domain.market.instrument import Instrument
from chalicelib.domain.market.interval import Interval

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the backtest assumes; the fields are those of ``backtest.settings.Settings``, exact.

    ``funding`` charges what the dataset of the strategy's timeframe has of it.
    """

    fill_at: str = "next_open"
    taker_fee_bps: Decimal = Decimal("5.5")
    maker_fee_bps: Decimal = Decimal(2)
    slippage_bps: Decimal = Decimal(0)
    starting_equity: Decimal = Decimal(10_000)
    fixed_qty: Decimal | None = None
    leverage: Decimal | None = None
    instrument: Instrument | None = None
    funding: bool = True


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A dataset and the hash of its rows when the experiment was made."""

    dataset_id: str
    rows_hash: str
    candles: int


@dataclass(frozen=True, slots=True)
class Experiment:
    """A backtest; with ``parameters`` a sweep; with ``folds`` a walk-forward."""

    document: Json
    strategy_hash: str
    datasets: Mapping[Interval, DatasetRef]
    assumptions: Assumptions
    detail: DatasetRef | None = None
    strategy_id: str = ""
    strategy_version: int = 0
    parameters: tuple[Parameter, ...] = ()
    rank_by: str = "net_pnl"
    folds: FoldConfig | None = None
    search: Search = WHOLE_GRID

    @property
    def timeframe(self) -> Interval:
        """The timeframe that decisions are made on."""
        return Interval(self.document["timeframe"])

    def as_json(self) -> Json:
        """The experiment as plain JSON."""
        return {
            "document": self.document,
            "strategyHash": self.strategy_hash,
            "strategyId": self.strategy_id,
            "strategyVersion": self.strategy_version,
            "datasets": {interval.value: _ref(one) for interval, one in self.datasets.items()},
            "detail": None if self.detail is None else _ref(self.detail),
            "assumptions": _plain(self.assumptions),
            "parameters": [
                {
                    "pointer": one.pointer,
                    "start": str(one.start),
                    "stop": str(one.stop),
                    "step": str(one.step),
                    "also": list(one.also),
                }
                for one in self.parameters
            ],
            "rankBy": self.rank_by,
            "folds": None if self.folds is None else _plain(self.folds),
            "search": _search(self.search),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Experiment:
        """The experiment that ``as_json`` wrote."""
        detail, folds = document["detail"], document["folds"]
        return cls(
            document=document["document"],
            strategy_hash=document["strategyHash"],
            datasets={Interval(name): _read_ref(one) for name, one in document["datasets"].items()},
            assumptions=_assumptions(document["assumptions"]),
            detail=None if detail is None else _read_ref(detail),
            strategy_id=document["strategyId"],
            strategy_version=document["strategyVersion"],
            parameters=tuple(
                Parameter(
                    one["pointer"],
                    Decimal(one["start"]),
                    Decimal(one["stop"]),
                    Decimal(one["step"]),
                    tuple(one["also"]),
                )
                for one in document["parameters"]
            ),
            rank_by=document["rankBy"],
            folds=None if folds is None else FoldConfig(**folds),
            search=_read_search(document.get("search")),
        )


def _ref(one: DatasetRef) -> Json:
    return {"datasetId": one.dataset_id, "hash": one.rows_hash, "candles": one.candles}


def _read_ref(document: Mapping[str, Any]) -> DatasetRef:
    return DatasetRef(document["datasetId"], document["hash"], document["candles"])


def _search(search: Search) -> Json:
    if search.method is SearchMethod.GRID:
        return {"method": search.method.value}
    return {"method": search.method.value, "trials": search.trials, "seed": search.seed}


def _read_search(document: Mapping[str, Any] | None) -> Search:
    """Jobs from before there was a choice have none: they are grids."""
    if document is None or document["method"] == SearchMethod.GRID:
        return WHOLE_GRID
    return Search(SearchMethod(document["method"]), document["trials"], document["seed"])


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Assumptions | Instrument | FoldConfig):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _assumptions(document: Mapping[str, Any]) -> Assumptions:
    values: Json = {
        name: Decimal(value) if isinstance(value, str) and name != "fill_at" else value
        for name, value in document.items()
    }
    rules = values["instrument"]
    if rules is not None:
        exact = {field.name for field in fields(Instrument) if field.type == "Decimal"}
        read: Json = {name: Decimal(value) if name in exact else value for name, value in rules.items()}
        values["instrument"] = Instrument(**read)
    return Assumptions(**values)
