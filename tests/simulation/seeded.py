"""A run drawn from one number."""

from __future__ import annotations

from random import Random

from tests.simulation.faults import rates_of
from tests.simulation.mutations import Mutation
from tests.simulation.world import Options, Simulated


def simulate(seed: int, mutation: Mutation = Mutation.NONE) -> Simulated:
    """One run with everything drawn from its seed; ``mutation`` switches one protection off."""
    random = Random(seed)
    stop_at = random.choice((None, None, random.randrange(5, 200) * 1000))
    options = Options(
        seed=seed,
        minutes=random.choice((3, 5, 8)),
        rates=rates_of(random),
        stop_at_ms=stop_at,
        volatility=random.choice((0.0002, 0.0006, 0.0015)),
        spec_random=random,
        mutation=mutation,
    )
    return Simulated(options).run()
