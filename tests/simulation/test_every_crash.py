"""Exhaustive crashes: each path is run once to count its port calls, then once more for a crash at each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.simulation.crashes import CrashAt
from tests.simulation.faults import CALM, FaultRates
from tests.simulation.timeline import timeline
from tests.simulation.world import Options, Simulated


@dataclass(frozen=True)
class Path:
    """A run that walks a path: how it is set up, and what it must have done to count as that path."""

    name: str
    minutes: int
    walked: Callable[[Simulated], bool]
    stop_at_ms: int | None = None
    rates: FaultRates = CALM
    kill_at_ms: int | None = None
    seed: int = 5


def _keys(simulated: Simulated) -> Counter[str]:
    return Counter(event.key for event in simulated.store.event_rows["01HZZZZZZZZZZZZZZZZZZZZZZZ"].values())


def _has(*keys: str) -> Callable[[Simulated], bool]:
    return lambda simulated: all(_keys(simulated)[key] for key in keys)


PATHS = [
    Path("entry and protection", 3, _has("events.execution.entry", "events.trading_stop_set")),
    Path("exit at the deadline", 3, _has("events.execution.exit", "events.stop_requested.timeout")),
    Path("stop by the user", 5, _has("events.stop_requested.manual", "events.run_ended.stopped"), stop_at_ms=130_000),
    Path(
        "reconcile after a reconnect",
        4,
        _has("events.ws_reconnect", "events.reconciled"),
        rates=FaultRates(stream_drop=0.05, lost_event=1.0),
    ),
    Path("kill switch", 5, _has("events.stop_requested.kill_switch", "events.run_ended.stopped"), kill_at_ms=130_000),
]


def _run(path: Path, crash_at: int) -> tuple[Simulated, CrashAt]:
    crash = CrashAt(crash_at)
    options = Options(
        seed=path.seed, minutes=path.minutes, rates=path.rates, stop_at_ms=path.stop_at_ms, hook=crash, busy=1.0
    )
    simulated = Simulated(options)
    simulated.kill_at_ms = path.kill_at_ms
    return simulated.run(), crash


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_crash_at_any_port_call_of_the_path_changes_nothing_that_matters(path: Path) -> None:
    whole, calm = _run(path, 0)
    assert path.walked(whole), timeline(whole)
    assert not whole.watch.violations, timeline(whole)
    hit = set()
    for moment in range(1, calm.moments + 1):
        simulated, crash = _run(path, moment)
        assert not simulated.watch.violations, f"crash {crash.hit} ({moment})\n{timeline(simulated)}"
        hit.add(crash.hit)
    assert hit >= set(calm.points), "some port call of the path was never crashed at"
