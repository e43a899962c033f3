"""The figures of runs, measured on a local cloud: ``python -m tests.performance.run_bench endpoints.json``.

Must be started with the environment of that cloud's functions; ``tests.performance`` does so.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from chalicelib.bootstrap import clock
from chalicelib.bootstrap.api import LazyApiServices
from tests.e2e.api_client import ApiClient
from tests.e2e.run_observer import ENDED
from tests.e2e.trading_bot import always_long, ready_bot, strategy_spec
from tests.performance.cost_model import TABLE, HourlyCounts, cost_of_an_hour
from tests.performance.fast_clock import FastClock
from tests.performance.figures import emit, percentile
from tests.performance.live_run import LogFacts, log_facts, wake_to_tick_ms
from tests.performance.measured_hour import MINUTES, Hour, measured_hour
from tests.performance.sidecar_share import units_an_hour

SPEED = 60.0
# (name, strategy, the most that an hour of a run may cost in USD); a run that holds looks at its account each minute
CASES = (
    ("15m_candles", strategy_spec("Counted 15m", timeframe="15m"), 0.005),
    ("15m_candles_held", always_long("Counted held", stop_pct=20, target_pct=20) | {"timeframe": "15m"}, 0.005),
    ("1m_candles", strategy_spec("Counted 1m", timeframe="1m"), 0.007),
    ("1m_candles_held", always_long("Counted held 1m", stop_pct=20, target_pct=20) | {"timeframe": "1m"}, 0.007),
)
LIVE_SECONDS = 35.0
MOST_HISTORY_EVENTS = 1000
EVENTS_A_TICK = 6
CONNECTION_READ_UNITS, SOCKET_READ_UNITS, POST_WRITE_UNITS = 1, 0.5, 2
# A row of the audit trail and its link in the chain; the sealer looks at the newest links before.
AUDIT_WRITE_UNITS, AUDIT_READ_UNITS = 2, 1
# The shared rate limits, for an invocation that reads and for one that changes something (tests of the governor).
READING_WRITE_UNITS, READING_READ_UNITS = 1, 2
CHANGE_WRITE_UNITS, CHANGE_READ_UNITS = 2, 3
READING = ("snapshot", "order")
SWEEPS_AN_HOUR, REFRESHES_AN_HOUR = 60, 1
SWEEP_READ_UNITS = 1.5  # the run's row and its terms, and its part of the index's page
# Readers of streams that wait five seconds for more, for all runs together.
GATHERING_FUNCTIONS, GATHERINGS_AN_HOUR = ("audit-trading", "seal-audit"), 720


def main() -> None:
    """Prints all figures."""
    endpoints: dict[str, str] = json.loads(Path(sys.argv[1]).read_text())
    api = ApiClient(endpoints)
    session = api.login()
    logged, shared = _live_figures(api)
    services = LazyApiServices(lambda: None)
    fast = FastClock(clock(), SPEED)
    for name, spec, limit in CASES:
        bot = ready_bot(api, spec)
        hour = measured_hour(services.start_run, session, bot["id"], fast)
        _hour_figures(name, limit, hour, logged, shared)
    api.close()


def _live_figures(api: ApiClient) -> tuple[dict[str, LogFacts], tuple[float, float]]:
    """A run that trades, woken from here between its own wakes."""
    bot = ready_bot(api, strategy_spec("Measured"))
    began_ms = int(time.time() * 1000)
    run = api.post(f"/bots/{bot['id']}/runs", {"durationMinutes": 2})
    while api.get(f"/runs/{run['id']}")["status"] != "running":
        time.sleep(0.5)
    wakes = wake_to_tick_ms(run["id"], seconds=LIVE_SECONDS)
    shared = units_an_hour(int(TABLE["deployment"]["concurrent_runs"]))
    api.post(f"/runs/{run['id']}/stop")
    while api.get(f"/runs/{run['id']}")["status"] not in ENDED:
        time.sleep(0.5)
    logged = {
        name: log_facts(name, began_ms) for name in ("tick", "execution", "push-run-events", *GATHERING_FUNCTIONS)
    }
    cold, *warm = logged["tick"].durations_ms
    emit("tick_cold", cold, "ms")
    emit("tick_p50", percentile(warm, 0.5), "ms")
    emit("tick_p95", percentile(warm, 0.95), "ms")
    emit("wake_to_tick_p50", percentile(wakes, 0.5), "ms")
    emit("wake_to_tick_p95", percentile(wakes, 0.95), "ms")
    emit("wakes_measured", len(wakes), "wakes")
    return logged, shared


def _hour_figures(
    name: str, limit: float, hour: Hour, logged: dict[str, LogFacts], shared: tuple[float, float]
) -> None:
    counts = _counts(hour, logged, shared)
    emit(f"transitions_an_hour_{name}", counts.transitions, "transitions")
    emit(f"history_events_an_hour_{name}", hour.ticks * EVENTS_A_TICK + 20, "events", limit=MOST_HISTORY_EVENTS)
    emit(f"run_events_an_hour_{name}", hour.meter.events, "events")
    emit(f"trades_an_hour_{name}", hour.trades, "trades")
    emit(f"ticks_an_hour_{name}", hour.ticks, "ticks")
    emit(f"executions_an_hour_{name}", counts.executions, "invocations")
    emit(f"audit_rows_an_hour_{name}", counts.executions + hour.audited, "rows")
    emit(f"write_units_an_hour_{name}", counts.write_units, "WRU")
    emit(f"read_units_an_hour_{name}", counts.read_units, "RRU")
    emit(f"log_bytes_an_hour_{name}", counts.log_bytes, "bytes")
    for region in TABLE["regions"]:
        parts = cost_of_an_hour(counts, region)
        for service, dollars in parts.items():
            emit(f"cost_{name}_{region}_{service}", dollars, "USD")
        emit(f"cost_of_a_run_of_60_minutes_{name}_{region}", sum(parts.values()), "USD", limit=limit)


def _counts(hour: Hour, logged: dict[str, LogFacts], shared: tuple[float, float]) -> HourlyCounts:
    """The hour's counts with what the other functions add for each call, message and batch of events."""
    scale = 60 / MINUTES
    executions = sum(hour.executions.values()) * scale
    pushes = hour.meter.event_batches * scale
    messages = hour.meter.messages * scale
    audited = executions + hour.audited * scale
    readings = sum(hour.executions[name] for name in READING) * scale
    changes = executions - readings
    writes = hour.meter.write_units * scale + audited * AUDIT_WRITE_UNITS
    writes += readings * READING_WRITE_UNITS + changes * CHANGE_WRITE_UNITS
    reads = hour.meter.read_units * scale + audited * AUDIT_READ_UNITS + executions * CONNECTION_READ_UNITS
    reads += readings * READING_READ_UNITS + changes * CHANGE_READ_UNITS + SWEEPS_AN_HOUR * SWEEP_READ_UNITS
    log_bytes = hour.ticks * scale * logged["tick"].bytes_an_invocation
    log_bytes += executions * logged["execution"].bytes_an_invocation
    log_bytes += pushes * logged["push-run-events"].bytes_an_invocation
    runs: float = TABLE["deployment"]["concurrent_runs"]
    gathered = sum(logged[name].bytes_an_invocation for name in GATHERING_FUNCTIONS)
    log_bytes += gathered * GATHERINGS_AN_HOUR / runs
    tasks: float = TABLE["deployment"]["sidecar_tasks"]
    return HourlyCounts(
        ticks=hour.ticks * scale,
        transitions=hour.transitions * scale,
        executions=executions,
        pushes=pushes,
        write_units=writes + messages * POST_WRITE_UNITS,
        read_units=reads + pushes * SOCKET_READ_UNITS,
        log_bytes=log_bytes,
        shared_write_units=shared[0] * tasks,
        shared_read_units=shared[1] * tasks,
        shared_invocations=SWEEPS_AN_HOUR + REFRESHES_AN_HOUR + len(GATHERING_FUNCTIONS) * GATHERINGS_AN_HOUR,
    )


if __name__ == "__main__":
    main()
