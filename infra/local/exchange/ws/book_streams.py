"""Order book streams of 1, 50, 200 and 1000 levels: snapshot first, then deltas; u = 1 after a restart."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from infra.local.exchange.engine.decimal_text import ZERO
from infra.local.exchange.engine.market_records import book_levels
from infra.local.exchange.simulator import Simulator

DEPTHS = {"1": (1, 10), "50": (50, 20), "200": (200, 100), "1000": (1000, 200)}
REPEAT_MS = 3000

Levels = dict[Decimal, Decimal]


@dataclass(slots=True)
class Stream:
    """What was last published for one depth of one symbol."""

    update: int = 0
    sent_ms: int = 0
    sides: tuple[Levels, Levels] = field(default_factory=lambda: ({}, {}))


class BookStreams:
    """Every depth of every symbol, computed only while somebody listens."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._streams: dict[str, Stream] = {}
        self._skip: dict[str, int] = {}

    def update_id(self, symbol: str) -> int:
        """The update id of the 1000-level stream."""
        return self._streams.get(f"orderbook.1000.{symbol}", Stream()).update

    def restart(self) -> None:
        """The exchange restarted: every stream begins again with u = 1."""
        self._streams.clear()

    def lose(self, topic: str, count: int) -> None:
        """Fault: the next ``count`` deltas of a topic are lost on the way."""
        self._skip[topic] = count

    def snapshot(self, topic: str, now: int) -> dict[str, Any]:
        """The topic's present state as a snapshot."""
        stream = self._streams.get(topic)
        if stream is None:
            stream = self._streams[topic] = Stream(update=1, sent_ms=now, sides=self._read(topic))
        return self._message(topic, "snapshot", stream, stream.sides, now)

    def step(self, topic: str, now: int) -> list[dict[str, Any]]:
        """What the market's step means for the topic: a delta, or for one level a snapshot."""
        stream = self._streams.get(topic)
        if stream is None:
            return [self.snapshot(topic, now)]
        depth, cadence = DEPTHS[topic.split(".")[1]]
        if now - stream.sent_ms < cadence:
            return []
        fresh = self._read(topic)
        if fresh == stream.sides:
            if depth == 1 and now - stream.sent_ms >= REPEAT_MS:
                stream.sent_ms = now
                return [self._message(topic, "snapshot", stream, stream.sides, now)]
            return []
        changes = (_changes(stream.sides[0], fresh[0]), _changes(stream.sides[1], fresh[1]))
        stream.update += 1
        stream.sides, stream.sent_ms = fresh, now
        if self._skip.get(topic, 0):
            self._skip[topic] -= 1
            return []
        if depth == 1:
            return [self._message(topic, "snapshot", stream, fresh, now)]
        return [self._message(topic, "delta", stream, changes, now)]

    def _read(self, topic: str) -> tuple[Levels, Levels]:
        _, name, symbol = topic.split(".")
        world = self._simulator.exchange.world
        market, depth = world.markets[symbol], DEPTHS[name][0]
        return dict(book_levels(world, market, "Buy", depth)), dict(book_levels(world, market, "Sell", depth))

    def _message(self, topic: str, kind: str, stream: Stream, sides: tuple[Levels, Levels], now: int) -> dict[str, Any]:
        symbol = topic.split(".")[2]
        world = self._simulator.exchange.world
        scale = world.markets[symbol].listing.price_scale
        texts = [[[f"{price:.{scale}f}", f"{size:f}"] for price, size in side.items()] for side in sides]
        return {
            "topic": topic,
            "type": kind,
            "ts": now,
            "data": {"s": symbol, "b": texts[0], "a": texts[1], "u": stream.update, "seq": world.cross_seq},
            "cts": now,
        }


def _changes(before: Levels, after: Levels) -> Levels:
    changed = {price: ZERO for price in before if price not in after}
    changed.update({price: size for price, size in after.items() if before.get(price) != size})
    return changed
