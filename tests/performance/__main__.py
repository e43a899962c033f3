"""``make bench``: all figures, one JSON object a line; ``--only`` picks parts."""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from infra.local.cloud import LocalCloud
from tests.performance import gateway_bench, import_time
from tests.performance.cost_model import TABLE
from tests.performance.figures import is_figure
from tests.performance.run_bench import SPEED

OLDEST_PRICES_DAYS = 180


def imports() -> int:
    """Import times."""
    import_time.main()
    return 0


def runs() -> int:
    """Ticks, wakes, counts and costs on a local cloud of their own."""
    age = (datetime.now(UTC).date() - date.fromisoformat(TABLE["date"])).days
    if age > OLDEST_PRICES_DAYS:
        print(f"bench: the prices are {age} days old: check tests/performance/prices.json", file=sys.stderr)
    with LocalCloud(speed=SPEED) as cloud, tempfile.TemporaryDirectory() as folder:
        endpoints = Path(folder) / "endpoints.json"
        endpoints.write_text(json.dumps(cloud.endpoints))
        return run_module("tests.performance.run_bench", str(endpoints), environment=cloud.environment())


def gateway() -> int:
    """An authorised read beside a bare hello, behind one gateway, on a local cloud of their own."""
    with LocalCloud(speed=1) as cloud:
        return 0 if gateway_bench.measure(cloud) else 1


def simulator() -> int:
    """The exchange simulator's own figures."""
    return run_module("infra.local.exchange.bench")


def engine() -> int:
    """The backtest engine's own figures."""
    return run_module("tests.performance.engine_bench")


def recovery() -> int:
    """Reconciliation and the search for an order."""
    return run_module("tests.performance.recovery_bench")


PARTS: dict[str, Callable[[], int]] = {
    "gateway": gateway,
    "imports": imports,
    "recovery": recovery,
    "runs": runs,
    "simulator": simulator,
    "engine": engine,
}


def main() -> int:
    """Prints the figures. Returns the exit code: 1 when a part failed."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(PARTS), action="append")
    chosen = parser.parse_args().only or list(PARTS)
    failed = [name for name in PARTS if name in chosen and PARTS[name]() != 0]
    if failed:
        print(f"bench: {', '.join(failed)} failed", file=sys.stderr)
    return 1 if failed else 0


def run_module(name: str, *arguments: str, environment: dict[str, str] | None = None) -> int:
    """Measures in a process of its own: its figures go to standard output, all else that it writes beside them.
    Returns its exit code. Raises ModuleNotFoundError."""
    if importlib.util.find_spec(name) is None:
        raise ModuleNotFoundError(name)
    command = [sys.executable, "-m", name, *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as part:
        for line in part.stdout or ():
            print(line, end="", file=sys.stdout if is_figure(line) else sys.stderr, flush=True)
    return part.returncode


if __name__ == "__main__":
    raise SystemExit(main())
