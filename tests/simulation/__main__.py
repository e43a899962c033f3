"""Runs seeds: ``--seeds N --from S``. ``--seed X`` replays one with its timeline; ``--mutant NAME`` finds the
first seed that notices a protection switched off.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

import orjson

from tests.simulation.mutations import Mutation
from tests.simulation.seeded import simulate
from tests.simulation.timeline import timeline


def main() -> int:
    """Prints one JSON object at the end; exit status 1 when anything was violated."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--mutant", choices=[str(mutation.name) for mutation in Mutation if mutation])
    arguments = parser.parse_args()
    if arguments.mutant is not None:
        return _first_noticed(Mutation[arguments.mutant], arguments.first, arguments.seeds)
    if arguments.seed is not None:
        simulated = simulate(arguments.seed)
        sys.stdout.write(timeline(simulated))
        return 1 if simulated.watch.violations else 0
    faults: Counter[str] = Counter()
    crash_points: Counter[str] = Counter()
    failed: dict[int, list[str]] = {}
    entries = 0
    began = time.perf_counter()
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        simulated = simulate(seed)
        faults.update({kind: count for kind, count in simulated.seen.items() if count})
        crash_points.update(simulated.crash_points)
        entries += simulated.watch.entries
        if simulated.watch.violations:
            failed[seed] = simulated.watch.violations
            sys.stderr.write(timeline(simulated) if len(failed) == 1 else f"seed {seed}: {failed[seed][0]}\n")
    took = time.perf_counter() - began
    result = {
        "seeds": arguments.seeds,
        "violations": sum(map(len, failed.values())),
        "failed_seeds": list(failed)[:50],
        "seeds_per_second": round(arguments.seeds / took, 1),
        "entries": entries,
        "faults": dict(faults),
        "crash_points": dict(crash_points),
    }
    sys.stdout.write(orjson.dumps(result).decode() + "\n")
    return 1 if failed else 0


def _first_noticed(mutation: Mutation, first: int, seeds: int) -> int:
    """Prints the first seed that notices a protection switched off; exit status 1 when none does."""
    for seed in range(first, first + seeds):
        if simulate(seed, mutation).watch.violations:
            sys.stdout.write(f"{mutation.name} {seed}\n")
            return 0
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
