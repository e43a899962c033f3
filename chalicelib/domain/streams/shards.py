"""From the active runs to the pieces of listening that tasks share: shards, and the topics of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.record import ActiveRun

_SEPARATOR = "/"


@dataclass(frozen=True, slots=True)
class PrivateShard:
    """The private stream of one exchange connection."""

    workspace_id: str
    connection_id: str

    @property
    def name(self) -> str:
        """The lease's name."""
        return _SEPARATOR.join(("private", self.workspace_id, self.connection_id))


@dataclass(frozen=True, slots=True)
class PublicShard:
    """The candles of one symbol, in the intervals that runs use."""

    symbol: str
    intervals: frozenset[Interval]

    @property
    def name(self) -> str:
        """The lease's name; the intervals are not part of it, they change with the runs."""
        return _SEPARATOR.join(("public", self.symbol))


Shard = PrivateShard | PublicShard


def shard_ids(name: str) -> dict[str, str]:
    """What the shard of this name is about, as log lines name it."""
    kind, *parts = name.split(_SEPARATOR)
    keys = ("workspaceId", "exchangeConnectionId") if kind == "private" else ("symbol",)
    return dict(zip(keys, parts, strict=False))


def shards_of(runs: Iterable[ActiveRun]) -> dict[str, Shard]:
    """The shards that these runs need, by name."""
    shards: dict[str, Shard] = {}
    intervals: dict[str, set[Interval]] = {}
    for run in runs:
        private = PrivateShard(run.workspace_id, run.connection_id)
        shards[private.name] = private
        intervals.setdefault(run.symbol, set()).update(run.intervals)
    for symbol, used in intervals.items():
        public = PublicShard(symbol, frozenset(used))
        shards[public.name] = public
    return shards
