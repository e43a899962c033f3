"""What a soak does to a running cloud, drawn from a seed."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import httpx
import psutil

from infra.local.cloud import DEMO_UID
from tests.integration.runs.lambda_workers import worker_processes
from tests.integration.runs.stage import Stage, WatchedCloud

OUTAGE_SECONDS = (2, 6, 12)


class Disturbances:
    """Acts of bad luck; ``happened`` counts them, ``outage_seconds`` is how long the exchange was away in all."""

    def __init__(self, cloud: WatchedCloud, stage: Stage, random: Random) -> None:
        self._cloud = cloud
        self._stage = stage
        self._random = random
        self.happened: Counter[str] = Counter()
        self.outage_seconds = 0
        self._acts: tuple[Callable[[], None], ...] = (
            self._storm,
            self._storm,
            self._outage,
            self._kill_sidecar,
            self._kill_tick,
            self._kill_execution,
            self._drop_sockets,
            self._duplicate_events,
            self._slow_orders,
            self._lost_replies,
            self._restart,
            self._clock_skew,
            self._late_events,
            self._half_open,
        )

    def one(self) -> str:
        """Does one act and returns its name."""
        act = self._random.choice(self._acts)
        name = act.__name__.lstrip("_")
        act()
        self.happened[name] += 1
        return name

    def clear(self) -> None:
        """Takes every installed fault away again."""
        httpx.delete(f"{self._stage.endpoints['exchange_rest']}/sim/faults", timeout=10).raise_for_status()

    def _storm(self) -> None:
        seed = self._random.randrange(10**6)
        self._stage.sim("faults", {"kind": "storm", "seed": seed, "probability": 0.1})

    def _outage(self) -> None:
        seconds = self._random.choice(OUTAGE_SECONDS)
        self.outage_seconds += seconds
        self._stage.sim("outage", {"seconds": seconds})
        time.sleep(seconds)

    def _kill_sidecar(self) -> None:
        process_id = self._cloud.cloud.process_ids().get("sidecar")
        if process_id:
            os.kill(process_id, signal.SIGKILL)

    def _kill_tick(self) -> None:
        self._kill("tick")

    def _kill_execution(self) -> None:
        self._kill("execution")

    def _kill(self, function: str) -> None:
        for worker in worker_processes(self._cloud.cloud, function):
            try:
                worker.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue

    def _drop_sockets(self) -> None:
        self._stage.sim("faults", {"kind": "drop_sockets", "uid": DEMO_UID})

    def _duplicate_events(self) -> None:
        self._stage.sim("faults", {"kind": "duplicate_events", "uid": DEMO_UID, "probability": 0.5})

    def _restart(self) -> None:
        self._stage.sim("faults", {"kind": "restart"})

    def _clock_skew(self) -> None:
        self._stage.sim("faults", {"kind": "clock_skew", "delay_ms": self._random.choice((-900, 900))})

    def _late_events(self) -> None:
        self._stage.sim("faults", {"kind": "hold_events", "uid": DEMO_UID, "delay_ms": 3_000})

    def _half_open(self) -> None:
        self._stage.sim("faults", {"kind": "half_open", "uid": DEMO_UID})

    def _slow_orders(self) -> None:
        self._stage.sim("faults", {"kind": "slow", "path": "/v5/order/create", "delay_ms": 1500, "count": 2})

    def _lost_replies(self) -> None:
        self._stage.sim("faults", {"kind": "lost_reply", "path": "/v5/order/create", "count": 1})
