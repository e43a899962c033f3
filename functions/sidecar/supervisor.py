"""The sidecar's main loop: every second, look which runs are active, hold what is ours, keep those streams up."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from time import monotonic

from chalicelib.adapters.bybit.stream_messages import candle_topic
from chalicelib.domain.runtime.record import ActiveRun
from chalicelib.domain.streams.shards import PrivateShard, PublicShard, shard_ids, shards_of
from chalicelib.observability import lines_about
from chalicelib.ports import ConnectionRef
from chalicelib.services.sidecar.deliver import Delivery
from chalicelib.services.sidecar.hold_shards import ShardHolder
from chalicelib.services.sidecar.look_again import LookAgain
from functions.sidecar import pulse
from functions.sidecar.stream_pool import StreamPool
from functions.sidecar.work_queue import Timetable, WorkQueue

_LOG = logging.getLogger(__name__)
STEP_SECONDS = 1.0
HEALTH_EVERY_SECONDS = 30.0
RED_AFTER_MS = 60_000
_STREAMS_STOP_SECONDS = 2.0
_WORK_STOPS_SECONDS = 2.0


class Supervisor:
    """Owns the process's parts from start to stop."""

    def __init__(
        self,
        *,
        active_runs: Callable[[], tuple[ActiveRun, ...]],
        holder: ShardHolder,
        pool: StreamPool,
        delivery: Delivery,
        look_again: LookAgain,
        work: WorkQueue,
        timetable: Timetable,
        beat: Callable[[], None] = pulse.beat,
    ) -> None:
        """``beat`` is called after each step that reached the store."""
        self._active_runs = active_runs
        self._holder = holder
        self._pool = pool
        self._delivery = delivery
        self._look_again = look_again
        self._work = work
        self._timetable = timetable
        self._beat = beat
        self._held: frozenset[str] = frozenset()

    def run(self, stop: threading.Event) -> None:
        """Steps until ``stop`` is set, then ends everything in order, within five seconds."""
        self._work.start()
        self._timetable.start()
        said = 0.0
        while not stop.is_set():
            begun = monotonic()
            try:
                self.step()
                self._beat()
            except Exception as error:  # noqa: BLE001  # the store is away: what is heard now must still be heard then
                _LOG.warning("step failed", extra={"error": type(error).__name__, "reason": str(error)[:200]})
            if monotonic() - said >= HEALTH_EVERY_SECONDS:
                said = monotonic()
                self._say_health()
            stop.wait(max(0.05, STEP_SECONDS - (monotonic() - begun)))
        self._end()

    def step(self) -> None:
        """One look: runs, leases, streams, runs that must look again."""
        lines_about()
        runs = self._active_runs()
        shards = shards_of(runs)
        held = self._holder.step(shards)
        lines_about()
        self._say_leases(held)
        self._delivery.route(runs)
        lines_about()
        accounts: list[ConnectionRef] = []
        topics: list[str] = []
        for name in held & set(shards):
            match shards[name]:
                case PrivateShard(workspace_id, connection_id):
                    accounts.append(ConnectionRef(workspace_id, connection_id))
                case PublicShard(symbol, intervals):
                    topics += [candle_topic(symbol, interval) for interval in intervals]
        self._pool.want(accounts, topics)
        self._delivery.deliver_waiting()
        lines_about()
        self._look_again(run for run in runs if ConnectionRef(run.workspace_id, run.connection_id) in accounts)

    def _end(self) -> None:
        lines_about()
        _LOG.info("stopping")
        try:
            self._holder.leave()
        except Exception as error:  # noqa: BLE001  # the leases then end by themselves within fifteen seconds
            _LOG.warning("leaving failed", extra={"error": type(error).__name__})
        lines_about()
        self._pool.stop(_STREAMS_STOP_SECONDS)
        self._timetable.stop()
        self._work.stop(_WORK_STOPS_SECONDS)
        _LOG.info("stopped")

    def _say_leases(self, held: frozenset[str]) -> None:
        for name in sorted(held - self._held):
            _LOG.info("shard held", extra={"task": self._holder.task, **shard_ids(name)})
        for name in sorted(self._held - held):
            _LOG.info("shard left", extra={"task": self._holder.task, **shard_ids(name)})
        self._held = held

    def _say_health(self) -> None:
        lines_about()
        streams = self._pool.health()
        red = [stream for stream in streams if stream.down_ms > RED_AFTER_MS]
        for stream in red:
            _LOG.error("stream red", extra={**stream.about, "stream": stream.name, "downMs": stream.down_ms})
        _LOG.log(
            logging.ERROR if red else logging.INFO,
            "health",
            extra={
                "task": self._holder.task,
                "tasks": len(self._holder.alive),
                "shards": len(self._holder.held),
                "streams": len(streams),
                "live": sum(stream.live for stream in streams),
                "red": [stream.name for stream in red],
                "longestSilenceMs": max((stream.silent_ms for stream in streams), default=0),
                "connects": sum(stream.connects for stream in streams),
                "refusedTopics": sum(stream.refused for stream in streams),
                "delivered": self._delivery.delivered,
                "waiting": self._work.waiting,
                "poison": self._work.counts.poison + sum(stream.poison for stream in streams),
                "lost": self._work.counts.lost,
            },
        )
