"""Takes what a stream said to the inboxes of the runs that it concerns.

Repeats are harmless (every message has an id), losses are not: what concerns no known run is kept for a while, because
the run may have been started a moment ago, and is delivered when it shows up.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import TypeVar

from chalicelib.domain.market.interval import Interval
from chalicelib.domain.runtime.facts import PositionFact
from chalicelib.domain.runtime.messages import (
    CandleClosed,
    ExecutionUpdate,
    OrderUpdate,
    PositionUpdate,
    Reconnected,
)
from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.ports import Clock, ConnectionRef, Ids
from chalicelib.run_ports import Inbox
from chalicelib.stream_ports import DelayedCalls

KEEP_UNROUTED_MS = 15_000
_MOST_UNROUTED = 1_000
_Key = TypeVar("_Key")
PrivateMessage = OrderUpdate | ExecutionUpdate | PositionUpdate


@dataclass(frozen=True, slots=True)
class Routes:
    """Runs by what concerns them; replaced as a whole when the active runs change."""

    accounts: dict[tuple[ConnectionRef, str], tuple[ActiveRun, ...]] = field(default_factory=dict)
    candles: dict[tuple[str, Interval], tuple[ActiveRun, ...]] = field(default_factory=dict)
    connections: dict[ConnectionRef, tuple[ActiveRun, ...]] = field(default_factory=dict)
    symbols: dict[str, tuple[ActiveRun, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, runs: Iterable[ActiveRun]) -> Routes:
        """The routes to these runs."""
        routes = cls()
        for run in runs:
            ref = ConnectionRef(run.workspace_id, run.connection_id)
            _append(routes.accounts, (ref, run.symbol), run)
            _append(routes.connections, ref, run)
            _append(routes.symbols, run.symbol, run)
            for interval in run.intervals:
                _append(routes.candles, (run.symbol, interval), run)
        return routes


class Delivery:
    """Delivers messages. Called from several threads."""

    def __init__(
        self,
        inbox: Inbox,
        ids: Ids,
        clock: Clock,
        later: DelayedCalls,
        candle_spread_ms: int,
        serving: Callable[[ActiveRun], None] = lambda run: None,
    ) -> None:
        """``candle_spread_ms`` is the time over which the wakes of one candle are spread, by run id.

        ``serving`` is told of each run before a message is left with it.
        """
        self._inbox = inbox
        self._serving = serving
        self._ids = ids
        self._clock = clock
        self._later = later
        self._candle_spread_ms = candle_spread_ms
        self._lock = Lock()
        self._routes = Routes()
        self._unrouted: deque[tuple[int, ConnectionRef, PrivateMessage]] = deque(maxlen=_MOST_UNROUTED)
        self._waiting: list[tuple[ActiveRun, PrivateMessage]] = []
        self._positions: dict[tuple[ConnectionRef, str], object] = {}
        self.delivered = 0

    def route(self, runs: Iterable[ActiveRun]) -> None:
        """Takes over the active runs; what was kept for one of them waits for ``deliver_waiting``."""
        known = {run.run_id: run for run in runs}
        routes = Routes.of(known.values())
        oldest = self._clock.now_ms() - KEEP_UNROUTED_MS
        with self._lock:
            self._routes = routes
            kept = [entry for entry in self._unrouted if entry[0] >= oldest]
            self._unrouted.clear()
            self._unrouted.extend(entry for entry in kept if not self._runs_of(entry[1], entry[2]))
            claimed = [(run, message) for _, ref, message in kept for run in self._runs_of(ref, message)]
            self._waiting = [entry for entry in self._waiting if entry[0].run_id in known] + claimed

    def deliver_waiting(self) -> None:
        """Delivers what was kept for runs that are known now; for the thread that calls ``route``.

        Raises what the inbox raises; what is not delivered then waits, however long, for the next call.
        """
        while self._waiting:
            self._post(*self._waiting[0])
            del self._waiting[0]

    def private(self, ref: ConnectionRef, message: PrivateMessage) -> None:
        """An order, execution or position of an account. Raises what the inbox raises; the call can be made again."""
        if isinstance(message, PositionUpdate) and not self._is_news(ref, message.position):
            return
        runs = self._runs_of(ref, message)
        if not runs:
            with self._lock:
                self._unrouted.append((self._clock.now_ms(), ref, message))
        for run in runs:
            self._post(run, message)
        if isinstance(message, PositionUpdate):
            self._remember(ref, message.position)

    def candle(self, symbol: str, interval: Interval, open_time_ms: int) -> None:
        """A candle has closed: every run's wake has its own moment within the spread, the same for all intervals."""
        message = CandleClosed(interval, open_time_ms)
        for run in self._routes.candles.get((symbol, interval), ()):
            delay_ms = self.candle_delay_ms(run.run_id)
            if delay_ms:
                self._later.after(delay_ms, run.run_id, partial(self._post, run, message))
            else:
                self._post(run, message)

    def candle_delay_ms(self, run_id: str) -> int:
        """How long after a candle's close this run is woken by it."""
        return spread_ms(run_id, self._candle_spread_ms)

    def private_live(self, ref: ConnectionRef, gap_ms: int) -> None:
        """The account's stream is (again) live; ``gap_ms`` of it were not heard."""
        with self._lock:
            for key in [key for key in self._positions if key[0] == ref]:
                del self._positions[key]
        self._reconnected(self._routes.connections.get(ref, ()), "private", gap_ms)

    def public_live(self, symbols: Iterable[str], gap_ms: int) -> None:
        """The symbols' candles are (again) live."""
        self._reconnected(self._runs_on(symbols), "public", gap_ms)

    def runs_of_account(self, ref: ConnectionRef) -> tuple[str, ...]:
        """The ids of the account's active runs."""
        return tuple(run.run_id for run in self._routes.connections.get(ref, ()))

    def runs_on(self, symbols: Iterable[str]) -> tuple[str, ...]:
        """The ids of the active runs on these symbols."""
        return tuple(run.run_id for run in self._runs_on(symbols))

    def _runs_on(self, symbols: Iterable[str]) -> list[ActiveRun]:
        routes = self._routes.symbols
        return sorted((run for symbol in set(symbols) for run in routes.get(symbol, ())), key=lambda run: run.run_id)

    def _reconnected(self, runs: Iterable[ActiveRun], stream: str, gap_ms: int) -> None:
        for run in runs:
            self._post(run, Reconnected(stream, gap_ms, self._ids.ulid()))

    def _is_news(self, ref: ConnectionRef, position: PositionFact) -> bool:
        """Whether it differs from the last one told: the exchange repeats the position on every order action."""
        with self._lock:
            return self._positions.get((ref, position.symbol)) != _told(position)

    def _remember(self, ref: ConnectionRef, position: PositionFact) -> None:
        with self._lock:
            self._positions[ref, position.symbol] = _told(position)

    def _runs_of(self, ref: ConnectionRef, message: PrivateMessage) -> tuple[ActiveRun, ...]:
        return self._routes.accounts.get((ref, _symbol(message)), ())

    def _post(self, run: ActiveRun, message: PrivateMessage | CandleClosed | Reconnected) -> None:
        self._serving(run)
        self._inbox.post(run.run_id, message)
        self.delivered += 1


def spread_ms(run_id: str, within_ms: int) -> int:
    """A run's own delay within the spread: the same every time, different from run to run."""
    if within_ms <= 0:
        return 0
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:8]) % within_ms


def _told(position: PositionFact) -> tuple[object, ...]:
    return position.side, position.size, position.avg_price, position.stop_loss, position.take_profit


def _symbol(message: PrivateMessage) -> str:
    if isinstance(message, OrderUpdate):
        return message.order.symbol
    if isinstance(message, ExecutionUpdate):
        return message.execution.symbol
    return message.position.symbol


def _append(table: dict[_Key, tuple[ActiveRun, ...]], key: _Key, run: ActiveRun) -> None:
    table[key] = (*table.get(key, ()), run)
