"""What importing a handler costs: fresh interpreters, the median of fifteen, against the libraries alone."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.performance.figures import emit

PROJECT = Path(__file__).resolve().parents[2]
BYTECODE = PROJECT / "build" / "bench" / "bytecode"
TIMES = 15
API_LIMIT = 1.3
BASELINE = "import chalice, pynamodb.models, aws_lambda_powertools"
HANDLERS = {
    "api": "import app",
    "tick": "import functions.bot_run.tick",
    "execution": "import functions.execution.handler",
}
_TIMED = "import time; began = time.perf_counter(); {}; print(time.perf_counter() - began)"


def import_seconds(statement: str) -> float:
    """The time of one import in an interpreter of its own."""
    command = [sys.executable, "-c", _TIMED.format(statement)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(PROJECT), "AWS_DEFAULT_REGION": "us-east-1", "PYTHONPYCACHEPREFIX": str(BYTECODE)}
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Measures in turns, so that a busy moment meets all of them alike."""
    statements = {"libraries": BASELINE, **HANDLERS}
    for statement in statements.values():
        import_seconds(statement)  # writes or warms what the file system keeps
    times: dict[str, list[float]] = {name: [] for name in statements}
    for _ in range(TIMES):
        for name, statement in statements.items():
            times[name].append(import_seconds(statement))
    medians = {name: statistics.median(values) * 1000 for name, values in times.items()}
    for name in HANDLERS:
        emit(f"import_{name}", medians[name], "ms", baseline=medians["libraries"])
    ratio = medians["api"] / medians["libraries"]
    emit("import_api_ratio", ratio, "ratio", baseline=1.0, limit=API_LIMIT)
    emit("import_tick_ratio", medians["tick"] / medians["libraries"], "ratio", baseline=1.0)


if __name__ == "__main__":
    main()
