"""A run drawn from one number."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.simulation.exchange_troubles import trouble_rates_of
from tests.simulation.faults import rates_of
from tests.simulation.mutations import Mutation
from tests.simulation.world import Options, Simulated

MUTANT_LIMIT_MS = 12 * 60_000


def simulate(seed: int, mutation: Mutation = Mutation.NONE) -> Simulated:
    """One run with everything drawn from its seed; ``mutation`` switches one protection off."""
    random = Random(seed)
    stop_at = random.choice((None, None, random.randrange(5, 200) * 1000))
    options = Options(
        seed=seed,
        minutes=random.choice((3, 5, 8)),
        rates=replace(rates_of(random), unexplained_close=_unexplained_close(seed), exchange=trouble_rates_of(seed)),
        stop_at_ms=stop_at,
        volatility=random.choice((0.0002, 0.0006, 0.0015)),
        spec_random=random,
        mutation=mutation,
    )
    if mutation not in (Mutation.NONE, Mutation.NO_FENCE):
        # Only the fence is tried by stalls; another mutant that never ends would stall and be overtaken for hours.
        options.rates = replace(options.rates, stalled_tick=0.0)
    # A mutant that cannot end is known for one soon enough; it need not be driven for half an hour.
    return Simulated(options).run(30 * 60_000 if mutation is Mutation.NONE else MUTANT_LIMIT_MS)


def _unexplained_close(seed: int) -> float:
    """From a generator of its own: that of everything else goes on as it did before this fault was known."""
    own = Random(f"unexplained close {seed}")
    return own.uniform(0, 0.01) if own.random() < 0.1 else 0.0
