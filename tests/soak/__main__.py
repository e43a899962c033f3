"""``python -m tests.soak --minutes 30 [--seed 1]`` (``make soak MINUTES=30``): runs under random faults and kills.

One-minute runs on two markets at once, at 60x, disturbed all the while; after each pair the books of product and
exchange are compared. The last line of output is one JSON object; the exit code is 1 when anything was violated.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from random import Random
from typing import Any

from tests.e2e.run_observer import ENDED
from tests.e2e.trading_bot import always_long, every_bar, strategy_spec
from tests.integration.runs.order_proof import assert_ended_in_order, assert_no_order_twice
from tests.integration.runs.protection_watch import ProtectionWatch
from tests.integration.runs.stage import Stage, WatchedCloud
from tests.soak.disturbances import Disturbances

SPEED = 60
SYMBOLS = ("BTCUSDT", "ETHUSDT")
PATIENCE_SECONDS = 120
UNPROTECTED_SECONDS = 5.0


def main() -> int:
    """Soaks, and says what was seen."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random = Random(arguments.seed)
    began = time.monotonic()
    violations: list[str] = []
    totals = {"runs": 0, "entries": 0, "exits": 0, "longest_unprotected_seconds": 0.0}
    with WatchedCloud(speed=SPEED) as cloud, Stage(cloud.endpoints) as stage:
        disturbances = Disturbances(cloud, stage, random)
        while time.monotonic() - began < arguments.minutes * 60:
            violations += _round(stage, disturbances, random, totals)
            minutes = (time.monotonic() - began) / 60
            _say(f"{minutes:5.1f} min, {totals['runs']} runs, {len(violations)} violations")
    result: dict[str, Any] = {
        "minutes": round((time.monotonic() - began) / 60, 1),
        "seed": arguments.seed,
        **totals,
        "violations": violations,
        "disturbances": dict(disturbances.happened),
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 1 if violations else 0


def _round(stage: Stage, disturbances: Disturbances, random: Random, totals: dict[str, Any]) -> list[str]:
    """Two runs side by side, disturbed until they have ended. Returns what was violated."""
    outage_before = disturbances.outage_seconds
    runs = [stage.start(_spec(random, symbol), minutes=1) for symbol in SYMBOLS]
    with ProtectionWatch(stage, SYMBOLS[0]) as first, ProtectionWatch(stage, SYMBOLS[1]) as second:
        while any(stage.run(run["id"])["status"] not in ENDED for run in runs[:1]) and _young(runs[0]):
            _say(f"  {disturbances.one()}")
            time.sleep(random.uniform(2, 8))
        disturbances.clear()
        seen = [_ended(stage, run) for run in runs]
    longest = max(first.longest, second.longest)
    totals["longest_unprotected_seconds"] = round(max(totals["longest_unprotected_seconds"], longest), 2)
    violations = [what for one in seen for what in _judged(one, totals)]
    if longest > UNPROTECTED_SECONDS + disturbances.outage_seconds - outage_before:
        violations.append(f"a position stood {longest:.1f} s without a stop")
    try:
        assert_no_order_twice(stage.truth())
    except AssertionError as failed:
        violations.append(f"an order was taken twice: {failed}")
    return violations


def _spec(random: Random, symbol: str) -> dict[str, Any]:
    make = random.choice((strategy_spec, every_bar, always_long))
    return make(f"Soak {make.__name__} {symbol}", symbol=symbol)


def _young(run: dict[str, Any]) -> bool:
    deadline: str = run["deadlineAt"]
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()) < deadline[:19]


def _ended(stage: Stage, run: dict[str, Any]) -> dict[str, Any] | str:
    try:
        return stage.until_ended(run, patience=PATIENCE_SECONDS)
    except AssertionError as failed:
        return str(failed)


def _judged(seen: dict[str, Any] | str, totals: dict[str, Any]) -> list[str]:
    totals["runs"] += 1
    if isinstance(seen, str):
        return [seen[:500]]
    totals["entries"] += seen["entries"]
    totals["exits"] += seen["exits"]
    try:
        assert_ended_in_order(seen)
    except AssertionError as failed:
        return [f"run {seen['run_id']}: {str(failed)[:500]}"]
    return [] if seen["status"] in ("finished", "stopped") else [f"run {seen['run_id']} ended {seen['status']}"]


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
