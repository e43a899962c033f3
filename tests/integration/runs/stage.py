"""What tests of runs act with: a watched local cloud, and a signed-in user who starts, follows and judges runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from infra.local.cloud import DEMO_UID, LocalCloud
from infra.local.ports import Ports
from tests.e2e.api_client import ApiClient
from tests.e2e.live_events import LiveEvents
from tests.e2e.run_evidence import gather
from tests.e2e.run_observer import ENDED, Observation, RunObserver
from tests.e2e.smoke_verdict import observe
from tests.e2e.trading_bot import ready_bot, working_connection

PUSH_SECONDS = 3.0


class WatchedCloud:
    """A local cloud with somebody who starts a dead sidecar again, as ``make run`` does."""

    def __init__(self, *, speed: float, ports: Ports | None = None, state: Path | None = None) -> None:
        self.cloud = LocalCloud(speed=speed, ports=ports, state=state)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="cloud-watch", daemon=True)

    @property
    def endpoints(self) -> dict[str, str]:
        """Where its parts answer."""
        return self.cloud.endpoints

    def __enter__(self) -> WatchedCloud:
        self.cloud.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(10)
        self.cloud.stop()

    def _watch(self) -> None:
        while not self._stop.wait(1):
            self.cloud.check()


class Stage:
    """A signed-in user of one local cloud."""

    def __init__(self, endpoints: dict[str, str]) -> None:
        self.endpoints = endpoints
        self.api = ApiClient(endpoints)
        self.api.login()
        self.live = LiveEvents(self.api)
        self.connection_id: str = working_connection(self.api)["id"]
        self._starts = 0

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.live.close()
        self.api.close()

    def start(self, spec: dict[str, Any], *, minutes: int = 1) -> dict[str, Any]:
        """A new run of the strategy's bot."""
        bot = ready_bot(self.api, spec)
        self._starts += 1
        key = f"{time.time_ns()}-{self._starts}"
        return self.api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": minutes}, key=key)

    def observer(self, run: dict[str, Any]) -> RunObserver:
        """Follows a run; events that came before count too."""
        return RunObserver(self.api, self.live, run, tell=lambda _: None)

    def run(self, run_id: str) -> dict[str, Any]:
        """The run as the API shows it now."""
        return self.api.get(f"/runs/{run_id}")

    def await_event(self, run: dict[str, Any], key: str, *, seconds: float) -> dict[str, Any]:
        """The first pushed event of the run with this key, also if it has come already. Fails after ``seconds``."""
        event = self.observer(run).until(lambda one: one["key"] == key, seconds=seconds)
        assert event is not None, f"no {key} within {seconds} s; the run: {self.run(run['id'])}"
        return event

    def count_events(self, run: dict[str, Any], kind: str) -> int:
        """How many events of this type the run's log holds by now."""
        return sum(event["type"] == kind for event in self.api.events(run["id"]))

    def await_run(self, run_id: str, holds: Callable[[dict[str, Any]], bool], *, seconds: float) -> dict[str, Any]:
        """The run as soon as ``holds`` does. Fails after ``seconds``."""
        end = time.monotonic() + seconds
        while not holds(run := self.run(run_id)):
            assert time.monotonic() < end, f"not so within {seconds} s: {run}"
            time.sleep(0.25)
        return run

    def until_ended(self, run: dict[str, Any], *, patience: float = 20) -> dict[str, Any]:
        """What was seen of a run that has ended, as smoke reports it. Fails when it goes on long past its deadline."""
        observation = self.observer(run).until_ended(patience=patience)
        assert observation.run["status"] in ENDED, f"it has not ended: {observation.run}"
        return self.seen(observation)

    def seen(self, observation: Observation) -> dict[str, Any]:
        """What run and exchange say of an ended run."""
        return observe(gather(self.api, self.live, observation, push_seconds=PUSH_SECONDS))

    def truth(self) -> dict[str, Any]:
        """The exchange's own books of the demo account, read past the product."""
        answer = httpx.get(f"{self.endpoints['exchange_rest']}/sim/accounts/{DEMO_UID}", timeout=10)
        answer.raise_for_status()
        books: dict[str, Any] = answer.json()
        return books

    def sim(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Tells the simulator something."""
        method = "GET" if body is None else "POST"
        answer = httpx.request(method, f"{self.endpoints['exchange_rest']}/sim/{path}", json=body, timeout=10)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def clear(self) -> None:
        """Stops all active runs, waits until they have ended, and cancels manual orders that still rest."""
        active = [run["id"] for run in self.api.items("/runs", status="active")]
        if active:
            self.api.post("/runs/stop-all")
        for run_id in active:
            self.await_run(run_id, lambda run: run["status"] in ENDED, seconds=30)
        for order in self.api.get("/terminal/orders")["items"]:
            if order["status"] in ("sending", "accepted", "working"):
                self.api.post(f"/terminal/orders/{order['id']}/cancel")
