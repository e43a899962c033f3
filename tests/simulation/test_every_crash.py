"""Exhaustive crashes: each path is run once to count its port calls, then once more for a crash at each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.domain.runtime.intent import IntentKind, IntentStatus
from tests.simulation.crashes import CrashAt
from tests.simulation.faults import CALM, FaultRates
from tests.simulation.scenario import RUN_ID, Shape
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
    shape: Shape = Shape.PLAIN
    volatility: float = 0.0008


def _keys(simulated: Simulated) -> Counter[str]:
    return Counter(event.key for event in simulated.store.event_rows[RUN_ID].values())


def _has(*keys: str) -> Callable[[Simulated], bool]:
    return lambda simulated: all(_keys(simulated)[key] for key in keys)


def _ladder(kind: IntentKind, *keys: str) -> Callable[[Simulated], bool]:
    """Orders of the ladder have filled and others were cancelled, and the keys stand in the log."""

    def walked(simulated: Simulated) -> bool:
        orders = [intent.status for intent in simulated.store.intents(RUN_ID) if intent.kind is kind]
        return {IntentStatus.FILLED, IntentStatus.CANCELLED} <= set(orders) and _has(*keys)(simulated)

    return walked


STEP, SAFETY = IntentKind.STEP, IntentKind.SAFETY
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
    Path("steps of a take-profit ladder", 4, _ladder(STEP), seed=4, shape=Shape.STEPS, volatility=0.0004),
    Path("safety orders and their averages", 4, _ladder(SAFETY), seed=7, shape=Shape.DCA, volatility=0.0004),
    Path(
        "stop while steps rest",
        4,
        _ladder(STEP, "events.run_ended.stopped"),
        stop_at_ms=130_000,
        seed=5,
        shape=Shape.STEPS,
        volatility=0.0001,
    ),
    Path(
        "kill switch while safety orders rest",
        4,
        _ladder(SAFETY, "events.run_ended.stopped"),
        kill_at_ms=130_000,
        seed=3,
        shape=Shape.DCA,
        volatility=0.0001,
    ),
]


def _run(path: Path, crash_at: int) -> tuple[Simulated, CrashAt]:
    crash = CrashAt(crash_at)
    options = Options(
        seed=path.seed,
        minutes=path.minutes,
        rates=path.rates,
        stop_at_ms=path.stop_at_ms,
        hook=crash,
        busy=1.0,
        shape=path.shape,
        volatility=path.volatility,
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
