"""``make test`` and ``make lint``: runs the steps, keeps their output, sums up.

Tests against the clock wait most of the time. Beside them goes what merely computes, at a low priority: it takes the
processor that they leave. A failed step does not stop the others, so that one run says everything that is wrong.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.checks.giving_way import AT_LOW_PRIORITY, end_sessions, lower_session
from infra.checks.steps import COMPUTED, LINT, PACKAGES, PREPARED, WATCHED, Step
from infra.package import PROJECT

LOGS = PROJECT / "build" / "checks"
SHOWN_LINES = 60
SHOWN_REASONS = 12
TESTS = (*COMPUTED, *(step for lane in WATCHED for step in lane))
_printing = threading.Lock()
_giving_way: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a step ended. ``reasons`` are the lines of a failed one's output that say what was wrong, as pytest marks
    them."""

    step: Step
    passed: bool
    seconds: float
    last_line: str
    reasons: tuple[str, ...] = ()


def run(step: Step, environment: dict[str, str], *, patient: bool = False) -> Outcome:
    """Runs one step and prints a line on it, with the end of its output when it failed. A ``patient`` one gives way."""
    log = LOGS / f"{step.name.replace(' ', '-').replace(',', '')}.log"
    started = time.monotonic()
    code, reason = _execute(step, environment, log, patient=patient)
    seconds = time.monotonic() - started
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    with _printing:
        print(f"{'ok  ' if code == 0 else 'FAIL'}  {step.name:<32} {seconds:6.1f} s", flush=True)
        if code != 0:
            print("\n".join(f"      {line}" for line in [*lines[-SHOWN_LINES:], reason]), flush=True)
    reasons = tuple(line[:400] for line in lines if line.startswith(("E  ", "FAILED ", "ERROR "))) if code else ()
    return Outcome(step, code == 0, seconds, lines[-1].strip() if lines else "", reasons[:SHOWN_REASONS])


def _execute(step: Step, environment: dict[str, str], log: Path, *, patient: bool) -> tuple[int, str]:
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                (*AT_LOW_PRIORITY, *step.command) if patient else step.command,
                cwd=step.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=patient,
            )
        except FileNotFoundError:
            return 127, f"{step.command[0]} is missing"
        if patient:
            lower_session(process.pid)
            _giving_way.append(process)
        try:
            code = process.wait(step.seconds)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait(30)
            return 124, f"not done within {step.seconds} s (whole output: {log})"
    return code, f"exit code {code} (whole output: {log})"


class Preparation:
    """What the page's steps stand on, made while other steps are under way. ``steps`` make it."""

    def __init__(self, steps: Sequence[Step], environment: dict[str, str]) -> None:
        self._environment = environment
        pool = ThreadPoolExecutor(1)
        self._made: Future[list[Outcome]] = pool.submit(lambda: [run(step, environment) for step in steps])
        pool.shutdown(wait=False)

    def outcomes(self) -> list[Outcome]:
        """How its steps ended; waits for them."""
        return self._made.result()

    def environment_of(self, step: Step) -> dict[str, str]:
        """What ``step`` runs in; one that stands on the preparation waits for it, and is told whether it succeeded."""
        if not step.prepared:
            return self._environment
        built = all(outcome.passed for outcome in self.outcomes())
        return {**self._environment, "PAGE_BUILT": "yes" if built else ""}


def main(names: list[str]) -> int:
    """Runs the lint steps, and the tests too unless ``names`` is ``lint``. Returns the exit code."""
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGINT, _interrupted)
    environment = {**os.environ, "CI": "true", "NO_COLOR": "1", "KEEP_CLOUD_LOGS": str(LOGS / "clouds")}
    started = time.monotonic()
    if names == ["lint"]:
        preparation = Preparation((PACKAGES,), environment)
        outcomes = run_lanes(LINT, preparation)
    else:
        preparation = Preparation(PREPARED, environment | _chromium())
        outcomes = run_all(preparation)
    outcomes = [*preparation.outcomes(), *outcomes]
    failed = [outcome for outcome in outcomes if not outcome.passed]
    print()
    for outcome in outcomes:
        if outcome.passed and outcome.step in TESTS:
            print(f"  {outcome.step.name}: {outcome.last_line[:200]}")
    for outcome in failed:
        print("\n".join(f"  {outcome.step.name}: {reason}" for reason in outcome.reasons or (outcome.last_line,)))
    total = f"{len(outcomes) - len(failed)} of {len(outcomes)} steps passed in {time.monotonic() - started:.0f} s"
    print(total + (f"; failed: {', '.join(outcome.step.name for outcome in failed)}" if failed else ""))
    return 1 if failed else 0


def run_all(preparation: Preparation) -> list[Outcome]:
    """Runs all lanes, those that compute beside those that watch the clock."""
    with ThreadPoolExecutor(2) as kinds:
        computed = kinds.submit(run_lanes, (COMPUTED, *LINT), preparation, patient=True)
        watched = kinds.submit(run_lanes, WATCHED, preparation)
        return [*watched.result(), *computed.result()]


def run_lanes(lanes: Sequence[Sequence[Step]], preparation: Preparation, *, patient: bool = False) -> list[Outcome]:
    """Runs the lanes side by side, as many at once as there are cores; each lane's steps in their order. ``patient``
    lanes give way to everything else."""

    def follow(lane: Sequence[Step]) -> list[Outcome]:
        return [run(step, preparation.environment_of(step), patient=patient) for step in lane]

    with ThreadPoolExecutor(os.cpu_count() or 1) as cores:
        return [outcome for lane in cores.map(follow, lanes) for outcome in lane]


def _interrupted(*_: object) -> None:
    """Ctrl-C: what gives way is told here, the rest has heard it from the terminal."""
    end_sessions(_giving_way)
    raise KeyboardInterrupt


def _chromium() -> dict[str, str]:
    """Where the browser of the page's tests is; empty when there is none, which those tests then say themselves."""
    script = PROJECT / "infra" / "setup" / "chromium.sh"
    done = subprocess.run(["sh", str(script)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False)
    return {"CHROMIUM_PATH": done.stdout.strip()} if done.returncode == 0 else {}


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
